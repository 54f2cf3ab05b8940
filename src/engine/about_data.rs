//! Data sets as the window shows them: what there is to say, and their images page by page.
//!
//! A *page* is some images of one part of a data set, all or of one class, in their order.

use std::sync::Arc;

use crate::data::{self, Dataset, ImageShape, Images, Skipped, Survey, Takes};

use super::protocol::{Event, Pictures, RunId};
use super::worker::{Message, Worker};

/// Images of a page at most.
const MAX_PAGE: usize = 1024;

/// A data set as the window shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DatasetInfo {
    /// Name or folder it was opened by.
    pub location: String,
    /// What to call it.
    pub name: String,
    /// Size of an image.
    pub shape: ImageShape,
    /// Training images in use.
    pub train: usize,
    /// Test images.
    pub test: usize,
    /// How the test images came about, where that needs saying.
    pub split: String,
    /// SHA-256 of the pixels.
    pub hash: String,
    /// Tells the images with their classes from others; see [`Dataset::contents`].
    pub contents: String,
    /// One class a test image, where known.
    pub test_labels: Option<Arc<[u8]>>,
    /// What the classes are called, where they have names.
    pub class_names: Option<Arc<[String]>>,
    /// What was found and left out.
    pub skipped: Arc<[Skipped]>,
    /// How many more were left out than are listed.
    pub unlisted: usize,
    /// What kind of source it comes from, such as `IDX files`.
    pub source: String,
    /// What the reader decided and a person should know, a sentence each.
    pub remarks: Arc<[String]>,
    /// What can be chosen about how it is read.
    pub takes: Takes,
}

impl DatasetInfo {
    /// What there is to say of a data set.
    pub(super) fn of(data: &Dataset) -> Self {
        let split = data.split.to_words().unwrap_or_default();
        let source = data::source_of(&data.location);
        Self {
            location: data.location.clone(),
            name: data.name.clone(),
            shape: data.train.shape(),
            train: data.train.len(),
            test: data.test.len(),
            split,
            hash: data.hash.clone(),
            contents: data.contents(),
            test_labels: data.test_labels.as_deref().map(Arc::from),
            class_names: data.class_names.as_deref().map(Arc::from),
            skipped: data.skipped.as_slice().into(),
            unlisted: data.unlisted,
            source: source.map_or("", |source| source.name()).to_owned(),
            remarks: data.remarks.as_slice().into(),
            takes: source.map(|source| source.takes()).unwrap_or_default(),
        }
    }

    /// What a class is called.
    pub fn class_name(&self, class: u8) -> String {
        let names = self.class_names.as_deref().unwrap_or_default();
        let name = names.get(usize::from(class)).cloned();
        name.unwrap_or_else(|| class.to_string())
    }
}

/// Images for training or for testing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Part {
    /// What runs train on.
    #[default]
    Train,
    /// What they are measured on.
    Test,
}

/// Which images of a data set are wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageRequest {
    /// A run on the data set.
    pub run: RunId,
    /// Of which part.
    pub part: Part,
    /// Of one class only.
    pub class: Option<u8>,
    /// So many of them are passed over.
    pub first: usize,
    /// At most so many.
    pub count: usize,
}

/// Images of a data set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DataPage {
    /// What was asked for.
    pub request: PageRequest,
    /// Tells the data set from others; see [`Dataset::contents`].
    pub contents: String,
    /// Places of the images in their part.
    pub indices: Vec<u32>,
    /// Their classes, where known.
    pub classes: Vec<Option<u8>>,
    /// The images.
    pub pictures: Pictures,
    /// How many there are in all, on this page or not.
    pub total: usize,
}

impl DataPage {
    fn of(data: &Dataset, request: PageRequest) -> Self {
        let (images, labels): (&Images, Option<&[u8]>) = match request.part {
            Part::Train => (&data.train, data.train_labels.as_deref()),
            Part::Test => (&data.test, data.test_labels.as_deref()),
        };
        let class_of = |image: usize| labels?.get(image).copied();
        let is_wanted =
            |image: &usize| request.class.is_none() || class_of(*image) == request.class;
        let total = match request.class {
            None => images.len(),
            Some(_) => (0..images.len()).filter(is_wanted).count(),
        };
        let chosen: Vec<usize> = (0..images.len())
            .filter(is_wanted)
            .skip(request.first)
            .take(request.count.min(MAX_PAGE))
            .collect();
        let mut pixels = Vec::with_capacity(chosen.len() * images.shape().pixels());
        for &image in &chosen {
            pixels.extend_from_slice(images.image(image));
        }
        Self {
            contents: data.contents(),
            indices: chosen.iter().map(|&image| image as u32).collect(),
            classes: chosen.iter().map(|&image| class_of(image)).collect(),
            pictures: Pictures {
                shape: images.shape(),
                pixels,
            },
            total,
            request,
        }
    }
}

impl Worker {
    /// Looks through all images of a run in a thread of its own.
    pub(super) fn survey(&mut self, id: RunId) {
        let Some(data) = self.find(id).and_then(|run| run.data.clone()) else {
            return;
        };
        let work = move || {
            let survey = Arc::new(Survey::of(&data));
            let contents = data.contents();
            Message::Surveyed { contents, survey }
        };
        if let Err(error) = self.library.beside("survey", work) {
            let text = format!("The images could not be counted: {error}");
            self.outlet.tell(Event::Warning { id, text });
        }
    }

    /// Answers with some images of a run.
    pub(super) fn show_data(&mut self, request: PageRequest) {
        let Some(data) = self.find(request.run).and_then(|run| run.data.clone()) else {
            return;
        };
        let page = DataPage::of(&data, request);
        self.outlet.tell(Event::DataPage(Arc::new(page)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::DatasetParts;

    #[test]
    fn a_page_is_of_one_class_in_order() {
        let shape = ImageShape {
            width: 1,
            height: 1,
            channels: 1,
        };
        let images = |count: u8| Images::new(shape, (0..count).collect()).unwrap();
        let parts = DatasetParts {
            train_labels: Some((0..10).map(|i| i % 2).collect()),
            ..DatasetParts::new("ten", images(10), images(3))
        };
        let data = Dataset::new("ten", parts, None).unwrap();
        let request = |part, class, first| PageRequest {
            run: RunId(1),
            part,
            class,
            first,
            count: 3,
        };
        let page = DataPage::of(&data, request(Part::Train, Some(1), 1));
        assert_eq!(page.indices, [3, 5, 7]);
        assert_eq!(page.pictures.pixels, [3, 5, 7]);
        assert_eq!(page.classes, [Some(1); 3]);
        assert_eq!(page.total, 5);
        let page = DataPage::of(&data, request(Part::Test, None, 2));
        assert_eq!((page.indices, page.total), (vec![2], 3));
        assert_eq!(page.classes, [None]);
        let page = DataPage::of(&data, request(Part::Test, Some(0), 0));
        assert_eq!((page.total, page.pictures.len()), (0, 0));
    }
}
