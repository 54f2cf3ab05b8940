//! Measurements of several runs as one table of text.
//!
//! A *row* is a training step, with its loss, or a measurement on the test images. Phases are counted
//! from 1, as in the window. Numbers are written so that reading gives back the same bits.

use std::path::Path;

use crate::train::{TestPoint, TrainPoint};

use super::super::StoreError;
use super::curves::CurveRun;

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

fn table(runs: &[CurveRun]) -> Result<Vec<u8>, csv::Error> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(HEADER)?;
    for run in runs {
        let mut tests = run.metrics.test.iter().peekable();
        for (phase, range) in run.stretches() {
            let points = run.metrics.train.iter();
            for point in points.skip(range.start).take(range.len()) {
                // A measurement at step n was taken before training step n.
                while let Some(test) = tests.next_if(|test| test.step <= point.step) {
                    write_test(&mut writer, run, test)?;
                }
                write_train(&mut writer, run, phase, &point)?;
            }
        }
        for test in tests {
            write_test(&mut writer, run, test)?;
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
    phase: usize,
    point: &TrainPoint,
) -> Result<(), csv::Error> {
    let of = run.phases.get(phase).map_or("", |phase| phase.kind.id());
    let losses = [point.loss.to_string(), of.to_owned(), String::new()];
    writer.write_record(place(run, point.step, phase).iter().chain(&losses))
}

fn write_test(
    writer: &mut csv::Writer<Vec<u8>>,
    run: &CurveRun,
    test: &TestPoint,
) -> Result<(), csv::Error> {
    let losses = [String::new(), String::new(), test.mse.to_string()];
    writer.write_record(place(run, test.step, test.phase).iter().chain(&losses))
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
}
