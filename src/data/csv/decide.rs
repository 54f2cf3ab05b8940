//! What the columns of a table are, once all rows are known.
//!
//! A *layout* says which columns are pixels, which hold the labels and which tell training from test
//! images. Where the rows leave more than one possibility, that is an error that names the option by
//! which a person decides.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::facts::{Core, Facts, Texts};
use super::heading::{Role, Series, role};
use super::number::{grouped, number, text};
use super::plan::{Ask, MAX_EDGES, Plan};
use super::text::Text;
use crate::data::reading::MIN_SIDE;
use crate::data::{DataError, ImageShape};

/// Longest side of the images of a table.
pub(super) const MAX_SIDE: usize = 1024;

/// Different fields of a column of labels, at most.
const MAX_CLASSES: usize = 256;

/// Rows that may be of different classes each by chance.
const FEW_ROWS: usize = 20;

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

/// Where the labels are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Labels {
    Nowhere,
    Column(usize),
    /// Columns that say one class each.
    OneHot(Vec<usize>),
}

/// What the columns of a table are.
#[derive(Clone, Debug)]
pub(super) struct Layout {
    /// Columns of every row.
    pub(super) count: usize,
    pub(super) shape: ImageShape,
    /// The columns of pixels, in the order of the image as far as names tell it.
    pub(super) pixels: Vec<usize>,
    pub(super) labels: Labels,
    /// What the column of labels is called.
    pub(super) label_name: Option<String>,
    /// The column that tells training from test images.
    pub(super) split: Option<usize>,
    pub(super) remarks: Vec<String>,
}

/// The shape of an image of so many numbers: as names tell, else a grey square, else one in colour.
pub(super) fn fits(numbers: usize, series: Option<&Series>) -> Option<ImageShape> {
    let may_be = |side: usize| (MIN_SIDE..=MAX_SIDE).contains(&side);
    let square = |pixels: usize, channels| {
        let side = pixels.isqrt();
        (side * side == pixels && may_be(side)).then_some(ImageShape {
            width: side,
            height: side,
            channels,
        })
    };
    let color = || numbers.is_multiple_of(3).then(|| square(numbers / 3, 3))?;
    match series.filter(|series| series.columns.len() == numbers) {
        Some(Series {
            grid: Some((height, width)),
            has_channels,
            ..
        }) if may_be(*width) && may_be(*height) => Some(ImageShape {
            width: *width,
            height: *height,
            channels: if *has_channels { 3 } else { 1 },
        }),
        Some(series) if series.has_channels => color(),
        _ => square(numbers, 1).or_else(color),
    }
}

/// Columns that are neither pixels nor asked for, and why.
struct Decision<'a> {
    text: &'a Text,
    plan: &'a Plan,
    ask: Ask<'a>,
    facts: &'a BTreeMap<usize, Facts>,
    texts: &'a BTreeMap<usize, Texts>,
    /// Columns at the ends that turned out to be no pixels, and whether they may be labels.
    removed: Vec<(usize, bool)>,
    remarks: Vec<String>,
}

/// Tells what the columns are.
///
/// # Errors
/// When that cannot be told, with what to do.
pub(super) fn decide(
    text: &Text,
    plan: &Plan,
    ask: Ask<'_>,
    texts: &BTreeMap<usize, Texts>,
    core: Core,
) -> Result<Layout, DataError> {
    let facts: BTreeMap<usize, Facts> = texts
        .iter()
        .map(|(column, fields)| (*column, Facts::of(fields.iter())))
        .collect();
    let mut decision = Decision {
        text,
        plan,
        ask,
        facts: &facts,
        texts,
        removed: Vec::new(),
        remarks: plan.heading.remark.map(str::to_owned).into_iter().collect(),
    };
    let (pixels, one_hot) = decision.pixels(core)?;
    let numbers = plan.packed.map_or(pixels.len(), |(_, numbers)| numbers);
    let Some(shape) = ask.fits(numbers, plan.series.as_ref()) else {
        return Err(text.unexpected("the pixels of a square image", &grouped(numbers)));
    };
    let split = decision.split();
    if let Some(column) = split {
        decision.tell_split(column);
    }
    let labels = decision.labels(one_hot.or_else(|| plan.one_hot.clone()), split)?;
    decision.tell_passed(&labels, split);
    let label_name = match &labels {
        Labels::Column(column) => plan.heading.name(*column).map(str::to_owned),
        Labels::Nowhere | Labels::OneHot(_) => None,
    };
    let pixels = match &plan.series {
        Some(series) if plan.packed.is_none() => {
            if series.is_sorted {
                let said = "The columns of pixels were put in the order of their numbers.";
                decision.remarks.push(said.to_owned());
            }
            let columns = series.columns.iter().copied();
            columns.filter(|column| pixels.contains(column)).collect()
        }
        _ => pixels,
    };
    Ok(Layout {
        count: plan.count,
        shape,
        pixels,
        labels,
        label_name,
        split,
        remarks: decision.remarks,
    })
}

impl Decision<'_> {
    /// The columns of pixels, and those at the ends that say one class each.
    fn pixels(&mut self, core: Core) -> Result<(Vec<usize>, Option<Vec<usize>>), DataError> {
        let mut rest: VecDeque<usize> = self.plan.matrix.iter().copied().collect();
        let series = self.plan.series.as_ref();
        let fewer = (0..=MAX_EDGES).find(|fewer| {
            let numbers = rest.len().checked_sub(*fewer);
            numbers.is_some_and(|numbers| self.ask.fits(numbers, series).is_some())
        });
        let mut fewer = match fewer {
            Some(fewer) if self.plan.packed.is_none() => fewer,
            _ => 0,
        };
        if fewer >= 2 {
            let columns: &[usize] = rest.make_contiguous();
            let ends = [&columns[columns.len() - fewer..], &columns[..fewer]];
            let found = ends.into_iter().find(|ends| self.is_one_hot(ends));
            if let Some(found) = found.map(<[usize]>::to_vec) {
                rest.retain(|column| !found.contains(column));
                return Ok((rest.into(), Some(found)));
            }
        }
        while fewer > 0 {
            let (Some(&front), Some(&back)) = (rest.front(), rest.back()) else {
                break;
            };
            let is_front = self.is_front(front, back, core)?;
            let column = if is_front {
                rest.pop_front()
            } else {
                rest.pop_back()
            };
            fewer -= 1;
            if let Some((column, facts)) = column.zip(self.facts.get(&column.unwrap_or(front))) {
                let is_index = facts.counts_up || (facts.is_distinct() && facts.rows > FEW_ROWS);
                self.removed.push((column, !is_index));
            }
        }
        Ok((rest.into(), None))
    }

    /// Whether of the columns at both ends the first is no pixel rather than the last.
    fn is_front(&self, front: usize, back: usize, core: Core) -> Result<bool, DataError> {
        let (Some(a), Some(b)) = (self.facts.get(&front), self.facts.get(&back)) else {
            return Ok(true);
        };
        // As in the training images, where these have as many columns.
        let like = self.ask.like.filter(|like| like.count == self.plan.count);
        if let Some(like) = like {
            match (like.pixels.contains(&front), like.pixels.contains(&back)) {
                (false, true) => return Ok(true),
                (true, false) => return Ok(false),
                _ => {}
            }
        }
        if a.counts_up != b.counts_up {
            return Ok(a.counts_up);
        }
        let impossible = (core.excludes(a), core.excludes(b));
        // A single wrong value makes no labels of pixels.
        let is_plain = |facts: &Facts, other: &Facts| {
            facts.low > core.high || facts.is_like_classes() || !other.is_like_classes()
        };
        match impossible {
            (true, true) => return Ok(true),
            (true, false) if is_plain(a, b) => return Ok(true),
            (false, true) if is_plain(b, a) => return Ok(false),
            _ => {}
        }
        let is_unclear = impossible.0 || impossible.1;
        let constant = (a.distinct < 2, b.distinct < 2);
        if constant.0 != constant.1 && !is_unclear {
            return Ok(constant.1);
        }
        if !constant.0 && !is_unclear {
            let share = |facts: &Facts| facts.most as f64 / facts.rows.max(1) as f64;
            // The corner of a picture is nearly always background.
            if share(a).max(share(b)) > 0.9 && share(a).min(share(b)) < 0.7 {
                return Ok(share(a) < share(b));
            }
            if a.is_dense() != b.is_dense() {
                return Ok(a.is_dense());
            }
            let (fewer, more) = (a.distinct.min(b.distinct), a.distinct.max(b.distinct));
            if fewer * 4 <= more && fewer <= 100 {
                return Ok(a.distinct < b.distinct);
            }
        }
        let option = |column| self.plan.heading.option(column);
        let found = format!(
            "{} columns, of which the first or the last may hold labels; {} or {} decides",
            grouped(self.plan.count),
            option(front),
            option(back)
        );
        let expected = "columns of which it is plain whether they are labels or pixels";
        Err(self.text.unexpected(expected, &found))
    }

    /// Whether columns say one class each: a single 1 in every row, and each is 1 in some row.
    fn is_one_hot(&self, columns: &[usize]) -> bool {
        let Some(fields) = columns
            .iter()
            .map(|column| self.texts.get(column))
            .collect::<Option<Vec<_>>>()
        else {
            return false;
        };
        let mut ones = Vec::new();
        for texts in &fields {
            let mut has_one = false;
            for (row, field) in texts.iter().enumerate() {
                if ones.len() <= row {
                    ones.push(0_u32);
                }
                match number(field) {
                    Some(0.0) => {}
                    Some(1.0) => {
                        has_one = true;
                        ones[row] += 1;
                    }
                    _ => return false,
                }
            }
            if !has_one {
                return false;
            }
        }
        columns.len() > 1 && ones.iter().all(|ones| *ones == 1)
    }

    /// The column that tells training from test images.
    fn split(&self) -> Option<usize> {
        self.facts.iter().find_map(|(&column, facts)| {
            if Some(Some(column)) == self.plan.label || facts.distinct > 8 {
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

    fn tell_split(&mut self, column: usize) {
        let fields = self.texts.get(&column).into_iter().flat_map(Texts::iter);
        let words: BTreeSet<String> = fields
            .filter(|word| part(word) == Some(true))
            .map(text)
            .collect();
        let words: Vec<String> = words.into_iter().collect();
        let mut said = format!(
            "{} tells training from test images: {} are for testing.",
            self.plan.heading.describe(column),
            words.join(" and ")
        );
        capitalise(&mut said);
        self.remarks.push(said);
    }

    fn labels(
        &mut self,
        one_hot: Option<Vec<usize>>,
        split: Option<usize>,
    ) -> Result<Labels, DataError> {
        let heading = &self.plan.heading;
        match self.plan.label {
            Some(None) => return Ok(Labels::Nowhere),
            Some(Some(column)) => return Ok(Labels::Column(column)),
            None => {}
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
            return Ok(Labels::OneHot(columns));
        }
        let known = self.ask.like.and_then(|like| like.label_name.as_ref());
        if let Some(name) = known
            && let Some(column) = heading.find(name, 0)
        {
            return Ok(Labels::Column(column));
        }
        // Without names, where they are in the training images, unless it is plainly a number.
        if let Some(like) = self.ask.like.filter(|like| like.count == self.plan.count)
            && let Labels::Column(column) = like.labels
            && heading.names.is_none()
            && let Some(facts) = self.facts.get(&column)
            && !(facts.counts_up && facts.rows > FEW_ROWS)
        {
            return Ok(Labels::Column(column));
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
            return Ok(Labels::OneHot(open));
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
            return Ok(Labels::Column(column));
        }
        // Test images of a table with names have labels under the same name or none.
        if known.is_some() && heading.names.is_some() {
            return Ok(Labels::Nowhere);
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
        if unknown.iter().any(is_met_again) {
            unknown.retain(is_met_again);
        }
        match unknown[..] {
            [] => Ok(Labels::Nowhere),
            [column] => {
                self.tell_label(column);
                Ok(Labels::Column(column))
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
                Ok(Labels::Nowhere)
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
    fn tell_passed(&mut self, labels: &Labels, split: Option<usize>) {
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
        if *labels == Labels::Nowhere && passed.len() == 1 && self.plan.label.is_none() {
            said += &format!(
                " ({} takes it for labels)",
                self.plan.heading.option(passed[0])
            );
        }
        said.push('.');
        capitalise(&mut said);
        self.remarks.push(said);
    }
}

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
