//! Measurements of several runs as one table of text.
//!
//! A *row* is a training step, with its loss, or a measurement on the test images. Phases are counted
//! from 1, as in the window. Numbers are written so that reading gives back the same bits.
//!
//! Where a loss has more terms than its reconstruction, or more than the error was measured, a column
//! each follows, such as `term_kl` and `measure_active_units`; a figure of several numbers has bars
//! between them. What a run lacks stays empty.

use std::collections::BTreeSet;
use std::path::Path;

use crate::model::{Figure, RECONSTRUCTION};
use crate::train::{TestPoint, TrainPoint};

use super::super::StoreError;
use super::curves::{CurvePhase, CurveRun};

const HEADER: [&str; 9] = [
    "run",
    "step",
    "epoch",
    "phase",
    "objective",
    "seconds",
    "train_loss",
    "train_loss_of",
    "test_mse",
];

/// The table.
///
/// # Errors
/// Where a row cannot be written.
pub fn encode_curves(path: &Path, runs: &[CurveRun]) -> Result<Vec<u8>, StoreError> {
    table(runs)
        .map_err(|error| StoreError::content(path, "a table of measurements", error.to_string()))
}

/// Names of the columns behind the others.
#[derive(Debug, Default)]
struct Further<'a> {
    terms: BTreeSet<&'a str>,
    measures: BTreeSet<&'a str>,
}

impl<'a> Further<'a> {
    /// Of all runs; none where every loss is its reconstruction and nothing else was measured.
    fn of(runs: &'a [CurveRun]) -> Self {
        let mut found = Self::default();
        for point in runs.iter().flat_map(|run| &run.metrics.test) {
            found.terms.extend(point.terms.keys().map(String::as_str));
            let measures = point.measures.keys().map(String::as_str);
            found.measures.extend(measures);
        }
        let has_more =
            !found.measures.is_empty() || found.terms.iter().any(|name| *name != RECONSTRUCTION);
        if has_more { found } else { Self::default() }
    }

    fn header(&self) -> impl Iterator<Item = String> {
        let terms = self.terms.iter().map(|name| format!("term_{name}"));
        let measures = self.measures.iter().map(|name| format!("measure_{name}"));
        terms.chain(measures)
    }

    /// What was measured at a point, or nothing for a training step.
    fn cells(&self, point: Option<&TestPoint>) -> impl Iterator<Item = String> {
        let terms = self.terms.iter().map(move |name| {
            let value = point.and_then(|point| point.terms.get(*name));
            value.map_or_else(String::new, f64::to_string)
        });
        let measures = self.measures.iter().map(move |name| {
            let figure = point.and_then(|point| point.measures.get(*name));
            figure.map_or_else(String::new, written)
        });
        terms.chain(measures)
    }
}

fn written(figure: &Figure) -> String {
    match figure {
        Figure::One(value) => value.to_string(),
        Figure::Each(values) => {
            let values: Vec<String> = values.iter().map(f64::to_string).collect();
            values.join("|")
        }
    }
}

fn table(runs: &[CurveRun]) -> Result<Vec<u8>, csv::Error> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let further = Further::of(runs);
    let header = HEADER.into_iter().map(str::to_owned);
    writer.write_record(header.chain(further.header()))?;
    for run in runs {
        let mut tests = run.metrics.test.iter().peekable();
        for (phase, range) in run.stretches() {
            let points = run.metrics.train.iter();
            for point in points.skip(range.start).take(range.len()) {
                // A measurement at step n was taken before training step n.
                while let Some(test) = tests.next_if(|test| test.step <= point.step) {
                    write_test(&mut writer, run, test, &further)?;
                }
                write_train(&mut writer, run, (phase, &point), &further)?;
            }
        }
        for test in tests {
            write_test(&mut writer, run, test, &further)?;
        }
    }
    writer
        .into_inner()
        .map_err(|error| csv::Error::from(error.into_error()))
}

/// What rows of both kinds begin with: everything but losses.
fn place(run: &CurveRun, step: u64, phase: usize) -> [String; 6] {
    let name = run.phases.get(phase).map_or("", |phase| &phase.name);
    [
        run.name.clone(),
        step.to_string(),
        run.epochs(step as f64).to_string(),
        (phase + 1).to_string(),
        name.to_owned(),
        run.secs(step as f64).to_string(),
    ]
}

fn write_train(
    writer: &mut csv::Writer<Vec<u8>>,
    run: &CurveRun,
    (phase, point): (usize, &TrainPoint),
    further: &Further<'_>,
) -> Result<(), csv::Error> {
    let of = run.phases.get(phase).map(CurvePhase::loss_of);
    let losses = [
        point.loss.to_string(),
        of.unwrap_or_default(),
        String::new(),
    ];
    let row = place(run, point.step, phase).into_iter().chain(losses);
    writer.write_record(row.chain(further.cells(None)))
}

fn write_test(
    writer: &mut csv::Writer<Vec<u8>>,
    run: &CurveRun,
    test: &TestPoint,
    further: &Further<'_>,
) -> Result<(), csv::Error> {
    let losses = [String::new(), String::new(), test.mse.to_string()];
    let row = place(run, test.step, test.phase).into_iter().chain(losses);
    writer.write_record(row.chain(further.cells(Some(test))))
}

#[cfg(test)]
mod tests {
    use super::super::curves::tests::run;
    use super::*;

    #[test]
    fn every_measurement_has_its_row() {
        let runs = [run("Deep, 5 \"pairs\"", 0, 20), run("Stacked", 1, 10)];
        let bytes = encode_curves(Path::new("c.csv"), &runs).unwrap();
        let mut reader = csv::Reader::from_reader(&bytes[..]);
        assert_eq!(reader.headers().unwrap(), &HEADER[..]);
        let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
        for run in &runs {
            let of: Vec<_> = rows.iter().filter(|row| row[0] == run.name).collect();
            let losses: Vec<f32> = of.iter().filter_map(|row| row[6].parse().ok()).collect();
            assert_eq!(losses, run.metrics.train.values());
            let errors: Vec<f64> = of.iter().filter_map(|row| row[8].parse().ok()).collect();
            let expected: Vec<f64> = run.metrics.test.iter().map(|point| point.mse).collect();
            assert_eq!(errors, expected);
            let steps: Vec<u64> = of.iter().map(|row| row[1].parse().unwrap()).collect();
            assert!(steps.is_sorted());
        }
        let last = rows.iter().rfind(|row| &row[0] == "Stacked").unwrap();
        assert_eq!(
            last.iter().collect::<Vec<_>>()[1..6],
            ["20", "2", "2", "All layers", "1"]
        );
        let train = rows.iter().find(|row| !row[6].is_empty()).unwrap();
        assert_eq!((&train[4], &train[7]), ("Greedy, pair 2", "codes"));
    }

    #[test]
    fn further_terms_and_measures_have_columns_of_their_own() {
        let mut vae = run("Variational", 0, 10);
        let mut plain = run("Stacked", 1, 10);
        let terms = |of: &[(&str, f64)]| {
            let of = of.iter().map(|(name, value)| ((*name).to_owned(), *value));
            crate::train::TermValues::new(of.collect())
        };
        for point in &mut plain.metrics.test {
            point.terms = terms(&[(RECONSTRUCTION, point.mse)]);
        }
        let read = |runs: &[CurveRun]| {
            let bytes = encode_curves(Path::new("c.csv"), runs).unwrap();
            let mut reader = csv::Reader::from_reader(&bytes[..]);
            let header = reader.headers().unwrap().clone();
            let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
            (header, rows)
        };
        let (header, _) = read(std::slice::from_ref(&plain));
        assert_eq!(&header, &HEADER[..], "the reconstruction is the error");
        let last = vae.metrics.test.last_mut().unwrap();
        last.terms = terms(&[(RECONSTRUCTION, 80.5), ("kl", 1.0 / 3.0)]);
        let measures = [
            ("active_units", Figure::One(7.0)),
            ("kl_per_dimension", Figure::Each(vec![0.25, 0.5])),
        ];
        let measures = measures.map(|(name, figure)| (name.to_owned(), figure));
        last.measures = crate::train::Measures::new(measures.into());
        let (header, rows) = read(&[vae, plain]);
        let expected = [
            "term_kl",
            "term_reconstruction",
            "measure_active_units",
            "measure_kl_per_dimension",
        ];
        assert_eq!(header.iter().skip(9).collect::<Vec<_>>(), expected);
        let cells = |name: &str| -> Vec<String> {
            let row = rows.iter().rfind(|row| &row[0] == name).unwrap();
            row.iter().skip(9).map(str::to_owned).collect()
        };
        let third = (1.0_f64 / 3.0).to_string();
        assert_eq!(
            cells("Variational"),
            [third.as_str(), "80.5", "7", "0.25|0.5"]
        );
        let stacked = cells("Stacked");
        assert!(!stacked[1].is_empty());
        assert_eq!([&stacked[0], &stacked[2], &stacked[3]], ["", "", ""]);
        let train = rows.iter().find(|row| !row[6].is_empty()).unwrap();
        assert!(train.iter().skip(9).all(str::is_empty));
    }
}
