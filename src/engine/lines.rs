//! Reference lines and pictures: what principal components reach on the images of a run.

use std::sync::Arc;

use crate::analysis::Pca;
use crate::data::{Dataset, to_bytes};

use super::drawing::fitted;
use super::frame::PcaPictures;
use super::library::Lines;
use super::live::LiveRun;
use super::protocol::{Event, Pictures};
use super::worker::Worker;

impl Worker {
    /// Tells some runs their reference lines, where these are known, and the pictures that go with them.
    pub(super) fn tell_lines(&mut self, is_meant: impl Fn(&LiveRun) -> bool) {
        for run in self.runs.iter().filter(|run| is_meant(run)) {
            let Some(trainer) = &run.trainer else {
                continue;
            };
            match self.library.lines(trainer.data()) {
                Lines::Known { baselines, .. } => self.outlet.tell(Event::Baselines {
                    id: run.id,
                    baselines,
                }),
                Lines::Failed(error) => self.outlet.tell(Event::NoBaselines { id: run.id, error }),
                Lines::UnderWay => {}
            }
        }
        self.tell_pca(is_meant);
    }

    /// Tells some runs what principal components make of the chosen images.
    pub(super) fn tell_pca(&mut self, is_meant: impl Fn(&LiveRun) -> bool) {
        let mut drawn: Vec<(String, Arc<PcaPictures>)> = Vec::new();
        for run in self.runs.iter().filter(|run| is_meant(run)) {
            let Some(trainer) = &run.trainer else {
                continue;
            };
            let data = trainer.data();
            let Lines::Known { pca, .. } = self.library.lines(data) else {
                continue;
            };
            let components = trainer.latent().min(pca.len());
            let same = drawn
                .iter()
                .find(|(hash, drawn)| *hash == data.hash && drawn.components == components);
            let pictures = match same {
                Some((_, same)) => Arc::clone(same),
                None => match draw(&pca, data, &self.images, components) {
                    Ok(pictures) => Arc::new(pictures),
                    Err(error) => {
                        log::warn!("principal components could not be drawn: {error}");
                        continue;
                    }
                },
            };
            drawn.push((data.hash.clone(), Arc::clone(&pictures)));
            self.outlet.tell(Event::PcaPictures {
                id: run.id,
                pictures,
            });
        }
    }
}

/// The chosen test images through the first components.
fn draw(
    pca: &Pca,
    data: &Dataset,
    chosen: &[u32],
    components: usize,
) -> Result<PcaPictures, crate::analysis::AnalysisError> {
    let indices = fitted(chosen, data.test.len());
    let shape = data.test.shape();
    let mut pixels = Vec::with_capacity(indices.len() * shape.pixels());
    let mut errors = Vec::with_capacity(indices.len());
    for index in &indices {
        let image = data.test.image(*index as usize);
        let rebuilt = pca.reconstruct(image, components)?;
        let squares = rebuilt
            .iter()
            .zip(image)
            .map(|(rebuilt, pixel)| (f64::from(*rebuilt) - f64::from(*pixel) / 255.0).powi(2));
        errors.push((squares.sum::<f64>() / image.len() as f64) as f32);
        pixels.extend(to_bytes(&rebuilt));
    }
    Ok(PcaPictures {
        components,
        indices,
        pictures: Pictures { shape, pixels },
        errors,
    })
}
