//! Share strings: there and back, and whatever else is pasted.

use proptest::prelude::*;

use super::*;
use crate::model::{KnobValue, Pretraining, VARIANTS, variant};

fn config(id: &str) -> RunConfig {
    RunConfig::recipe(variant(id).unwrap(), "glyphs")
}

fn share(config: RunConfig) -> Share {
    Share {
        config,
        controls: Controls::default(),
    }
}

/// A text over these bytes, of the version given.
fn text_of(version: u8, toml: &[u8]) -> String {
    let mut packed = ZlibEncoder::new(vec![version], Compression::best());
    packed.write_all(toml).unwrap();
    URL_SAFE_NO_PAD.encode(packed.finish().unwrap())
}

fn sentence(text: &str) -> String {
    Share::decode(text).unwrap_err().to_string()
}

#[test]
fn every_recipe_goes_there_and_back_in_a_short_text() {
    for variant in VARIANTS {
        let mut config = config(variant.id());
        config.seed = i64::MAX as u64;
        config.name = "Japanisch 日本 “x”".to_owned();
        let share = share(config);
        let text = share.encode().unwrap();
        assert!(
            text.len() < 800,
            "{}: {} characters",
            variant.id(),
            text.len()
        );
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
        assert!(text.bytes().all(is_plain), "{text}");
        assert_eq!(Share::decode(&text).unwrap(), share);
    }
}

#[test]
fn locks_go_along() {
    let mut share = share(config("stacked"));
    share
        .controls
        .set_all("latent, lr", Access::Locked)
        .unwrap();
    share.controls.set_all("device", Access::Hidden).unwrap();
    let back = Share::decode(&share.encode().unwrap()).unwrap();
    assert_eq!(back, share);
    assert_eq!(back.controls.access("lr"), Access::Locked);
    assert_eq!(back.controls.access("device"), Access::Hidden);
    assert_eq!(back.controls.access("seed"), Access::Free);
    assert_eq!(
        (
            back.controls.count(Access::Locked),
            back.controls.count(Access::Hidden)
        ),
        (2, 1)
    );
}

#[test]
fn what_belongs_to_this_computer_stays_here() {
    let mut private = config("deep");
    private.dataset = "/home/me/pictures".to_owned();
    let error = share(private).encode().unwrap_err().to_string();
    assert!(
        error.contains("/home/me/pictures") && error.contains("fashion-mnist"),
        "{error}"
    );

    let mut weights = config("deep");
    weights.initial_weights = Some(crate::train::InitialWeights {
        file: "/home/me/w.safetensors".to_owned(),
        sha256: None,
    });
    let error = share(weights).encode().unwrap_err().to_string();
    assert!(error.contains("/home/me/w.safetensors"), "{error}");

    let mut large = config("deep");
    large.seed = u64::MAX;
    let error = share(large).encode().unwrap_err().to_string();
    assert!(error.contains("seed must be at most"), "{error}");

    let mut own = config("deep");
    own.device = "wgpu:1".to_owned();
    own.dataset_sha256 = Some("0".repeat(64));
    let back = Share::decode(&share(own).encode().unwrap()).unwrap();
    assert_eq!(
        (back.config.device.as_str(), back.config.dataset_sha256),
        ("wgpu", None)
    );
}

#[test]
fn breaks_and_spaces_do_not_matter() {
    let share = share(config("autoencoder"));
    let text = share.encode().unwrap();
    let (one, two) = text.split_at(40);
    let wrapped = format!("  {one}\r\n > {two}==\n").replace('>', "");
    assert_eq!(Share::decode(&wrapped).unwrap(), share);
}

#[test]
fn other_texts_are_refused_in_a_sentence() {
    let good = share(config("autoencoder")).encode().unwrap();
    let toml = |more: &str| format!("run = {{ variant = \"deep\", dataset = \"glyphs\", {more} }}");
    let folder = r#"run = { variant = "deep", dataset = "/etc" }"#;
    let unknown = r#"run = { variant = "magic", dataset = "glyphs" }"#;
    let extra = toml("colour = 1");
    let seed = toml("seed = -1");
    let lock = format!("locked = [\"door\"]\n{}", toml("seed = 3"));
    let batch = toml("batch = 0");
    let nested = format!("locked = {}", "[".repeat(100_000));
    let cases = [
        ("", "no text"),
        ("  \n", "no text"),
        ("not a share string!", "other characters"),
        (&good[..good.len() - 8], "not all of it"),
        (&good[..1], "not all of it"),
        (&text_of(2, b"{}"), "version 2, made by a newer"),
        (&text_of(0, b"{}"), "version 0"),
        (&text_of(1, b"[x]"), "something else"),
        (&text_of(1, &[0xff; 9]), "something else than text"),
        (&text_of(1, extra.as_bytes()), "colour"),
        (&text_of(1, folder.as_bytes()), "\"/etc\""),
        (&text_of(1, unknown.as_bytes()), "magic"),
        (&text_of(1, seed.as_bytes()), "something else"),
        (&text_of(1, nested.as_bytes()), "something else"),
        (&text_of(1, batch.as_bytes()), "batch"),
        (&text_of(1, lock.as_bytes()), "no control \"door\""),
        (&"A".repeat(MAX_TEXT + 1), "at most 65536"),
    ];
    for (text, words) in cases {
        let found = sentence(text);
        assert!(found.contains(words), "no {words:?} in {found:?}");
        assert!(!found.contains('\n'), "{found:?}");
    }
}

#[test]
fn a_bomb_does_not_go_off() {
    // A megabyte of zeros is a thousand bytes of text.
    let bomb = text_of(1, &vec![b' '; 40 << 20]);
    assert!(bomb.len() < MAX_TEXT, "{}", bomb.len());
    assert!(sentence(&bomb).contains("unpacks to more"));
}

#[test]
fn one_wrong_character_is_noticed() {
    let good = share(config("stacked")).encode().unwrap();
    for place in 2..good.len() - 1 {
        let mut text = good.clone().into_bytes();
        text[place] = if text[place] == b'A' { b'B' } else { b'A' };
        let text = String::from_utf8(text).unwrap();
        assert!(Share::decode(&text).is_err(), "character {place}");
    }
}

#[test]
fn every_control_sees_its_own_change_and_no_other() {
    type Change = (&'static str, fn(&mut RunConfig));
    let before = config("stacked");
    let changes: &[Change] = &[
        ("variant", |c| c.variant = "deep".to_owned()),
        ("latent", |c| c.knobs.set("latent", KnobValue::Integer(3))),
        ("schedule", |c| c.pretraining = Pretraining::Greedy),
        ("pretrain-epochs", |c| c.schedule.phases[0].epochs += 1),
        ("epochs", |c| {
            c.schedule.phases.last_mut().unwrap().epochs += 1;
        }),
        ("lr", |c| c.schedule.phases[2].learning_rate *= 2.0),
        ("momentum", |c| {
            c.schedule.phases[1].optimizer.momentum = 0.1;
        }),
        ("weight-decay", |c| {
            c.schedule.phases[1].optimizer.weight_decay = 0.1;
        }),
        ("clip", |c| c.schedule.phases[1].optimizer.clip = 7.0),
        ("dropout", |c| c.schedule.phases[1].dropout = 0.7),
        ("batch", |c| c.batch += 1),
        ("seed", |c| c.seed += 1),
        ("dataset", |c| c.dataset = "mnist".to_owned()),
        ("limit", |c| c.limit = Some(9)),
        ("device", |c| c.device = "flex".to_owned()),
    ];
    let mut locked = Controls::default();
    for control in controls() {
        locked.set(control, Access::Locked);
    }
    assert_eq!(locked.broken_by(&before, &before), None);
    for (id, change) in changes {
        let mut after = before.clone();
        change(&mut after);
        assert_eq!(
            locked.broken_by(&before, &after).map(|control| control.id),
            Some(*id)
        );
        let mut others = locked.clone();
        others.set(control(id).unwrap(), Access::Free);
        assert_eq!(others.broken_by(&before, &after), None, "{id}");
    }
}

#[test]
fn controls_have_names_of_their_own() {
    let all = controls();
    for (i, control) in all.iter().enumerate() {
        assert!(!all[..i].contains(control), "{}", control.id);
        let twins = all.iter().filter(|other| other.name == control.name);
        assert_eq!(twins.count(), 1, "two are called {}", control.name);
    }
}

proptest! {
    #[test]
    fn any_configuration_that_can_be_goes_there_and_back(
        variant in 0..VARIANTS.len(),
        seed in 0..=i64::MAX as u64,
        latent in 1_i64..64,
        batch in 1_usize..=65_536,
        limit in proptest::option::of(1_usize..1_000_000),
        rate in 1e-6_f64..10.0,
        epochs in 1_usize..1000,
        name in "\\PC{0,40}",
        picks in proptest::collection::vec(0_usize..3, controls().len()),
    ) {
        let mut config = RunConfig::recipe(VARIANTS[variant], "fashion-mnist");
        config.name = name;
        config.seed = seed;
        config.batch = batch;
        config.limit = limit;
        config.knobs.set("latent", KnobValue::Integer(latent));
        for phase in &mut config.schedule.phases {
            phase.learning_rate = rate;
            phase.epochs = epochs;
        }
        let mut controls_of = Controls::default();
        for (control, pick) in controls().into_iter().zip(picks) {
            controls_of.set(control, Access::ALL[pick]);
        }
        prop_assume!(config.check().is_ok());
        let share = Share { config, controls: controls_of };
        let text = share.encode().unwrap();
        prop_assert_eq!(Share::decode(&text).unwrap(), share);
    }

    #[test]
    fn no_text_panics(text in "\\PC{0,200}") {
        let _ = Share::decode(&text);
    }

    #[test]
    fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = Share::decode(&URL_SAFE_NO_PAD.encode(&bytes));
        let _ = Share::decode(&text_of(VERSION, &bytes));
    }

    #[test]
    fn no_toml_panics(toml in "[{}\\[\\]\",=.\na-z0-9-]{0,200}") {
        let _ = Share::decode(&text_of(VERSION, format!("run = {toml}").as_bytes()));
        let _ = Share::decode(&text_of(VERSION, format!("[run]\n{toml}").as_bytes()));
    }
}
