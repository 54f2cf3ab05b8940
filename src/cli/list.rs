//! Lists of what there is, from the tables.

use clap::ArgMatches;
use serde_json::{Value, json};

use crate::data::fetch::{SETS, Shelf};
use crate::data::{SOURCES, Source};
use crate::engine::{DeviceInfo, kept_comparisons, list_devices};
use crate::model::{Knob, Pretraining, VARIANTS};

use super::{Failure, output, presets};

/// One entry: key, name, a sentence, and what more there is as JSON.
struct Entry {
    id: String,
    text: String,
    json: Value,
}

fn knob_json(knob: &Knob) -> Value {
    json!({
        "id": knob.id,
        "name": knob.name,
        "help": knob.help,
        "expected": knob.expected(),
        "default": knob.default_value(),
    })
}

/// A source of images, with a word about whether it has to be fetched.
fn dataset(source: &dyn Source) -> Entry {
    let (id, summary) = (source.id(), source.summary());
    let mut json = json!({"id": id, "name": source.name(), "summary": summary});
    let mut text = summary.to_owned();
    if let Some(set) = SETS.iter().find(|set| set.id == id) {
        let is_here = Shelf::usual().is_ok_and(|shelf| shelf.has(set));
        json["fetched"] = is_here.into();
        json["bytes"] = set.bytes().into();
        text = if is_here {
            format!("{text} Fetched.")
        } else {
            format!(
                "{text} Not fetched yet: hourglass fetch {id} ({}).",
                set.size()
            )
        };
    }
    Entry {
        id: id.to_owned(),
        text,
        json,
    }
}

fn entries(what: &str) -> Vec<Entry> {
    match what {
        "variants" => VARIANTS
            .iter()
            .map(|variant| Entry {
                id: variant.id().to_owned(),
                text: variant.summary().to_owned(),
                json: json!({
                    "id": variant.id(),
                    "name": variant.name(),
                    "summary": variant.summary(),
                    "schedule": variant.recipe().pretraining.id(),
                    "knobs": variant.knobs().iter().map(knob_json).collect::<Vec<_>>(),
                }),
            })
            .collect(),
        "schedules" => Pretraining::ALL
            .iter()
            .map(|schedule| Entry {
                id: schedule.id().to_owned(),
                text: schedule.summary().to_owned(),
                json: json!({"id": schedule.id(), "name": schedule.name(), "summary": schedule.summary()}),
            })
            .collect(),
        "datasets" => SOURCES.iter().map(|source| dataset(*source)).collect(),
        _ => devices(),
    }
}

/// All devices, with what was measured of them beside the CPU.
fn devices() -> Vec<Entry> {
    let kept = kept_comparisons();
    let entry = |device: DeviceInfo| {
        let own = kept
            .iter()
            .filter(|kept| kept.comparison.gpu == device.name);
        let (mut lines, mut measured) = (String::new(), Vec::new());
        for kept in own {
            let (variant, sizes, batch) = (&kept.variant, &kept.sizes, kept.batch);
            let (optimizer, figures) = (&kept.optimizer, kept.comparison.figures());
            lines =
                format!("{lines}\n    {variant} {sizes}, batch {batch}, {optimizer}: {figures}");
            measured.push(json!({
                "variant": variant,
                "sizes": sizes,
                "batch": batch,
                "optimizer": optimizer,
                "cpu_steps_per_s": kept.comparison.cpu_steps_per_sec,
                "gpu_steps_per_s": kept.comparison.gpu_steps_per_sec,
                "faster_by_a_third": kept.comparison.takes_gpu(),
            }));
        }
        let role = match (device.is_software, device.is_auto, device.is_candidate) {
            (true, _, _) => ", a software adapter: correct but slow",
            (false, true, _) => " (auto begins here)",
            (false, false, true) => " (auto takes it where it is faster by a third)",
            (false, false, false) => "",
        };
        Entry {
            text: format!("{}{role}{lines}", device.name),
            json: json!({
                "id": device.id,
                "name": device.name,
                "software": device.is_software,
                "auto": device.is_auto,
                "candidate": device.is_candidate,
                "measured": measured,
            }),
            id: device.id,
        }
    };
    list_devices().into_iter().map(entry).collect()
}

/// Prints one of the lists.
///
/// # Errors
/// When standard output refuses it.
pub(super) fn list(matches: &ArgMatches) -> Result<(), Failure> {
    let what = matches
        .get_one::<String>("what")
        .map_or("variants", String::as_str);
    let is_json = matches.get_flag("json");
    if what == "presets" {
        return presets::list(is_json);
    }
    let entries = entries(what);
    if is_json {
        let all: Vec<Value> = entries.into_iter().map(|entry| entry.json).collect();
        return output::line(Value::Array(all));
    }
    let width = entries
        .iter()
        .map(|entry| entry.id.len())
        .max()
        .unwrap_or(0);
    for entry in entries {
        output::line(format!("{:width$}  {}", entry.id, entry.text))?;
    }
    Ok(())
}
