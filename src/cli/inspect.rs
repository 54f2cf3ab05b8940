//! Questions about a kept run: how good it is, what it makes of images.

use std::path::PathBuf;

use clap::ArgMatches;
use serde_json::json;

use crate::analysis::Baselines;
use crate::data;
use crate::model::LayerInfo;
use crate::store;
use crate::store::export::{ExportKind, check_target};
use crate::train::Trainer;

use super::Failure;
use super::report::{baselines_json, baselines_line};
use super::{opened, output, presets};

fn open(matches: &ArgMatches) -> Result<Trainer, Failure> {
    let folder = matches
        .get_one::<PathBuf>("run")
        .ok_or_else(|| Failure::bad_input("a run folder is needed"))?;
    opened::open(folder, &opened::Wanted::of(matches))
}

/// Measures a run on the test images anew.
pub(super) fn eval(matches: &ArgMatches) -> Result<(), Failure> {
    let mut trainer = open(matches)?;
    let test = trainer.evaluate()?;
    let data = trainer.data();
    let pixels = data.train.shape().pixels();
    let (baselines, _) = Baselines::compute(
        data.train.pixels(),
        data.test.pixels(),
        pixels,
        Baselines::COMPONENTS,
    )
    .map_err(Failure::bad_input)?;
    let layers = trainer.trainee().layers();
    let parameters = LayerInfo::all_parameters(layers);
    let latent = trainer.latent();
    let judgement = presets::judge_kept(&mut trainer);
    let data = trainer.data();
    if matches.get_flag("json") {
        let mut found = json!({
            "test_mse": test.mse,
            "test_mse_per_image": test.mse * pixels as f64,
            "outputs": test.verdict,
            "test_images": data.test.len(),
            "baselines": baselines_json(Some(&baselines), latent),
            "parameters": parameters,
            "step": test.step,
        });
        if let Some(judgement) = &judgement {
            found["reference"] = presets::to_json(judgement);
        }
        return output::line(found);
    }
    output::line(format!(
        "test MSE {:.5} per pixel, {:.2} per image, over {} test images after {} steps",
        test.mse,
        test.mse * pixels as f64,
        data.test.len(),
        test.step
    ))?;
    output::line(baselines_line(&baselines, latent))?;
    let mut lines = judgement.iter().flat_map(presets::to_lines);
    lines.try_for_each(output::line)
}

/// Draws test images over their reconstructions.
pub(super) fn reconstruct(matches: &ArgMatches) -> Result<(), Failure> {
    let out = matches
        .get_one::<PathBuf>("out")
        .ok_or_else(|| Failure::bad_input("a file to write is needed"))?;
    // Before a file of another kind is written over.
    ExportKind::Grid.format_of(out)?;
    check_target(out)?;
    let mut trainer = open(matches)?;
    let count = matches.get_one::<u32>("images").copied().unwrap_or(16);
    let test = &trainer.data().test;
    let shape = test.shape();
    let indices: Vec<u32> = (0..count).take(test.len()).collect();
    let originals: Vec<u8> = indices
        .iter()
        .flat_map(|index| test.image(*index as usize))
        .copied()
        .collect();
    let (outputs, _errors) = trainer.pictures(&indices)?;
    let outputs = data::to_bytes(&outputs);
    store::write_grid(out, shape, &[&originals, &outputs])?;
    output::line(format!(
        "{} test images over their reconstructions in {}",
        indices.len(),
        out.display()
    ))
}
