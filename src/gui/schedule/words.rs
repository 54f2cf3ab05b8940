//! What phases do, in words.

use crate::model::Objective;
use crate::train::Phase;

use crate::gui::run::Run;
use crate::gui::words;

/// What a phase does, in a sentence.
pub fn purpose(objective: Objective) -> String {
    match objective {
        Objective::EndToEnd => "All layers train together to rebuild the image.".to_owned(),
        Objective::Greedy { stage: 0 } => {
            "The outermost pair of layers trains alone to rebuild the image.".to_owned()
        }
        Objective::Greedy { stage } => format!(
            "Pair {} trains alone to rebuild the codes of pair {stage}, which is frozen.",
            stage + 1
        ),
        Objective::EndsInward { stage: 0 } => {
            "The outermost pair of layers trains to rebuild the image.".to_owned()
        }
        Objective::EndsInward { stage } => format!(
            "Pair {} trains to rebuild the image through the frozen pairs outside it.",
            stage + 1
        ),
    }
}

/// Names of an objective, from the longest to the shortest.
pub fn names(objective: Objective) -> [String; 2] {
    match objective {
        Objective::EndToEnd => ["All layers".to_owned(), "All".to_owned()],
        Objective::Greedy { stage } => [
            format!("Greedy, pair {}", stage + 1),
            format!("Pair {}", stage + 1),
        ],
        Objective::EndsInward { stage } => [
            format!("Ends inward, pair {}", stage + 1),
            format!("Pair {}", stage + 1),
        ],
    }
}

/// `1 epoch` or `4 epochs`.
pub fn epochs(count: usize) -> String {
    if count == 1 {
        "1 epoch".to_owned()
    } else {
        format!("{} epochs", words::count(count as u64))
    }
}

/// The whole schedule in a few words.
pub fn summary(phases: &[Phase]) -> String {
    let total: usize = phases.iter().map(|phase| phase.epochs).sum();
    match phases.len() {
        1 => epochs(total),
        count => format!("{count} phases, {}", epochs(total)),
    }
}

/// Everything about a phase, in three lines.
pub fn explain(index: usize, total: usize, phase: &Phase) -> String {
    let dropout = if phase.dropout > 0.0 {
        format!(", dropout {}", words::setting(phase.dropout))
    } else {
        String::new()
    };
    format!(
        "Phase {} of {total}: {}\n{}\n{}, {}, learning rate {}{dropout}",
        index + 1,
        phase.name(),
        purpose(phase.objective),
        epochs(phase.epochs),
        phase.optimizer.kind.name(),
        words::setting(phase.learning_rate),
    )
}

/// The phase under way, in a line, or the one that is looked back at.
pub fn under_way(run: &Run, looked_at: Option<usize>) -> Option<String> {
    let index = looked_at.unwrap_or(run.progress.phase);
    let phase = run.phases().get(index)?;
    let tense = if looked_at.is_some() { ", then" } else { "" };
    let rate = if looked_at.is_some() {
        phase.learning_rate
    } else {
        run.learning_rate()
    };
    Some(format!(
        "Phase {} of {}{tense}. {} {}, learning rate {}.",
        index + 1,
        run.phases().len(),
        purpose(phase.objective),
        phase.optimizer.kind.name(),
        words::setting(rate)
    ))
}
/// What happens to the error where a phase begins, in a line of its own; nothing where it goes on.
pub fn jump(index: usize, objective: Objective) -> &'static str {
    match objective {
        Objective::EndsInward { .. } | Objective::Greedy { .. } if index > 0 => {
            "\nA new pair with small random weights comes in here, so the error jumps up, then falls."
        }
        Objective::EndsInward { .. } | Objective::Greedy { .. } | Objective::EndToEnd => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_jump_is_told_where_a_new_pair_comes_in() {
        assert_eq!(jump(0, Objective::EndsInward { stage: 0 }), "");
        assert!(jump(1, Objective::EndsInward { stage: 1 }).contains("the error jumps up"));
        assert!(jump(2, Objective::Greedy { stage: 2 }).contains("the error jumps up"));
        assert_eq!(jump(5, Objective::EndToEnd), "");
    }
}
