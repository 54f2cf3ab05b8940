//! What cannot be: each mistake gives one sentence, exit code 2 and no file.

use std::fs;
use std::io::Write as _;
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::{LABELS, TEST, TRAIN, failure, hourglass, idx, images, workplace, write_data};

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// A gzip file of a little more than a megabyte that unpacks to this header and 1.25 GiB.
fn bomb(header: &[u8]) -> Vec<u8> {
    let zeros = gzip(&vec![0; 16 << 20]);
    [gzip(header), zeros.repeat(80)].concat()
}

/// A name, what happens to the folder first, the arguments, and what the sentence must say.
type Case = (
    &'static str,
    fn(&Path),
    &'static str,
    &'static [&'static str],
);

fn check(cases: &[Case]) {
    for (name, prepare, arguments, says) in cases {
        let folder = workplace();
        prepare(folder.path());
        let output = hourglass(folder.path(), arguments);
        println!("{name}: {}", String::from_utf8_lossy(&output.stderr).trim());
        let sentence = failure(&output, 2);
        for words in *says {
            assert!(
                sentence.contains(words),
                "{name}: no {words:?} in {sentence}"
            );
        }
        assert!(
            !folder.path().join("out").exists(),
            "{name}: leaves a folder"
        );
    }
}

fn nothing(_folder: &Path) {}

const TRAIN_IT: &str = "train --dataset data --device flex --epochs 1 --out out";

#[test]
fn damaged_data_is_told_with_its_file() {
    check(&[
        (
            "truncated",
            |f| write_data(f, &[(TRAIN, &images(64, 8)[..4100])]),
            TRAIN_IT,
            &["Expected 4112 bytes", TRAIN, "found 4100"],
        ),
        (
            "header cut",
            |f| write_data(f, &[(TRAIN, &images(64, 8)[..7])]),
            TRAIN_IT,
            &["Expected 16 bytes", "found 7"],
        ),
        (
            "too long",
            |f| write_data(f, &[(TRAIN, &[images(64, 8), vec![1]].concat())]),
            TRAIN_IT,
            &["Expected 4112 bytes", "found 4113"],
        ),
        (
            "wrong magic",
            |f| write_data(f, &[(TRAIN, &idx(0xf03, &[1, 8, 8], &[0; 64]))]),
            TRAIN_IT,
            &["magic 0x00000803", "found magic 0x00000f03"],
        ),
        (
            "labels for images",
            |f| write_data(f, &[(TRAIN, &idx(0x801, &[64], &[0; 64]))]),
            TRAIN_IT,
            &["IDX images", "which is IDX labels"],
        ),
        (
            "counts",
            |f| write_data(f, &[(LABELS, &idx(0x801, &[63], &[0; 63]))]),
            TRAIN_IT,
            &["Expected 64 labels", LABELS, "found 63"],
        ),
        (
            "no image",
            |f| write_data(f, &[(TRAIN, &idx(0x803, &[0, 8, 8], &[]))]),
            TRAIN_IT,
            &["one or more images", "0 of 8×8"],
        ),
        (
            "no pixel",
            |f| write_data(f, &[(TRAIN, &idx(0x803, &[64, 0, 8], &[]))]),
            TRAIN_IT,
            &["64 of 8×0"],
        ),
        (
            "two shapes",
            |f| write_data(f, &[(TEST, &images(16, 7))]),
            TRAIN_IT,
            &["test images of 8×8", "found 7×7"],
        ),
        (
            "gzip cut",
            |f| {
                let packed = gzip(&images(64, 8));
                write_data(f, &[(TRAIN, &packed[..packed.len() - 20])]);
            },
            TRAIN_IT,
            &["complete gzip file", "cut off"],
        ),
        (
            "gzip damaged",
            |f| {
                let mut packed = gzip(&images(64, 8));
                let end = packed.len() - 6;
                packed[end] ^= 0xff;
                write_data(f, &[(TRAIN, &packed)]);
            },
            TRAIN_IT,
            &["valid gzip file", "damaged"],
        ),
        (
            "bomb with a lying header",
            |f| write_data(f, &[(TRAIN, &bomb(&idx(0x803, &[64, 8, 8], &[])))]),
            TRAIN_IT,
            &["Expected 4112 bytes", "found more"],
        ),
        (
            "bomb with an honest header",
            |f| write_data(f, &[(TRAIN, &bomb(&idx(0x803, &[1280, 1024, 1024], &[])))]),
            TRAIN_IT,
            &["at most 200 bytes", "unpack to 1342177280"],
        ),
        (
            "no folder",
            nothing,
            "train --dataset nowhere --device flex --out out",
            &[
                "a folder of pictures or IDX files, or a file of images, at nowhere",
                "found nothing",
            ],
        ),
        (
            "a file for a folder",
            |f| fs::write(f.join("list.txt"), "x").unwrap(),
            "train --dataset list.txt --device flex --out out",
            &[
                "list.txt is a text file, which is not opened",
                "a row for each image",
            ],
        ),
        (
            "an empty folder",
            |f| fs::create_dir(f.join("empty")).unwrap(),
            "train --dataset empty --device flex --out out",
            &["in empty", "found none", TRAIN],
        ),
        (
            "7×7",
            |f| write_data(f, &[(TRAIN, &images(64, 7)), (TEST, &images(16, 7))]),
            "train --dataset data --device flex --variant convolutional --out out",
            &["at least 8×8", "7×7"],
        ),
    ]);
}

#[cfg(target_os = "linux")]
#[test]
fn a_bomb_does_not_fill_the_memory() {
    for header in [[64, 8, 8], [1280, 1024, 1024]] {
        let folder = workplace();
        write_data(folder.path(), &[(TRAIN, &bomb(&idx(0x803, &header, &[])))]);
        let output = std::process::Command::new("sh")
            .args(["-c", "ulimit -v 1048576 && exec \"$0\" \"$@\""])
            .arg(env!("CARGO_BIN_EXE_hourglass"))
            .args(TRAIN_IT.split(' '))
            .current_dir(folder.path())
            .env("RAYON_NUM_THREADS", "2")
            .output()
            .unwrap();
        let sentence = failure(&output, 2);
        assert!(!sentence.contains("memory"), "{header:?}: {sentence}");
    }
}

#[test]
fn unknown_words_are_answered_with_the_known_ones() {
    for (arguments, says) in [
        ("fly", "unrecognized subcommand 'fly'"),
        ("list", "were not provided: <what>"),
        ("list planets", "variants, schedules, datasets, devices"),
        ("eval", "were not provided: <RUN>"),
        ("train --hidden 3", "unexpected argument '--hidden'"),
        ("train --variant", "a value is required for '--variant"),
        ("train --lr 1 --lr 2", "cannot be used multiple times"),
        (
            "train --variant depe",
            "vq-vae, fsq, wae, rae, but is \"depe\"",
        ),
        ("train --variant vqvae", "; nearest to it is vq-vae"),
        (
            "train --penalty l2:1",
            "--penalty must be NAME:WEIGHT, NAME one of l1, kl-sparsity, contractive, mmd, code-norm, weight-decay, but is \"l2:1\"",
        ),
        ("train --penalty l1", "but is \"l1\""),
        (
            "train --penalty l1:x",
            "penalty-l1 must be a number from 0 to 1000, but is \"x\"",
        ),
        (
            "train --beta 2",
            "--beta needs bottleneck gaussian, but bottleneck is plain",
        ),
        (
            "train --penalty kl-sparsity:1",
            "penalty-kl-sparsity needs code-activation sigmoid, but it is linear",
        ),
        (
            "train --variant k-sparse --latent 10",
            "k must be at most the 10 units of the code, but is 25",
        ),
        ("train --measure x", "[possible values: knn]"),
        (
            "train --schedule x",
            "end-to-end, greedy, ends-inward, but is \"x\"",
        ),
        ("train --optimizer x", "sgd, adam, adamw, but is \"x\""),
        (
            "train --lr-decay x",
            "constant, cosine or step:EPOCHS:FACTOR, but is \"x\"",
        ),
        (
            "train --device cuda",
            "auto, flex, wgpu or wgpu:N, but is \"cuda\"",
        ),
        (
            "train --device wgpu:-1",
            "auto, flex, wgpu or wgpu:N, but is \"wgpu:-1\"",
        ),
        (
            "train --device wgpu:99",
            "asks for GPU number 99, but this machine has",
        ),
        (
            "train --resume r --lr 3",
            "goes with --epochs, --until-epoch, --device, --dataset, --out, --replace and --json only, but --lr",
        ),
        ("train --resume r --config c", "cannot be used with"),
        ("train --until-epoch 3", "were not provided: --resume <RUN>"),
        (
            "train --resume r --until-epoch 3 --epochs 3",
            "cannot be used with",
        ),
        ("train --replace", "were not provided: --out <FOLDER>"),
    ] {
        let folder = workplace();
        let sentence = failure(&hourglass(folder.path(), arguments), 2);
        assert!(sentence.contains(says), "{arguments}: {sentence}");
    }
}

#[test]
fn numbers_out_of_range_are_told_with_their_range() {
    for (options, says) in [
        (
            "--batch 0",
            "--batch must be a whole number from 1, but is 0",
        ),
        ("--batch 1.5", "but is \"1.5\""),
        ("--batch 65537", "from 1 to 65536, but is 65537"),
        ("--epochs 0", "--epochs must be a whole number from 1"),
        ("--epochs 100001", "from 1 to 100000, but is 100001"),
        ("--limit 0", "--limit must be a whole number from 1"),
        ("--limit -3", "but is \"-3\""),
        (
            "--seed -1",
            "--seed must be a whole number from 0, but is \"-1\"",
        ),
        ("--lr -1", "learning rate of phase 1 must be from"),
        ("--lr 0", "learning rate of phase 1 must be from"),
        ("--lr nan", "but is NaN"),
        ("--lr inf", "but is inf"),
        (
            "--momentum 1",
            "momentum of phase 1 must be from 0 to 0.9999",
        ),
        (
            "--weight-decay 2",
            "weight decay of phase 1 must be from 0 to 1",
        ),
        ("--clip -1", "gradient clipping of phase 1 must be from 0"),
        (
            "--lr-decay step:0:0.5",
            "decay epochs of phase 1 must be from 1",
        ),
        (
            "--lr-decay step:1:2",
            "decay factor of phase 1 must be from",
        ),
        (
            "--variant deep --schedule greedy --dropout 2",
            "dropout of phase 1 must be from 0 to 0.9",
        ),
        (
            "--latent 0",
            "latent must be a whole number from 1 to 256, but is 0",
        ),
        ("--latent ten", "but is \"ten\""),
        (
            "--init-sigma nan",
            "init-sigma must be a number from 0.0001 to 1, but is NaN",
        ),
        (
            "--init normal:7",
            "init-sigma must be a number from 0.0001 to 1, but is 7",
        ),
        ("--output square", "one of sigmoid, linear, but is square"),
        (
            "--variant deep --layers 3",
            "from 2 to 20 in steps of 2, but is 3",
        ),
        ("--variant deep --widths abc", "a list of layer widths"),
        ("--variant deep --widths 64,0,3", "a list of layer widths"),
        (
            "--variant deep --widths 64,9999999",
            "a list of layer widths",
        ),
        (
            "--variant deep --widths 9,9,9,9,9,9,9,9,9,9,9,9",
            "2 to 11 layers",
        ),
        ("--variant deep --widths 10", "2 to 11 layers"),
    ] {
        let folder = workplace();
        let sentence = failure(
            &hourglass(folder.path(), &format!("{TRAIN_ON} {options}")),
            2,
        );
        assert!(sentence.contains(says), "{options}: {sentence}");
        assert!(
            !folder.path().join("out").exists(),
            "{options}: leaves a folder"
        );
    }
}

const TRAIN_ON: &str = "train --dataset data --device flex --out out";

#[test]
fn contradictions_are_told() {
    for (options, says) in [
        (
            "--layers 4",
            "variant autoencoder has no knob \"layers\"; it has latent",
        ),
        (
            "--schedule greedy",
            "needs a layered variant, but autoencoder",
        ),
        (
            "--output linear --loss bce",
            "loss bce needs output sigmoid, but output is linear",
        ),
        (
            "--variant deep --widths 63,9",
            "start with the 64 values of an image of 8×8×1, but start with 63",
        ),
        (
            "--variant deep --widths 64,9 --latent 8",
            "latent must be 9, as the widths 64,9 say, but is 8",
        ),
        (
            "--variant deep --widths 64,9 --layers 8",
            "layers must be 2, as the widths 64,9 say, but is 8",
        ),
        (
            "--init he --init-sigma 0.5",
            "--init-sigma needs init normal, but init is he",
        ),
        ("--init he:0.5", "but is \"he:0.5\""),
        (
            "--pretrain-lr -0.5",
            "learning rate of phase 1 must be from",
        ),
        (
            "--dropout 0.5",
            "--dropout needs schedule greedy, but the schedule is end-to-end",
        ),
        (
            "--optimizer adam --momentum 0.5",
            "--momentum needs optimizer sgd",
        ),
    ] {
        let folder = workplace();
        let sentence = failure(
            &hourglass(folder.path(), &format!("{TRAIN_ON} {options}")),
            2,
        );
        assert!(sentence.contains(says), "{options}: {sentence}");
        assert!(
            !folder.path().join("out").exists(),
            "{options}: leaves a folder"
        );
    }
}

#[cfg(target_os = "linux")]
#[test]
fn without_a_gpu_or_a_display_the_way_out_is_told() {
    let folder = workplace();
    let sentence = failure(&hourglass(folder.path(), "train --device wgpu"), 2);
    assert!(
        sentence.contains("this machine has none: use flex"),
        "{sentence}"
    );
    let sentence = failure(&hourglass(folder.path(), ""), 2);
    assert!(sentence.contains("needs a display"), "{sentence}");
}
