//! What a data set is: its images, classes, and what was left out.
//!
//! Reading pictures is told on standard error, by a bar where that is a terminal.

use std::time::Duration;

use clap::{Arg, ArgMatches, Command};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Value, json};

use crate::data::reading::NO_LABEL;
use crate::data::{self, Color, Dataset, DatasetRequest, Meter, Reading, Skipped, Split, Survey};

use super::numbers::count;
use super::{Failure, output};

/// Things left out that are listed outside of JSON.
const LISTED: usize = 20;

/// The options that say how files become images.
pub(super) fn reading_args() -> [Arg; 4] {
    let ids: Vec<&str> = Color::ALL.iter().map(|color| color.id()).collect();
    [
        Arg::new("image-size").long("image-size").value_name("WxH").help(
            "Size that the pictures of a folder are brought to, 8x8 to 128x128 [default: 28x28]",
        ),
        Arg::new("color")
            .long("color")
            .value_name("C")
            .help(format!("Colour of the pictures of a folder: {} [default: grey]", ids.join(" or "))),
        Arg::new("label").long("label").value_name("COLUMN").help(format!(
            "Column of a table that holds the labels: its heading, its number from 1, or {NO_LABEL} [default: found]"
        )),
        Arg::new("transpose")
            .long("transpose")
            .value_name("YES|NO")
            .num_args(0..=1)
            .require_equals(true)
            .default_missing_value("yes")
            .help("Swap rows and columns of every image: yes or no [default: yes for EMNIST]"),
    ]
}

/// What the options say of how files become images.
pub(super) fn reading(matches: &ArgMatches) -> Result<Reading, Failure> {
    let text = |id: &str| matches.get_one::<String>(id);
    let size = text("image-size").map(|text| text.parse()).transpose();
    let color = text("color").map(|name| {
        let known = Color::ALL.iter().find(|color| color.id() == name);
        known.copied().ok_or_else(|| {
            Failure::bad_input(format!("color must be one of grey, rgb, but is {name:?}"))
        })
    });
    let transpose = text("transpose").map(|word| match word.as_str() {
        "yes" => Ok(true),
        "no" => Ok(false),
        _ => Err(Failure::bad_input(format!(
            "transpose must be one of yes, no, but is {word:?}"
        ))),
    });
    Ok(Reading {
        label: text("label").cloned(),
        transpose: transpose.transpose()?,
        size: size.map_err(Failure::bad_input)?,
        color: color.transpose()?,
    })
}

/// The command that describes a data set.
pub(super) fn command(json: Arg) -> Command {
    Command::new("data")
        .about("Describe a data set: images, classes, split, what was left out")
        .arg(
            Arg::new("dataset")
                .value_name("NAME|PATH")
                .required(true)
                .help("Built-in data, a folder or a file (see list datasets)"),
        )
        .arg(
            Arg::new("limit")
                .long("limit")
                .value_name("N")
                .help("How many training images are used [default: all]"),
        )
        .args(reading_args())
        .arg(json)
}

/// Tells a bar on standard error.
struct Bar(ProgressBar);

impl Meter for Bar {
    fn tell(&self, done: u64, total: Option<u64>) {
        self.0.set_length(total.unwrap_or(0));
        self.0.set_position(done);
    }

    fn is_cancelled(&self) -> bool {
        false
    }
}

/// Describes a data set.
///
/// # Errors
/// When it cannot be opened, in a sentence.
pub(super) fn data(matches: &ArgMatches) -> Result<(), Failure> {
    let location = matches.get_one::<String>("dataset").cloned();
    let request = DatasetRequest {
        location: location.unwrap_or_default(),
        limit: count(matches, "limit")?,
        reading: reading(matches)?,
    };
    let bar = ProgressBar::new(0);
    let style = ProgressStyle::with_template("{bar:30} {pos}/{len} reading images")
        .unwrap_or_else(|_template| ProgressStyle::default_bar());
    bar.set_style(style);
    bar.enable_steady_tick(Duration::from_millis(250));
    let opened = data::open_with(&request, &Bar(bar.clone()));
    bar.finish_and_clear();
    let data = opened?;
    if matches.get_flag("json") {
        return output::line(to_json(&data));
    }
    for line in lines(&data) {
        output::line(line)?;
    }
    Ok(())
}

/// Images of each class in training and testing, with the class's name.
fn classes(data: &Dataset) -> Vec<(String, usize, usize)> {
    let names = data.class_names.as_deref().unwrap_or_default();
    Survey::of(data)
        .classes
        .iter()
        .map(|count| {
            let name = names.get(usize::from(count.class)).cloned();
            let name = name.unwrap_or_else(|| count.class.to_string());
            (name, count.train, count.test)
        })
        .collect()
}

fn to_json(data: &Dataset) -> Value {
    let shape = data.train.shape();
    let set_aside = match data.split {
        Split::Given => Value::Null,
        Split::FromTrain { test_count, seed } => json!({"images": test_count, "seed": seed}),
    };
    let classes: Vec<Value> = classes(data)
        .into_iter()
        .map(|(name, train, test)| json!({"name": name, "train": train, "test": test}))
        .collect();
    let skipped: Vec<Value> = data
        .skipped
        .iter()
        .map(|skipped| json!({"path": skipped.path, "why": skipped.why}))
        .collect();
    json!({
        "dataset": data.location,
        "name": data.name,
        "source": data::source_of(&data.location).map(|source| source.id()),
        "width": shape.width,
        "height": shape.height,
        "channels": shape.channels,
        "train_images": data.train.len(),
        "test_images": data.test.len(),
        "set_aside": set_aside,
        "classes": classes,
        "remarks": data.remarks,
        "skipped": skipped,
        "skipped_count": data.skipped.len() + data.unlisted,
        "sha256": data.hash,
    })
}

fn lines(data: &Dataset) -> Vec<String> {
    let source = data::source_of(&data.location).map_or("", |source| source.name());
    let mut lines = vec![
        format!("{}: {source}", data.name),
        format!(
            "{} training and {} test images of {}; {}",
            data.train.len(),
            data.test.len(),
            data.train.shape(),
            data.split
                .to_words()
                .unwrap_or_else(|| "test images as given".to_owned())
        ),
    ];
    let classes = classes(data);
    if classes.is_empty() {
        lines.push("no labels".to_owned());
    } else {
        lines.push(format!("{} classes (training, test)", classes.len()));
        let width = classes
            .iter()
            .map(|(name, _, _)| name.chars().count())
            .max()
            .unwrap_or(0);
        for (name, train, test) in classes {
            lines.push(format!("  {name:width$}  {train:>7}  {test:>7}"));
        }
    }
    lines.extend(remark_lines(&data.remarks));
    lines.extend(skipped_lines(&data.skipped, data.unlisted));
    lines.push(format!("sha256 {}", data.hash));
    lines
}

/// What the reader decided, a line each.
pub(super) fn remark_lines(remarks: &[String]) -> impl Iterator<Item = String> {
    remarks.iter().map(|remark| format!("note: {remark}"))
}

/// What was left out, as lines; so many more are not among them.
pub(super) fn skipped_lines(skipped: &[Skipped], unlisted: usize) -> Vec<String> {
    if skipped.is_empty() {
        return Vec::new();
    }
    let all = skipped.len() + unlisted;
    let mut lines = vec![format!("left out: {all}")];
    lines.extend(
        skipped
            .iter()
            .take(LISTED)
            .map(|skipped| format!("  {}: {}", skipped.path, skipped.why)),
    );
    if all > LISTED {
        let more = all - LISTED;
        let told = match unlisted {
            0 => "all".to_owned(),
            _ => format!("the first {}", skipped.len()),
        };
        lines.push(format!(
            "  and {more} more (hourglass data --json lists {told})"
        ));
    }
    lines
}
