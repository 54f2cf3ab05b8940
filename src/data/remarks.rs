//! What looks wrong about images that were read: the safety net under every reader.
//!
//! A *suspicion* is a remark on the result rather than on the file: pictures that came out nearly
//! black, all alike, or all of one class, are hardly what somebody wanted to train on.

use super::Images;

/// Average pixel value, 0 to 255, below which all images together are called nearly black. The mean
/// of MNIST, mostly background, is 33.
const NEARLY_BLACK: f64 = 1.0;

/// The same from the other side.
const NEARLY_WHITE: f64 = 254.0;

/// Remarks on images and labels for training and testing, each a sentence.
pub(super) fn suspicions(images: [&Images; 2], labels: [Option<&[u8]>; 2]) -> Vec<String> {
    let mut found = Vec::new();
    for (images, what) in images.into_iter().zip(["training", "test"]) {
        found.extend(of_images(images, what));
    }
    let [train, test] = labels;
    let mut all = train.into_iter().chain(test).flatten();
    if let Some(&first) = all.next()
        && all.all(|&label| label == first)
    {
        found.push(format!(
            "Every label is {first}: the labels may be in another place than was looked for."
        ));
    }
    found
}

fn of_images(images: &Images, what: &str) -> Option<String> {
    let first = images.image(0);
    if images.len() > 1 && (1..images.len()).all(|i| images.image(i) == first) {
        return Some(format!("All {what} pictures are the same."));
    }
    let sum: u64 = images.pixels().iter().map(|&value| u64::from(value)).sum();
    let mean = sum as f64 / images.pixels().len() as f64;
    let shade = if mean < NEARLY_BLACK {
        "black"
    } else if mean > NEARLY_WHITE {
        "white"
    } else {
        return None;
    };
    Some(format!(
        "All {what} pictures are nearly {shade}: their pixels are {mean:.2} of 255 on average."
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::ImageShape;

    fn images(count: usize, value: impl Fn(usize) -> u8) -> Images {
        let shape = ImageShape {
            width: 3,
            height: 2,
            channels: 1,
        };
        let pixels = (0..count * shape.pixels()).map(value).collect();
        Images::new(shape, pixels).unwrap()
    }

    #[test]
    fn usual_images_raise_no_suspicion() {
        let usual = images(5, |i| (i * 37 % 256) as u8);
        let few = images(1, |i| (i * 40) as u8);
        assert!(suspicions([&usual, &few], [Some(&[0, 1]), Some(&[0])]).is_empty());
        assert!(suspicions([&usual, &usual], [None, None]).is_empty());
    }

    #[test]
    fn black_white_alike_and_one_class_are_told() {
        let usual = images(5, |i| (i * 37 % 256) as u8);
        let black = images(5, |i| u8::from(i == 7));
        let white = images(4, |i| 255 - u8::from(i % 6 == i / 6));
        let alike = images(4, |i| (i % 6 * 40) as u8);
        let said = |train, test| suspicions([train, test], [None, None]).join(" ");
        assert!(said(&black, &usual).contains("training pictures are nearly black"));
        assert!(said(&usual, &black).contains("test pictures are nearly black"));
        assert!(said(&white, &usual).contains("nearly white"));
        assert!(said(&alike, &usual).contains("All training pictures are the same"));
        let zero = suspicions([&usual, &usual], [Some(&[0; 5]), Some(&[0; 5])]);
        assert!(zero[0].contains("Every label is 0"), "{zero:?}");
        assert!(suspicions([&usual, &usual], [Some(&[0; 5]), Some(&[1; 5])]).is_empty());
    }
}
