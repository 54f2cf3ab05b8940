//! Tests of the knobs.

use super::*;

const TABLE: &[Knob] = &[
    Knob {
        id: "layers",
        name: "Layers",
        help: "",
        kind: KnobKind::Integer {
            min: 2,
            max: 20,
            default: 10,
            step: 2,
            scale: Scale::Linear,
        },
        only_with: &[],
        part: Part::Network,
        is_live: false,
    },
    Knob {
        id: "init",
        name: "Initialisation",
        help: "",
        kind: KnobKind::Choice {
            options: &[
                Choice {
                    id: "normal",
                    name: "Normal",
                    help: "",
                    companion: Some("init-sigma"),
                },
                Choice {
                    id: "he",
                    name: "He",
                    help: "",
                    companion: None,
                },
            ],
            default: "normal",
        },
        only_with: &[],
        part: Part::Network,
        is_live: false,
    },
    Knob {
        id: "init-sigma",
        name: "σ",
        help: "",
        kind: KnobKind::Real {
            min: 1e-4,
            max: 1.0,
            usual: 1.0,
            default: 0.01,
            scale: Scale::Logarithmic,
        },
        only_with: &[Condition::Is("init", &["normal"])],
        part: Part::Network,
        is_live: false,
    },
];

fn set(id: &str, text: &str) -> Result<Knobs, KnobError> {
    let mut knobs = Knobs::default();
    knobs.set_text("deep", TABLE, id, text)?;
    knobs.resolve("deep", TABLE)
}

#[test]
fn sliders_end_within_the_range_and_hold_the_default() {
    for variant in crate::model::VARIANTS {
        for knob in variant.knobs() {
            if let KnobKind::Real {
                min,
                max,
                usual,
                default,
                ..
            } = knob.kind
            {
                let is_sound = min < usual && usual <= max && default <= usual;
                assert!(is_sound, "{} of {}", knob.id, variant.id());
            }
        }
    }
}

#[test]
fn an_option_with_a_value_sets_its_companion() {
    let knobs = set("init", "normal:0.05").unwrap();
    assert_eq!(knobs.text("init"), "normal");
    assert!((knobs.real("init-sigma") - 0.05).abs() < 1e-12);
    assert!(set("init", "he:0.05").is_err(), "he takes no value");
    assert!(set("init", "normal:7").is_err(), "σ is out of range");
}

#[test]
fn values_out_of_range_say_the_range() {
    let message = set("layers", "7").unwrap_err().to_string();
    assert_eq!(
        message,
        "layers must be a whole number from 2 to 20 in steps of 2, but is 7"
    );
    assert!(set("layers", "22").is_err());
    assert!(set("layers", "ten").is_err());
    assert_eq!(set("layers", "8").unwrap().integer("layers"), 8);
}

#[test]
fn an_unknown_knob_names_the_known_ones() {
    let message = set("depth", "3").unwrap_err().to_string();
    assert!(message.contains("layers, init, init-sigma"), "{message}");
}

#[test]
fn a_companion_is_active_with_its_option_only() {
    let knobs = set("init", "he").unwrap();
    assert!(!TABLE[2].is_active(&knobs));
    assert!(TABLE[2].is_active(&set("init", "normal").unwrap()));
}

#[test]
fn widths_are_read_with_commas_and_dashes() {
    assert_eq!(parse_widths("784-500, 10"), Ok(vec![784, 500, 10]));
    assert_eq!(parse_widths(""), Ok(vec![]));
    assert_eq!(parse_widths("784,x"), Err("x".to_owned()));
    assert_eq!(parse_widths("0"), Err("0".to_owned()));
}
