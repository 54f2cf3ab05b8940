//! Which columns hold the labels, and which tell training from test images.

use std::collections::BTreeSet;

use super::decide::{Decision, FEW_ROWS, Labels};
use super::facts::Texts;
use super::heading::{Role, role};
use super::number::{grouped, number, text};
use super::plan::Asked;

/// Different fields of a column of labels, at most.
const MAX_CLASSES: usize = 256;

/// What training and test images are called in a column that tells them apart.
const TRAIN: &[&str] = &["train", "training", "tr", "trainset", "trainingset"];
const TEST: &[&str] = &[
    "test",
    "testing",
    "te",
    "testset",
    "publictest",
    "privatetest",
    "val",
    "valid",
    "validation",
    "dev",
    "eval",
    "evaluation",
    "holdout",
];

impl Decision<'_> {
    /// Whether columns say one class each: a single 1 in every row, and each is 1 in some row.
    pub(super) fn is_one_hot(&self, columns: &[usize]) -> bool {
        columns.len() > 1 && self.one_hot(columns) == Some(true)
    }

    /// Where every row has a single 1 in these columns and 0 otherwise: whether each of them is 1 in
    /// some row.
    pub(super) fn one_hot(&self, columns: &[usize]) -> Option<bool> {
        let mut ones: Vec<u32> = Vec::new();
        let mut is_each = true;
        for column in columns {
            let mut has_one = false;
            for (row, field) in self.texts.get(column)?.iter().enumerate() {
                if ones.len() <= row {
                    ones.push(0);
                }
                match number(field) {
                    Some(0.0) => {}
                    Some(1.0) => {
                        has_one = true;
                        ones[row] += 1;
                    }
                    _ => return None,
                }
            }
            is_each &= has_one;
        }
        ones.iter().all(|ones| *ones == 1).then_some(is_each)
    }

    /// The column that tells training from test images.
    pub(super) fn split(&self) -> Option<usize> {
        self.facts.iter().find_map(|(&column, facts)| {
            if self.plan.label == Asked::Column(column) || facts.distinct > 8 {
                return None;
            }
            let (mut has_train, mut has_test) = (false, false);
            for field in self.texts.get(&column)?.iter() {
                match part(field) {
                    Some(true) => has_test = true,
                    Some(false) => has_train = true,
                    None => return None,
                }
            }
            (has_train && has_test).then_some(column)
        })
    }

    /// Tells that column.
    pub(super) fn tell_split(&mut self, column: usize) {
        let fields = self.texts.get(&column).into_iter().flat_map(Texts::iter);
        let words: BTreeSet<String> = fields
            .filter(|word| part(word) == Some(true))
            .map(text)
            .collect();
        let words: Vec<String> = words.into_iter().collect();
        let mut said = format!(
            "{} tells training from test images: rows of {} are for testing.",
            self.plan.heading.describe(column),
            words.join(" and ")
        );
        capitalise(&mut said);
        self.remarks.push(said);
    }

    /// Where the labels are, told where it is not plain.
    pub(super) fn labels(&mut self, one_hot: Option<Vec<usize>>, split: Option<usize>) -> Labels {
        let heading = &self.plan.heading;
        match self.plan.label {
            Asked::Nowhere => return Labels::Nowhere,
            Asked::Column(column) => return Labels::Column(column),
            Asked::Anywhere => {}
        }
        if let Some(columns) = one_hot {
            let (first, last) = (columns.first(), columns.last());
            if let Some((first, last)) = first.zip(last) {
                self.remarks.push(format!(
                    "Labels were taken from columns {} to {}, which say one class each.",
                    first + 1,
                    last + 1
                ));
            }
            return Labels::OneHot(columns);
        }
        let known = self.ask.like.and_then(|like| like.label_name.as_ref());
        if let Some(name) = known
            && let Some(column) = heading.find(name, 0)
        {
            return Labels::Column(column);
        }
        // Without names, where they are in the training images, unless it is plainly a number.
        if let Some(like) = self.ask.like.filter(|like| like.count == self.plan.count)
            && let Labels::Column(column) = like.labels
            && heading.names.is_none()
            && let Some(facts) = self.facts.get(&column)
            && !(facts.counts_up && facts.rows > FEW_ROWS)
        {
            return Labels::Column(column);
        }
        let beside: Vec<usize> = self
            .facts
            .iter()
            .filter(|(column, facts)| {
                self.plan.matrix.binary_search(column).is_err()
                    && Some(**column) != split
                    && !facts.is_empty()
            })
            .map(|(column, _)| *column)
            .collect();
        let role_of = |column: usize| match &heading.names {
            Some(names) => match names.get(column) {
                // Without a name, what it holds says what it is: classes are met again.
                Some(name) if name.is_empty() && self.repeats(column) => Role::Unknown,
                Some(name) => role(name),
                None => Role::Unknown,
            },
            None => Role::Unknown,
        };
        let open: Vec<usize> = beside
            .iter()
            .copied()
            .filter(|column| matches!(role_of(*column), Role::Label(_) | Role::Unknown))
            .collect();
        if self.is_one_hot(&open) {
            self.remarks.push(format!(
                "Labels were taken from the {} columns {:?} to {:?}, which say one class each.",
                open.len(),
                heading.name(open[0]).unwrap_or("(no name)"),
                heading.name(open[open.len() - 1]).unwrap_or("(no name)"),
            ));
            return Labels::OneHot(open);
        }
        let mut named: Vec<(usize, usize)> = beside
            .iter()
            .filter_map(|column| match role_of(*column) {
                Role::Label(rank) => Some((rank, *column)),
                _ => None,
            })
            .collect();
        named.sort_unstable();
        if let Some(&(rank, column)) = named.first() {
            let others = &named[1..];
            if rank > 1 || !others.is_empty() {
                self.tell_label(column);
            }
            if let Some((_, other)) = others.first() {
                self.remarks.push(format!(
                    "Other columns may hold labels too: {} takes another one.",
                    heading.option(*other)
                ));
            }
            return Labels::Column(column);
        }
        // Test images of a table with names have labels under the same name or none.
        if known.is_some() && heading.names.is_some() {
            return Labels::Nowhere;
        }
        let removed = self.removed.iter().filter(|(_, may_be)| *may_be);
        let removed: Vec<usize> = removed.map(|(column, _)| *column).collect();
        let is_met_again = |column: &usize| {
            let facts = self.facts.get(column);
            facts.is_some_and(|facts| !facts.is_distinct())
        };
        let mut unknown: Vec<usize> = open
            .into_iter()
            .filter(|column| {
                let facts = self.facts.get(column);
                facts.is_some_and(|facts| {
                    let is_id = facts.is_distinct() && facts.rows > FEW_ROWS;
                    !facts.counts_up && !is_id && facts.distinct <= MAX_CLASSES
                })
            })
            .chain(removed)
            .collect();
        // Of two columns that count up only the first counts the rows.
        if unknown.is_empty() {
            let counting = beside.iter().copied().filter(|column| {
                let facts = self.facts.get(column);
                role_of(*column) == Role::Unknown && facts.is_some_and(|facts| facts.counts_up)
            });
            unknown = counting.skip(1).take(1).collect();
        }
        if unknown.iter().any(is_met_again) {
            unknown.retain(is_met_again);
        }
        match unknown[..] {
            [] => Labels::Nowhere,
            [column] => {
                self.tell_label(column);
                Labels::Column(column)
            }
            _ => {
                let options: Vec<String> = unknown
                    .iter()
                    .take(4)
                    .map(|column| heading.option(*column))
                    .collect();
                self.remarks.push(format!(
                    "No labels were taken, for several columns may hold them: {} takes one.",
                    options.join(" or ")
                ));
                Labels::Nowhere
            }
        }
    }

    /// Whether fields of a column are met again and again, as classes are.
    fn repeats(&self, column: usize) -> bool {
        let facts = self.facts.get(&column);
        facts.is_some_and(|facts| facts.distinct * 2 <= facts.rows && facts.distinct <= MAX_CLASSES)
    }

    fn tell_label(&mut self, column: usize) {
        // The test images beside are read alike.
        if self.ask.like.is_some() {
            return;
        }
        let place = self.plan.heading.describe(column);
        let said = match self.plan.heading.names {
            Some(_) => format!("Labels were taken from {place}."),
            None => format!(
                "Labels were taken from {place} of {}; the table has no heading that says so.",
                grouped(self.plan.count)
            ),
        };
        self.remarks.push(said);
    }

    /// Tells the columns that are neither pixels nor anything else.
    pub(super) fn tell_passed(&mut self, labels: &Labels, split: Option<usize>) {
        let is_used = |column: usize| match labels {
            Labels::Column(label) => column == *label,
            Labels::OneHot(columns) => columns.contains(&column),
            Labels::Nowhere => false,
        } || split == Some(column);
        let beside = self.facts.iter().filter(|(column, facts)| {
            self.plan.matrix.binary_search(column).is_err()
                && self
                    .plan
                    .packed
                    .is_none_or(|(packed, _)| packed != **column)
                && !facts.is_empty()
        });
        let mut passed: Vec<usize> = beside
            .map(|(column, _)| *column)
            .chain(self.removed.iter().map(|(column, _)| *column))
            .filter(|column| !is_used(*column))
            .collect();
        passed.sort_unstable();
        if passed.is_empty() {
            return;
        }
        let places: Vec<String> = passed
            .iter()
            .take(4)
            .map(|column| self.plan.heading.describe(*column))
            .collect();
        let more = match passed.len().saturating_sub(places.len()) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        let verb = if passed.len() == 1 { "was" } else { "were" };
        let counts = passed
            .iter()
            .all(|column| self.facts.get(column).is_some_and(|facts| facts.counts_up));
        let why = match (counts, passed.len()) {
            (true, 1) => "it counts the rows",
            (true, _) => "they count the rows",
            (false, 1) => "it holds neither pixels nor, as it seems, labels",
            (false, _) => "they hold neither pixels nor, as it seems, labels",
        };
        let mut said = format!("{}{more} {verb} passed over: {why}", places.join(", "));
        // Where a label may have been meant, how to take it.
        let is_named_id = |column: usize| {
            let names = self.plan.heading.names.as_ref();
            let name = names.and_then(|names| names.get(column));
            name.is_some_and(|name| role(name) == Role::Id)
        };
        if *labels == Labels::Nowhere
            && passed.len() == 1
            && self.plan.label == Asked::Anywhere
            && !is_named_id(passed[0])
        {
            said = format!(
                "{said} ({} takes it for labels)",
                self.plan.heading.option(passed[0])
            );
        }
        said.push('.');
        capitalise(&mut said);
        self.remarks.push(said);
    }
}

/// Makes the first letter of a sentence a capital.
fn capitalise(sentence: &mut str) {
    if let Some(first) = sentence.get_mut(..1) {
        first.make_ascii_uppercase();
    }
}

/// Whether a word means test images (`true`) or training images.
pub(super) fn part(word: &[u8]) -> Option<bool> {
    let word: String = text(word).chars().filter(|c| c.is_alphanumeric()).collect();
    let word = word.to_lowercase();
    let is_in = |words: &[&str]| words.contains(&word.as_str());
    match (is_in(TRAIN), is_in(TEST)) {
        (true, _) => Some(false),
        (_, true) => Some(true),
        _ => None,
    }
}
