//! The device is chosen by what it does: with a second one that is only pretended.

use std::path::Path;
use std::process::Output;

use serde_json::Value;

use super::{failure, objects, program, success, workplace};

/// The program beside a second device that is this many times as fast as the CPU.
fn beside(folder: &Path, gpu: &str, arguments: &str) -> Output {
    let arguments: Vec<&str> = arguments.split_whitespace().collect();
    program(folder, &arguments)
        .env("HOURGLASS_PRETENDED_GPU", gpu)
        .env("HOURGLASS_KERNELS", folder.join("kernels"))
        .output()
        .unwrap()
}

fn train(folder: &Path, gpu: &str, options: &str) -> Vec<Value> {
    let arguments = format!("train --dataset data --batch 16 --json {options}");
    objects(&success(beside(folder, gpu, &arguments)))
}

fn event<'a>(events: &'a [Value], name: &str) -> Option<&'a Value> {
    events.iter().find(|event| event["event"] == name)
}

const FAST: &str = "Test card;1.0;times=3";
/// Long enough to be measured, with steps of any speed.
const LONG: &str = "--epochs 6000 --latent 4";

#[test]
fn the_next_run_takes_a_faster_gpu_and_a_kept_run_stays() {
    let folder = workplace();
    let path = folder.path();
    let first = train(path, FAST, &format!("{LONG} --out one"));
    let device = first[0]["device"].as_str().unwrap();
    assert!(device.starts_with("Flex"), "{device}");
    let compared = event(&first, "compared").unwrap();
    assert_eq!(compared["gpu"], "Test card");
    assert_eq!(compared["next"], "gpu");
    let figure = |name: &str| compared[name].as_f64().unwrap();
    assert!((figure("gpu_steps_per_s") / figure("cpu_steps_per_s") - 3.0).abs() < 1e-9);

    let second = train(path, FAST, "--epochs 2 --latent 4 --out two");
    assert_eq!(second[0]["device"], "Test card");
    let text = event(&second, "compared").unwrap()["text"]
        .as_str()
        .unwrap();
    assert!(text.ends_with(": the GPU trains."), "{text}");
    // Each goes on where it was; other sizes begin on the CPU.
    for (arguments, device) in [
        ("train --resume one --epochs 6001 --json", "Flex"),
        ("train --resume two --epochs 3 --json", "Test card"),
        ("train --resume two --epochs 4 --device flex --json", "Flex"),
        (
            "train --dataset data --batch 16 --epochs 1 --latent 5 --out three --json",
            "Flex",
        ),
        (
            "train --dataset data --batch 16 --epochs 1 --latent 4 --device flex --out four --json",
            "Flex",
        ),
    ] {
        let events = objects(&success(beside(path, FAST, arguments)));
        let on = events[0]["device"].as_str().unwrap();
        assert!(on.starts_with(device), "{arguments}: {on}");
    }
    let list = success(beside(path, FAST, "list devices"));
    assert!(
        list.contains("autoencoder 64 – 4 – 64, batch 16, sgd: CPU "),
        "{list}"
    );
    let list = objects(&success(beside(path, FAST, "list devices --json")));
    assert_eq!(list[0][1]["measured"][0]["faster_by_a_third"], true);
    // In words, for a reader.
    let words = success(beside(
        path,
        FAST,
        "train --dataset data --batch 16 --epochs 1 --latent 4 --out five",
    ));
    assert!(words.contains(" steps a second, GPU "), "{words}");
}

#[test]
fn a_training_that_is_short_ends_before_its_gpu_is_measured() {
    let folder = workplace();
    for gpu in ["Test card;1.0;hangs", "Test card;1.0;fails"] {
        let events = train(folder.path(), gpu, "--epochs 1 --replace --out out");
        assert!(event(&events, "compared").is_none());
        assert!(event(&events, "finished").is_some());
    }
    // Under way, it is given up.
    let events = train(
        folder.path(),
        "Test card;1.0;hangs",
        &format!("{LONG} --replace --out out"),
    );
    assert!(event(&events, "compared").is_none());
    assert!(event(&events, "finished").is_some());
}

#[test]
fn without_a_gpu_nothing_is_said_of_speeds() {
    let folder = workplace();
    let arguments = format!("train --dataset data --batch 16 --json {LONG} --out out");
    let arguments: Vec<&str> = arguments.split_whitespace().collect();
    let output = program(folder.path(), &arguments)
        .env("HOURGLASS_KERNELS", folder.path().join("kernels"))
        .output()
        .unwrap();
    let events = objects(&success(output));
    assert!(event(&events, "compared").is_none());
    assert!(!folder.path().join("kernels/speeds").exists());
}

/// The process that times a device, driven as the program drives it.
#[test]
fn the_process_that_times_a_device_obeys_and_ends_with_its_orders() {
    use std::io::{BufRead as _, BufReader, Write as _};
    use std::process::Stdio;
    let folder = workplace();
    let mut child = program(folder.path(), &["time-device"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut orders = child.stdin.take().unwrap();
    let config = r#"{"name":"","dataset":"x","variant":"autoencoder","batch":8,"device":"auto","knobs":{},
        "phase":[{"objective":{"kind":"end-to-end"},"epochs":1000,"learning_rate":0.000001,
        "optimizer":{"kind":"adam"}}]}"#;
    let job = format!(
        r#"{{"device":"flex","name":"flex","config":{config},"shape":[8,8,1],"is_kept_on_device":true,"cpu_steps_per_sec":1.0}}"#
    );
    writeln!(orders, "{}", job.replace('\n', " ")).unwrap();
    let mut words = BufReader::new(child.stdout.take().unwrap()).lines();
    assert_eq!(words.next().unwrap().unwrap(), r#""ready""#);
    writeln!(orders, "go").unwrap();
    let timed = words.next().unwrap().unwrap();
    assert!(timed.starts_with(r#"{"timed":{"steps":"#), "{timed}");
    // Nobody gives orders any more: it ends by itself.
    drop(orders);
    assert!(child.wait().unwrap().success());

    let sentence = failure(&super::hourglass(folder.path(), "time-device --loud"), 2);
    assert!(sentence.contains("--loud"), "{sentence}");
}
