//! The series of a run as CSV: a row a training step and a row a measurement, whose terms and figures
//! beyond the squared error stand in one column each as `name=value`, with semicolons between them; a
//! figure of several numbers has bars between those.
//!
//! Numbers are written so that reading gives back the same bits, and nothing in the file depends on
//! the clock: the same run writes the same bytes.

use std::fmt::Write as _;
use std::path::Path;

use crate::model::Figure;
use crate::train::{Losses, Measures, Metrics, PhaseStart, TermValues, TestPoint, Verdict};

use super::StoreError;

const HEADER: &str = "step,phase,train_loss,test_mse,outputs,terms,measures";

/// The columns of runs kept before there were terms and measures.
const HEADER_1: &str = "step,phase,train_loss,test_mse,outputs";

const VERDICTS: [(Verdict, &str); 4] = [
    (Verdict::Varied, "varied"),
    (Verdict::MeanImage, "mean-image"),
    (Verdict::AllBlack, "all-black"),
    (Verdict::Constant, "constant"),
];

pub(super) fn encode(metrics: &Metrics) -> String {
    let mut csv = String::from(HEADER);
    csv.push('\n');
    rows(&mut csv, &metrics.train, &metrics.test, &metrics.phases);
    csv
}

/// The rows of what was measured after other points were written, given the starts of all phases.
/// Time goes on, so they belong behind the rows written before.
pub(super) fn encode_more(train: &Losses, test: &[TestPoint], phases: &[PhaseStart]) -> String {
    let mut csv = String::new();
    rows(&mut csv, train, test, phases);
    csv
}

fn rows(csv: &mut String, train: &Losses, test: &[TestPoint], phases: &[PhaseStart]) {
    let mut tests = test.iter().peekable();
    let mut phases = phases.iter().peekable();
    let mut phase = 0;
    for point in train.iter() {
        // A measurement at step n was taken before training step n.
        while let Some(test) = tests.next_if(|test| test.step <= point.step) {
            test_row(csv, test);
        }
        while let Some(start) = phases.next_if(|start| start.step <= point.step) {
            phase = start.phase;
        }
        // Writing to a String cannot fail.
        let _ = writeln!(csv, "{},{phase},{},,,,", point.step, point.loss);
    }
    for test in tests {
        test_row(csv, test);
    }
}

fn test_row(csv: &mut String, test: &TestPoint) {
    let verdict = VERDICTS
        .iter()
        .find(|(verdict, _)| *verdict == test.verdict)
        .map_or("", |(_, name)| name);
    let terms = test.terms.iter();
    let terms: Vec<String> = terms
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    let measures = test.measures.iter().map(|(name, figure)| match figure {
        Figure::One(value) => format!("{name}={value}"),
        Figure::Each(values) => {
            let values: Vec<String> = values.iter().map(f64::to_string).collect();
            format!("{name}=|{}", values.join("|"))
        }
    });
    let measures: Vec<String> = measures.collect();
    let _ = writeln!(
        csv,
        "{},{},,{},{verdict},{},{}",
        test.step,
        test.phase,
        test.mse,
        terms.join(";"),
        measures.join(";")
    );
}

/// Reads train and test points; the starts of the phases are kept elsewhere.
pub(super) fn decode(path: &Path, csv: &str) -> Result<Metrics, StoreError> {
    let mut lines = csv.lines();
    let has_measures = match lines.next() {
        Some(HEADER) => true,
        Some(HEADER_1) => false,
        _ => {
            return Err(StoreError::content(
                path,
                "the columns step,phase,train_loss,test_mse,outputs,terms,measures",
                "its first line names others",
            ));
        }
    };
    let mut metrics = Metrics::default();
    for (index, line) in lines.enumerate() {
        let mut parts = line.rsplitn(if has_measures { 3 } else { 1 }, ',');
        let [measures, terms] = if has_measures {
            [(); 2].map(|()| parts.next().unwrap_or_default())
        } else {
            [""; 2]
        };
        let row = parts.next().unwrap_or_default();
        if !read_row(row, terms, measures, &mut metrics) {
            return Err(StoreError::content(
                path,
                "a measurement or the next training step in every row",
                format!("row {} is {line:?}", index + 2),
            ));
        }
    }
    Ok(metrics)
}

/// A number, unless it is none or NaN or infinite, which no series holds.
fn finite<T: std::str::FromStr + Copy + Into<f64>>(text: &str) -> Option<T> {
    let number: T = text.parse().ok()?;
    number.into().is_finite().then_some(number)
}

/// What stands in a column as `name=value`; `None` where a part of it is something else.
fn read_named<T, C: FromIterator<(String, T)>>(
    text: &str,
    value: impl Fn(&str) -> Option<T>,
) -> Option<C> {
    let parts = text.split(';').filter(|part| !part.is_empty());
    let named = parts.map(|part| {
        let (name, text) = part.split_once('=')?;
        Some((name.to_owned(), value(text)?))
    });
    named.collect()
}

fn figure(text: &str) -> Option<Figure> {
    match text.strip_prefix('|') {
        None => finite(text).map(Figure::One),
        Some(values) => {
            let values: Option<_> = values.split('|').map(finite).collect();
            values.map(Figure::Each)
        }
    }
}

fn read_row(line: &str, terms: &str, measures: &str, metrics: &mut Metrics) -> bool {
    let fields: Vec<&str> = line.split(',').collect();
    let [step, phase, loss, mse, verdict] = fields[..] else {
        return false;
    };
    let (Ok(step), Ok(phase)) = (step.parse::<u64>(), phase.parse()) else {
        return false;
    };
    if let (Some(loss), "", "", "", "") = (finite::<f32>(loss), mse, verdict, terms, measures) {
        // One a step, from the first on.
        let is_next = step == metrics.train.steps().end;
        if is_next {
            metrics.train.push(loss);
        }
        return is_next;
    }
    let known = VERDICTS.iter().find(|(_, name)| *name == verdict);
    let terms = read_named(terms, finite);
    let measures = read_named(measures, figure);
    if let ("", Some(mse), Some((verdict, _)), Some(terms), Some(measures)) =
        (loss, finite::<f64>(mse), known, terms, measures)
    {
        metrics.test.push(TestPoint {
            step,
            phase,
            mse,
            verdict: *verdict,
            terms: TermValues::new(terms),
            measures: Measures::new(measures),
        });
        return true;
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::PhaseStart;

    #[test]
    fn series_come_back_bit_for_bit() {
        let test = |step, phase, verdict| TestPoint {
            step,
            phase,
            mse: 1.0 / 3.0 + step as f64,
            verdict,
            terms: TermValues::new([("kl".to_owned(), 1.0 / 3.0)].into()),
            measures: Measures::new(match phase {
                0 => [].into(),
                _ => [
                    ("denoised_mse", Figure::One(1.0 / 7.0)),
                    ("kl_per_dimension", Figure::Each(vec![0.1, 1.0 / 3.0])),
                    ("one_dimension", Figure::Each(vec![0.1])),
                ]
                .map(|(name, figure)| (name.to_owned(), figure))
                .into(),
            }),
        };
        let metrics = Metrics {
            train: Losses::new(0, (0..4).map(|step| 0.1 + step as f32 / 7.0)),
            test: vec![
                test(0, 0, Verdict::Constant),
                test(2, 0, Verdict::MeanImage),
                test(2, 1, Verdict::AllBlack),
                test(4, 1, Verdict::Varied),
            ],
            phases: vec![
                PhaseStart { phase: 0, step: 0 },
                PhaseStart { phase: 1, step: 2 },
            ],
        };
        let csv = encode(&metrics);
        assert!(csv.contains("\n2,1,0.38571"), "{csv}");
        let mut back = decode(Path::new("metrics.csv"), &csv).unwrap();
        back.phases.clone_from(&metrics.phases);
        assert_eq!(back, metrics);
    }

    #[test]
    fn a_damaged_row_is_named() {
        for row in [
            "2,0,0.5,,,,",
            "0,0,0.5,,,,",
            "1,0,oops,,,,",
            "1,0,NaN,,,,",
            "1,0,,inf,varied,,",
            "1,0,,0.5,varied,kl,",
            "1,0,,0.5,varied,kl=|1,",
            "1,0,,0.5,varied,,noisy_mse",
            "1,0,,0.5,varied,,noisy_mse=inf",
            "1,0,,0.5,varied,,kl=|1|x",
            "1,0,0.5,,,,noisy_mse=1",
            "1,0,0.5",
        ] {
            let csv = format!("{HEADER}\n0,0,0.5,,,,\n{row}\n");
            let message = decode(Path::new("m.csv"), &csv).unwrap_err().to_string();
            assert!(message.contains(&format!("row 3 is {row:?}")), "{message}");
        }
    }
}
