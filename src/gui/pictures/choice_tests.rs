//! The choice of images, without a window.

use super::*;

/// Classes 0, 1, 2, 0, 1, 2, … of fifty images.
fn labels() -> Vec<u8> {
    (0..50).map(|image| image % 3).collect()
}

fn set(labels: &[u8]) -> TestSet<'_> {
    TestSet {
        total: labels.len(),
        contents: "a",
        labels: Some(labels),
    }
}

fn plain(total: usize) -> TestSet<'static> {
    TestSet {
        total,
        contents: "b",
        labels: None,
    }
}

#[test]
fn classes_that_come_later_are_there_to_choose() {
    let labels = labels();
    let without = TestSet {
        labels: None,
        contents: "a without images",
        ..set(&labels)
    };
    let mut choice = choice_of(without);
    assert!(choice.classes().is_empty());
    choice.settle(set(&labels));
    assert_eq!(choice.classes(), [0, 1, 2]);
}

fn choice_of(set: TestSet<'_>) -> ImageChoice {
    let mut choice = ImageChoice::new(100);
    choice.settle(set);
    choice
}

#[test]
fn images_go_on_around_the_end_and_differ_from_one_another() {
    let mut choice = choice_of(plain(50));
    choice.show_next(plain(50));
    assert_eq!(choice.images(), (24..48).collect::<Vec<u32>>());
    choice.show_next(plain(50));
    assert_eq!(choice.images()[..3], [48, 49, 0]);
    choice.show(Order::Random, plain(50));
    let other = choice.images();
    let distinct: std::collections::BTreeSet<u32> = other.iter().copied().collect();
    assert_eq!((other.len(), distinct.len()), (24, 24));
    assert!(other.iter().all(|&image| image < 50));
    choice.show_next(plain(50));
    assert_ne!(choice.images(), other, "random stays random");
}

#[test]
fn fewer_images_than_room_are_all_shown() {
    let mut choice = choice_of(plain(5));
    assert_eq!(choice.images(), [0, 1, 2, 3, 4]);
    choice.show(Order::Random, plain(5));
    assert_eq!(choice.images().len(), 5);
    choice.fit(40, plain(5));
    assert_eq!(choice.images().len(), 5);
}

#[test]
fn a_wider_row_keeps_the_images_it_has() {
    let mut choice = choice_of(plain(50));
    assert!(!choice.wants(20), "24 are there");
    assert!(choice.wants(30));
    choice.fit(30, plain(50));
    assert_eq!(choice.images(), (0..30).collect::<Vec<u32>>());
    assert!(!choice.wants(30));
    choice.show(Order::Random, plain(50));
    let before = choice.images();
    choice.fit(1000, plain(50));
    assert_eq!(choice.images()[..30], before);
    assert_eq!(choice.images().len(), 50, "no more than there are");
    assert!(!choice.wants(1000), "asking again would not help");
}

#[test]
fn a_class_shows_its_images_and_next_shows_its_next() {
    let labels = labels();
    let mut choice = choice_of(set(&labels));
    assert_eq!(choice.classes(), [0, 1, 2]);
    choice.show(Order::Class(1), set(&labels));
    assert_eq!(choice.images()[..3], [1, 4, 7]);
    assert_eq!(choice.images().len(), 17, "all there are");
    choice.fit(30, set(&labels));
    assert!(choice.images().iter().all(|&image| image % 3 == 1));
    let mut short = choice_of(set(&labels));
    short.count = 4;
    short.show(Order::Class(2), set(&labels));
    assert_eq!(short.images(), [2, 5, 8, 11]);
    short.show_next(set(&labels));
    assert_eq!(short.images(), [14, 17, 20, 23]);
}

#[test]
fn one_of_each_class_comes_in_whole_rounds() {
    let labels: Vec<u8> = (0..50).map(|image| [7, 7, 3, 9][image % 4]).collect();
    let mut choice = choice_of(set(&labels));
    choice.count = 7;
    choice.show(Order::EachClass, set(&labels));
    assert_eq!(choice.images(), [2, 0, 3, 6, 1, 7], "3, 7, 9, 3, 7, 9");
    choice.show_next(set(&labels));
    assert_eq!(choice.images()[..3], [10, 4, 11]);
}

#[test]
fn pins_stay_in_front_and_removed_images_make_way() {
    let mut choice = choice_of(plain(50));
    choice.count = 5;
    choice.pin(40, plain(50));
    choice.pin(99, plain(50));
    assert_eq!(choice.images(), [40, 0, 1, 2, 3], "there is no image 99");
    choice.remove(1, plain(50));
    assert_eq!(choice.images(), [40, 0, 2, 3, 4]);
    choice.show_next(plain(50));
    assert_eq!(choice.images(), [40, 5, 6, 7, 8]);
    choice.show(Order::Random, plain(50));
    assert_eq!((choice.images()[0], choice.images().len()), (40, 5));
    choice.show(Order::Test, plain(50));
    choice.pin(2, plain(50));
    assert_eq!(choice.images(), [40, 2, 0, 1, 3], "none is there twice");
    choice.unpin(40, plain(50));
    assert_eq!(choice.images(), [2, 0, 1, 3, 4]);
    choice.remove(2, plain(50));
    assert_eq!(choice.images(), [0, 1, 3, 4, 5]);
    choice.pin(9, plain(50));
    choice.unpin_all(plain(50));
    assert!(!choice.has_pins());
}

#[test]
fn the_worst_images_are_asked_for_and_then_shown() {
    let mut choice = choice_of(plain(50));
    choice.count = 3;
    let run = RunId(4);
    choice.show(Order::Worst(run), plain(50));
    let before = choice.images();
    assert_eq!(choice.ask_for_worst(), Some((run, 3)));
    assert_eq!(choice.ask_for_worst(), None, "once");
    assert_eq!(choice.images(), before, "until the answer is there");
    choice.take_worst(RunId(5), vec![1, 2, 3]);
    assert_eq!(choice.images(), before, "another run was not asked");
    choice.take_worst(run, vec![30, 20, 10]);
    assert_eq!(choice.images(), [30, 20, 10]);
    choice.show_next(plain(50));
    assert_eq!(choice.ask_for_worst(), Some((run, 6)));
    choice.take_worst(run, vec![30, 20, 10, 9, 8, 7]);
    assert_eq!(choice.images(), [9, 8, 7]);
    choice.show(Order::Test, plain(50));
    choice.take_worst(run, vec![30]);
    assert_eq!(choice.images(), [0, 1, 2], "too late");
}

#[test]
fn a_smaller_test_set_takes_images_away() {
    let labels = labels();
    let mut choice = choice_of(set(&labels));
    choice.show_next(set(&labels));
    choice.pin(45, set(&labels));
    choice.settle(plain(20));
    assert_eq!(choice.images(), (0..20).collect::<Vec<u32>>());
    assert!(choice.classes().is_empty());
    let mut of_class = choice_of(set(&labels));
    of_class.show(Order::Class(1), set(&labels));
    of_class.settle(plain(20));
    assert_eq!(of_class.order(), Order::Test);
    assert_eq!(of_class.images().len(), 20);
}

#[test]
fn only_what_changed_is_asked_for_and_an_extra_image_comes_last() {
    let mut choice = choice_of(plain(50));
    assert!(choice.ask().is_some());
    assert!(choice.ask().is_none());
    choice.want(3);
    assert!(choice.ask().is_none(), "3 is there");
    choice.want(33);
    assert_eq!(choice.ask().unwrap().last(), Some(&33));
    choice.want(50);
    assert!(choice.ask().is_none(), "there is no image 50");
    choice.show_next(plain(50));
    assert_eq!(choice.ask().unwrap().len(), 24);
}
