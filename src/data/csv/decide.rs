//! What the columns of a table are, once all rows are known.
//!
//! A *layout* says which columns are pixels, which hold the labels and which tell training from test
//! images. Where the rows leave more than one possibility, that is an error that names the option by
//! which a person decides.

use std::collections::{BTreeMap, VecDeque};

use super::facts::{Core, Facts, Texts};
use super::number::grouped;
use super::plan::{Ask, MAX_EDGES, Plan};
use super::series::Series;
use super::text::Text;
use crate::data::reading::MIN_SIDE;
use crate::data::{DataError, ImageShape};

/// Longest side of the images of a table.
pub(super) const MAX_SIDE: usize = 1024;

/// Rows that may be of different classes each by chance.
pub(super) const FEW_ROWS: usize = 20;

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

/// What is known while columns are told apart.
pub(super) struct Decision<'a> {
    pub(super) text: &'a Text,
    pub(super) plan: &'a Plan,
    pub(super) ask: Ask<'a>,
    pub(super) facts: &'a BTreeMap<usize, Facts>,
    pub(super) texts: &'a BTreeMap<usize, Texts>,
    /// Columns at the ends that turned out to be no pixels, and whether they may be labels.
    pub(super) removed: Vec<(usize, bool)>,
    pub(super) remarks: Vec<String>,
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
    if let Some(columns) = &plan.one_hot
        && decision.one_hot(columns).is_none()
    {
        let expected = format!(
            "a single 1 in each row of columns {} to {}, which look like one column a class,",
            columns[0] + 1,
            columns[columns.len() - 1] + 1
        );
        return Err(text.unexpected(&expected, "other rows"));
    }
    let labels = decision.labels(one_hot.or_else(|| plan.one_hot.clone()), split);
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
                let has_index = self.removed.iter().any(|(_, may_be_labels)| !may_be_labels);
                let is_id = facts.is_distinct() && facts.rows > FEW_ROWS;
                let is_index = (facts.counts_up && !has_index) || is_id;
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
            let (one, other) = if constant.0 { (a, b) } else { (b, a) };
            // In a few rows the classes may be alike; a frame of pictures is more than a corner.
            let beside = self.plan.matrix.iter().filter(|column| {
                if constant.0 {
                    **column > front && **column <= front + 2
                } else {
                    **column < back && **column + 2 >= back
                }
            });
            let is_frame = beside.clone().count() > 0
                && beside.into_iter().all(|column| {
                    let facts = self.facts.get(column);
                    facts.is_some_and(|facts| facts.distinct < 2 && facts.low == one.low)
                });
            if other.is_like_classes() && (is_frame || a.rows > FEW_ROWS) {
                return Ok(constant.1);
            }
        } else if !constant.0 && !is_unclear {
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
            "{} columns, of which the first or the last may hold labels: {} or {} (Label column in the window) decides",
            grouped(self.plan.count),
            option(front),
            option(back)
        );
        let expected = "columns of which it is plain whether they are labels or pixels";
        Err(self.text.unexpected(expected, &found))
    }
}
