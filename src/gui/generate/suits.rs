//! From where the codes of each run can be drawn.

use crate::engine::RunId;
use crate::gui::run::Run;
use crate::gui::state::AppState;
use crate::model::{Knobs, variant};
use crate::train::CodeSource;

/// The knobs in force, every one with a value, and the name of the phase under way where its code is a hidden
/// layer; a sentence where the knobs cannot be.
type Codes = Result<(Knobs, Option<String>), String>;

/// What the codes of all runs are like. It is found once for all questions of a frame, since every run's knobs are
/// resolved for it.
pub(super) struct Suits {
    codes: Vec<(RunId, Codes)>,
    /// The sources that suit any run.
    pub(super) sources: Vec<CodeSource>,
    /// Where codes are drawn from: what was chosen, as long as it suits any run, otherwise what suits the selected
    /// run, or any.
    pub(super) source: Option<CodeSource>,
}

impl Suits {
    /// Whether codes of the newest weights of a run can be drawn from there.
    pub(super) fn suits(&self, run: RunId, source: CodeSource) -> bool {
        self.must_suit(run, source).is_ok()
    }

    /// Refuses to draw codes from where those of the newest weights are not like: a sentence.
    pub(super) fn must_suit(&self, run: RunId, source: CodeSource) -> Result<(), String> {
        match self.codes.iter().find(|(id, _)| *id == run) {
            Some((_, Ok((knobs, hidden)))) => source
                .must_suit(knobs, hidden.as_deref())
                .map_err(|unsuited| unsuited.to_string()),
            Some((_, Err(sentence))) => Err(sentence.clone()),
            None => Err("The run is not there any more.".to_owned()),
        }
    }

    fn sources_of(&self, run: RunId) -> impl Iterator<Item = CodeSource> {
        let suits = move |source: &CodeSource| self.suits(run, *source);
        CodeSource::ALL.into_iter().filter(suits)
    }
}

fn codes(run: &Run) -> Codes {
    let variant = variant(&run.draft.config.variant).map_err(|error| error.to_string())?;
    let knobs = run
        .knobs_in_force()
        .resolve(variant.id(), variant.knobs())
        .map_err(|error| error.to_string())?;
    let stages = run.info.as_ref().map_or(1, |info| info.stages);
    let frame = run.frame.as_ref();
    let phase = frame.map_or(run.progress.phase, |frame| frame.phase);
    let hidden = run
        .phases()
        .get(phase)
        .filter(|phase| phase.objective.depth(stages) < stages)
        .map(|phase| phase.name());
    Ok((knobs, hidden))
}

impl AppState {
    /// What the codes of all runs are like.
    pub(super) fn suits(&self) -> Suits {
        let codes = self.runs.iter().map(|run| (run.id, codes(run))).collect();
        let mut suits = Suits {
            codes,
            sources: Vec::new(),
            source: None,
        };
        let any = |source: &CodeSource| self.runs.iter().any(|run| suits.suits(run.id, *source));
        let sources: Vec<CodeSource> = CodeSource::ALL.into_iter().filter(any).collect();
        let chosen = self.generate.chosen;
        let of_selected = || suits.sources_of(self.selected_run()?.id).next();
        suits.source = chosen
            .filter(|chosen| sources.contains(chosen))
            .or_else(of_selected)
            .or_else(|| sources.first().copied());
        suits.sources = sources;
        suits
    }
}
