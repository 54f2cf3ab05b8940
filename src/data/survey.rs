//! A data set seen as a whole: how many images of each class, their average, their pixel values.
//!
//! A *survey* is one pass over all images; it is plain numbers and small.

use super::{Dataset, Images};

/// Values of the sums for mean images at most; beyond them there is one for all classes only.
const MAX_SUMS: usize = 1 << 22;

/// A data set as a whole.
#[derive(Clone, Debug, PartialEq)]
pub struct Survey {
    /// The classes there are, with their training and test images, and those that have a name and no
    /// images; empty without labels.
    pub classes: Vec<ClassCount>,
    /// The average of all training images, laid out like them.
    pub mean: Vec<u8>,
    /// The averages of the training images of single classes.
    pub class_means: Vec<(u8, Vec<u8>)>,
    /// How often each pixel value is met in the training images, a list a channel.
    pub histogram: Vec<[u64; 256]>,
    /// Average pixel value of the training images, 0 to 1.
    pub mean_value: f64,
    /// Standard deviation of the pixel values of the training images, 0 to 1.
    pub deviation: f64,
}

/// Images of one class.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClassCount {
    /// The class.
    pub class: u8,
    /// Training images of it.
    pub train: usize,
    /// Test images of it.
    pub test: usize,
}

impl Survey {
    /// Looks through all images.
    pub fn of(data: &Dataset) -> Self {
        let classes = classes(data);
        let (mean, class_means) = means(&data.train, data.train_labels.as_deref(), &classes);
        let histogram = histogram(&data.train);
        let (mean_value, deviation) = moments(&histogram);
        Self {
            classes,
            mean,
            class_means,
            histogram,
            mean_value,
            deviation,
        }
    }
}

fn classes(data: &Dataset) -> Vec<ClassCount> {
    let count = |labels: &Option<Vec<u8>>| {
        let mut counts = [0; 256];
        for &label in labels.iter().flatten() {
            counts[usize::from(label)] += 1;
        }
        counts
    };
    let (train, test) = (count(&data.train_labels), count(&data.test_labels));
    let has_labels = data.train_labels.is_some() || data.test_labels.is_some();
    let names = data.class_names.as_ref().map_or(0, Vec::len);
    (0..=u8::MAX)
        .map(|class| ClassCount {
            class,
            train: train[usize::from(class)],
            test: test[usize::from(class)],
        })
        .filter(|count| {
            let has_name = has_labels && usize::from(count.class) < names;
            count.train + count.test > 0 || has_name
        })
        .collect()
}

fn means(
    images: &Images,
    labels: Option<&[u8]>,
    classes: &[ClassCount],
) -> (Vec<u8>, Vec<(u8, Vec<u8>)>) {
    let each = images.shape().pixels();
    let labels = labels.filter(|_| classes.len() * each <= MAX_SUMS);
    // Where there are no labels, all images are of the one class.
    let places: Vec<u8> = match labels {
        Some(_) => classes.iter().map(|count| count.class).collect(),
        None => vec![0],
    };
    let mut sums = vec![0_u64; places.len() * each];
    let mut counts = vec![0_u64; places.len()];
    let mut place_of = [0; 256];
    for (place, class) in places.iter().enumerate() {
        place_of[usize::from(*class)] = place;
    }
    for (index, image) in images.pixels().chunks_exact(each).enumerate() {
        let class = labels.map_or(0, |labels| labels.get(index).copied().unwrap_or(0));
        let place = place_of[usize::from(class)];
        counts[place] += 1;
        let sums = &mut sums[place * each..(place + 1) * each];
        for (sum, value) in sums.iter_mut().zip(image) {
            *sum += u64::from(*value);
        }
    }
    let rounded = |sum: u64, count: u64| ((sum + count / 2) / count.max(1)) as u8;
    let all: u64 = counts.iter().sum();
    let mean = (0..each)
        .map(|pixel| {
            let sum = sums.iter().skip(pixel).step_by(each).sum();
            rounded(sum, all)
        })
        .collect();
    let class_means = match labels {
        None => Vec::new(),
        Some(_) => places
            .iter()
            .zip(sums.chunks_exact(each))
            .zip(&counts)
            .filter(|(_, count)| **count > 0)
            .map(|((class, sums), &count)| {
                let mean = sums.iter().map(|&sum| rounded(sum, count)).collect();
                (*class, mean)
            })
            .collect(),
    };
    (mean, class_means)
}

fn histogram(images: &Images) -> Vec<[u64; 256]> {
    let shape = images.shape();
    let plane = shape.width * shape.height;
    let mut histogram = vec![[0; 256]; shape.channels];
    for (index, values) in images.pixels().chunks_exact(plane).enumerate() {
        let counts = &mut histogram[index % shape.channels];
        for &value in values {
            counts[usize::from(value)] += 1;
        }
    }
    histogram
}

/// Mean and standard deviation over all channels, from 0 to 1.
fn moments(histogram: &[[u64; 256]]) -> (f64, f64) {
    let (mut count, mut sum, mut squares) = (0.0, 0.0, 0.0);
    for counts in histogram {
        for (value, &times) in counts.iter().enumerate() {
            let (value, times) = (value as f64 / 255.0, times as f64);
            count += times;
            sum += times * value;
            squares += times * value * value;
        }
    }
    let mean: f64 = sum / f64::max(count, 1.0);
    let variance = squares / f64::max(count, 1.0) - mean * mean;
    (mean, variance.max(0.0).sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{DatasetParts, ImageShape};

    #[test]
    fn everything_is_counted_and_averaged() {
        let shape = ImageShape {
            width: 2,
            height: 1,
            channels: 3,
        };
        let images = |values: &[u8]| {
            let pixels = values.iter().flat_map(|&v| [v, v, 0, 0, 255, 1]);
            Images::new(shape, pixels.collect()).unwrap()
        };
        let parts = DatasetParts {
            train_labels: Some(vec![7, 2, 7]),
            test_labels: Some(vec![9]),
            ..DatasetParts::new("few", images(&[10, 20, 31]), images(&[5]))
        };
        let survey = Survey::of(&Dataset::new("few", parts, None).unwrap());
        let counts: Vec<(u8, usize, usize)> = survey
            .classes
            .iter()
            .map(|count| (count.class, count.train, count.test))
            .collect();
        assert_eq!(counts, [(2, 1, 0), (7, 2, 0), (9, 0, 1)]);
        assert_eq!(survey.mean, [20, 20, 0, 0, 255, 1]);
        assert_eq!(survey.class_means.len(), 2);
        assert_eq!(survey.class_means[1], (7, vec![21, 21, 0, 0, 255, 1]));
        assert_eq!(survey.histogram.len(), 3);
        assert_eq!(survey.histogram[0][10], 2);
        assert_eq!(survey.histogram[1][0], 6);
        assert_eq!(survey.histogram[2][255], 3);
        let mean = (2.0 * 61.0 + 3.0 * 256.0) / 18.0 / 255.0;
        assert!((survey.mean_value - mean).abs() < 1e-9);
        assert!(survey.deviation > 0.3);
    }

    #[test]
    fn a_class_with_a_name_is_listed_without_images_too() {
        let shape = ImageShape {
            width: 1,
            height: 1,
            channels: 1,
        };
        let images = |values: &[u8]| Images::new(shape, values.to_vec()).unwrap();
        let parts = DatasetParts {
            train_labels: Some(vec![2, 0]),
            test_labels: Some(vec![2]),
            class_names: Some(["cat", "owl", "dog"].map(str::to_owned).into()),
            ..DatasetParts::new("few", images(&[5, 100]), images(&[7]))
        };
        let survey = Survey::of(&Dataset::new("few", parts, None).unwrap());
        let counts: Vec<(u8, usize, usize)> = survey
            .classes
            .iter()
            .map(|count| (count.class, count.train, count.test))
            .collect();
        assert_eq!(counts, [(0, 1, 0), (1, 0, 0), (2, 1, 1)]);
        assert_eq!(survey.class_means, [(0, vec![100]), (2, vec![5])]);
    }

    #[test]
    fn without_labels_there_are_no_classes() {
        let shape = ImageShape {
            width: 1,
            height: 1,
            channels: 1,
        };
        let images = |values: &[u8]| Images::new(shape, values.to_vec()).unwrap();
        let parts = DatasetParts::new("bare", images(&[0, 100]), images(&[0]));
        let survey = Survey::of(&Dataset::new("bare", parts, None).unwrap());
        assert_eq!(survey.classes, []);
        assert_eq!(survey.class_means, []);
        assert_eq!(survey.mean, [50]);
    }
}
