//! The codes that `hourglass sample` decodes.

use crate::analysis::{Covariance, Mixture};
use crate::model::{CodeGrid, Knobs, entry_size};
use crate::train::{CodeDraw, CodeDraws, CodeSource, Half, Trainer, UnsuitedCodes, Way};

use super::Failure;

/// Training images at most whose codes are looked at.
const MOST_CODES: usize = 10_000;

/// Codes that were drawn.
pub(super) struct DrawnCodes {
    /// Code after code.
    pub(super) values: Vec<f32>,
    /// Training images whose codes were looked at.
    pub(super) images: usize,
    /// Components of the mixture and their shape, where there is one.
    pub(super) mixture: Option<(usize, Covariance)>,
}

/// Draws codes for a run.
///
/// # Errors
/// When the codes of the run are not such as can be drawn from there, or the device fails.
pub(super) fn draw(
    run: &mut Trainer,
    how: CodeDraw,
    count: usize,
    seed: u64,
) -> Result<DrawnCodes, Failure> {
    must_suit(run, how.source)?;
    let mut draws = CodeDraws::new(seed);
    let width = run.code_size();
    match how.source {
        CodeSource::Prior => Ok(DrawnCodes {
            values: draws.prior(width, count, how.temperature),
            images: 0,
            mixture: None,
        }),
        CodeSource::Mixture => {
            let known = known_codes(run, &mut draws)?;
            let options = draws.mixture_options(width, how.components);
            let mixture = Mixture::fit(&known, width, options).map_err(Failure::bad_input)?;
            Ok(DrawnCodes {
                values: mixture.sample(count, how.temperature, seed),
                images: known.len() / width.max(1),
                mixture: Some((mixture.components().len(), options.covariance)),
            })
        }
        CodeSource::Entries => {
            let numbers = entry_size(&knobs(run)).unwrap_or(1).max(1);
            let known = known_codes(run, &mut draws)?;
            let grid = CodeGrid::new(run.code_shape(), numbers);
            Ok(DrawnCodes {
                values: draws.entries(grid, &known, count),
                images: known.len() / width.max(1),
                mixture: None,
            })
        }
    }
}

/// The knobs as they are now, also those that were moved while the run trained.
fn knobs(run: &Trainer) -> Knobs {
    run.config().knobs_at(run.position().step).into_owned()
}

/// Codes of the training images, or of some that are chosen at random where these are too many.
fn known_codes(run: &mut Trainer, draws: &mut CodeDraws) -> Result<Vec<f32>, Failure> {
    let chosen = draws.images(run.data().train.len(), run.code_size(), MOST_CODES);
    Ok(run.codes_at(Half::Train, &chosen)?)
}

/// Refuses what the codes of a run cannot be drawn from.
fn must_suit(run: &Trainer, source: CodeSource) -> Result<(), Failure> {
    let phase = (!run.is_code_innermost()).then(|| run.phase().name());
    let suits = source.must_suit(&knobs(run), phase.as_deref());
    suits.map_err(|unsuited| Failure::bad_input(words(&unsuited)))
}

/// The refusal in terms of options.
fn words(unsuited: &UnsuitedCodes) -> String {
    let UnsuitedCodes {
        from,
        needed,
        found,
        way,
    } = unsuited;
    let way = match way {
        Way::Entries => "use --from entries",
        Way::Mixture => "use --from mixture",
        Way::TrainOnOrMixture => "train it on, or use --from mixture",
        Way::OtherBottleneck => "sample a run with another bottleneck",
    };
    format!("--from {} needs {needed}, but {found}: {way}", from.id())
}
