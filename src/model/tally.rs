//! Tallies: what is measured of a network over the test images, a stretch of them at a time.

use burn::tensor::Tensor;
use serde::{Deserialize, Serialize};

/// A figure of a measurement.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Figure {
    /// One number.
    One(f64),
    /// A number for each dimension of the code, such as its KL divergence.
    Each(Vec<f64>),
}

/// Longest figure of several numbers that is kept with each measurement: some ten kilobytes in a file.
pub const MOST_EACH: usize = 2048;

/// What becomes of rows of numbers, a row an image.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Summary {
    /// The mean over images and columns.
    Mean,
    /// The mean of each column.
    Each,
    /// The sum of each column.
    Total,
    /// How many columns vary over the images by more than this variance.
    Varying(f64),
    /// How many columns are zero for every image.
    Zero,
    /// How many columns are not.
    NotZero,
    /// Of counts: exp of the entropy of the shares of the columns.
    Perplexity,
}

/// Sums of one figure over the images so far, still on the device.
#[derive(Debug)]
struct Rows {
    name: &'static str,
    summary: Summary,
    images: usize,
    /// Sums and sums of squares of each column, shape `[columns]`.
    sums: [Tensor<1>; 2],
}

/// Terms and figures by name.
type Findings = (Vec<(String, f64)>, Vec<(String, Figure)>);

/// Figures and terms by name, over the images so far, still on the device.
#[derive(Debug, Default)]
pub struct Tally {
    rows: Vec<Rows>,
    /// Each with the values of stretches of images and their lengths.
    terms: Vec<(&'static str, Vec<(usize, Tensor<1>)>)>,
}

impl Tally {
    /// Adds the rows of some more images, `[images, columns]`, to a figure.
    pub fn add(&mut self, name: &'static str, summary: Summary, rows: Tensor<2>) {
        let images = rows.dims()[0];
        let sum = |rows: Tensor<2>| rows.sum_dim(0).flatten::<1>(0, 1);
        let sums = [sum(rows.clone()), sum(rows.clone() * rows)];
        match self.rows.iter_mut().find(|known| known.name == name) {
            Some(known) => {
                known.images += images;
                for (known, more) in known.sums.iter_mut().zip(sums) {
                    *known = known.clone() + more;
                }
            }
            None => self.rows.push(Rows {
                name,
                summary,
                images,
                sums,
            }),
        }
    }

    /// Adds the value of a term, shape `[1]`, over so many more images.
    pub fn add_term(&mut self, name: &'static str, images: usize, value: Tensor<1>) {
        match self.terms.iter_mut().find(|(known, _)| *known == name) {
            Some((_, values)) => values.push((images, value)),
            None => self.terms.push((name, vec![(images, value)])),
        }
    }

    /// What is still on the device, to be read in one go and given to [`Tally::finish`].
    pub fn pending(&self) -> Vec<Tensor<1>> {
        let terms = self.terms.iter().map(|(_, values)| {
            let values = values.iter().map(|(_, value)| value.clone()).collect();
            Tensor::cat(values, 0)
        });
        let rows = self.rows.iter().flat_map(|rows| rows.sums.clone());
        terms.chain(rows).collect()
    }

    /// Every term, the mean over all images, and every figure, from the values of
    /// [`Tally::pending`] in their order.
    pub fn finish(self, read: &[Vec<f32>]) -> Findings {
        let (of_terms, of_rows) = read.split_at(self.terms.len().min(read.len()));
        let mean = |(name, values): (&'static str, Vec<(usize, Tensor<1>)>), read: &Vec<f32>| {
            let counts = || values.iter().map(|(count, _)| *count as f64);
            let weighted = counts().zip(read).map(|(count, v)| count * f64::from(*v));
            let mean = weighted.sum::<f64>() / counts().sum::<f64>();
            (name.to_owned(), mean)
        };
        let terms = self.terms.into_iter().zip(of_terms);
        let terms = terms.map(|(term, read)| mean(term, read)).collect();
        let figures = self.rows.into_iter().zip(of_rows.chunks_exact(2));
        let figures = figures.map(|(rows, read)| {
            let figure = rows.figure(&read[0], &read[1]);
            (rows.name.to_owned(), figure)
        });
        (terms, figures.collect())
    }
}

impl Rows {
    /// From the sums and the sums of squares of each column.
    fn figure(&self, sums: &[f32], squares: &[f32]) -> Figure {
        let images = self.images as f64;
        let means = sums.iter().map(|sum| f64::from(*sum) / images);
        match self.summary {
            Summary::Mean => Figure::One(means.sum::<f64>() / sums.len() as f64),
            Summary::Each => Figure::Each(means.collect()),
            Summary::Total => Figure::Each(sums.iter().map(|sum| f64::from(*sum)).collect()),
            Summary::Varying(least) => {
                let mean_squares = squares.iter().map(|square| f64::from(*square) / images);
                let variances = means.zip(mean_squares).map(|(m, square)| square - m * m);
                Figure::One(variances.filter(|variance| *variance > least).count() as f64)
            }
            Summary::Zero => {
                Figure::One(squares.iter().filter(|square| **square == 0.0).count() as f64)
            }
            Summary::NotZero => {
                Figure::One(squares.iter().filter(|square| **square != 0.0).count() as f64)
            }
            Summary::Perplexity => {
                let total: f64 = sums.iter().map(|sum| f64::from(*sum)).sum();
                let shares = sums.iter().map(|sum| f64::from(*sum) / total);
                let entropy: f64 = shares.filter(|p| *p > 0.0).map(|p| -p * p.ln()).sum();
                Figure::One(entropy.exp())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::tensor::Device;

    fn read(tally: &Tally) -> Vec<Vec<f32>> {
        let pending = tally.pending().into_iter();
        let data = pending.map(|values| values.into_data().try_to_vec().unwrap());
        data.collect()
    }

    #[test]
    fn figures_are_of_all_images_whatever_the_stretches() {
        let rows = |rows: [[f32; 3]; 2]| Tensor::<2>::from_floats(rows, &Device::flex());
        let stretches = [
            rows([[1.0, 0.0, 5.0], [3.0, 0.0, 5.0]]),
            rows([[5.0, 0.0, 5.0], [7.0, 0.0, 5.0]]),
        ];
        let mut tally = Tally::default();
        for stretch in stretches {
            for (name, summary) in [
                ("mean", Summary::Mean),
                ("each", Summary::Each),
                ("total", Summary::Total),
                ("varying", Summary::Varying(0.01)),
                ("zero", Summary::Zero),
                ("not_zero", Summary::NotZero),
                ("perplexity", Summary::Perplexity),
            ] {
                tally.add(name, summary, stretch.clone());
            }
        }
        let read = read(&tally);
        let (_, mut figures) = tally.finish(&read);
        let expected = [
            ("mean", Figure::One(3.0)),
            ("each", Figure::Each(vec![4.0, 0.0, 5.0])),
            ("total", Figure::Each(vec![16.0, 0.0, 20.0])),
            ("varying", Figure::One(1.0)),
            ("zero", Figure::One(1.0)),
            ("not_zero", Figure::One(2.0)),
        ];
        let perplexity = figures.pop();
        assert_eq!(figures, expected.map(|(name, f)| (name.to_owned(), f)));
        // Of 16 and 20 in 36.
        let entropy: f64 = [16.0, 20.0]
            .map(|n: f64| -n / 36.0 * (n / 36.0).ln())
            .iter()
            .sum();
        let Some((_, Figure::One(perplexity))) = perplexity else {
            panic!("{perplexity:?}");
        };
        assert!((perplexity - entropy.exp()).abs() < 1e-9, "{perplexity}");
    }

    #[test]
    fn a_term_weighs_each_stretch_by_its_images() {
        let value = |value: f32| Tensor::<1>::from_floats([value], &Device::flex());
        let mut tally = Tally::default();
        tally.add_term("kl", 3, value(2.0));
        tally.add_term("kl", 1, value(6.0));
        let read = read(&tally);
        let (terms, _) = tally.finish(&read);
        assert_eq!(terms, [("kl".to_owned(), 3.0)]);
    }
}
