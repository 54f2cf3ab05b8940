//! Pictures of codes that belong to no image.

use super::*;

use crate::engine::wish::{Generated, GeneratedSpec, Nearest};
use crate::train::{CodeDraw, CodeDraws, CodeSource, Half};

/// What a variational network draws codes from.
fn prior(temperature: f64) -> CodeDraw {
    CodeDraw::new(CodeSource::Prior, temperature, 1)
}

fn spec(draw: CodeDraw, seed: u64) -> GeneratedSpec {
    GeneratedSpec {
        draw,
        count: 6,
        seed,
    }
}

fn variational() -> Trainer {
    trainer(variant("vae").unwrap(), Pretraining::EndToEnd)
}

/// An explorer with these weights, and nothing wished for but that there are such.
fn lab(weights: Message) -> Lab {
    let mut lab = Lab::new();
    lab.wish(Slot::Hover, Wish::Point(code(&[])));
    lab.send(weights);
    lab
}

/// All that there is to be found: answers before the last one hold a part of it.
fn made(lab: &mut Lab, spec: GeneratedSpec) -> Generated {
    let number = lab.wish(Slot::Generated, Wish::Generated(spec));
    loop {
        let answer = lab.answer();
        if answer.number != number {
            continue;
        }
        match answer.content {
            Content::Generated(made) => {
                let is_lost = made.nearest == Nearest::Lost;
                if is_lost || made.tested.is_some() && made.nearest != Nearest::Sought {
                    return *made;
                }
            }
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn the_same_seed_draws_the_same_codes() {
    let trainer = variational();
    let mut lab = lab(weights(&trainer));
    let first = made(&mut lab, spec(prior(1.0), 7));
    let codes = CodeDraws::new(7).prior(5, 6, 1.0);
    assert_eq!((first.latent, &first.codes), (5, &codes));
    assert_eq!(first.code(1), &codes[5..10]);
    assert!(first.code(6).is_empty(), "there are six");
    assert_close(&first.pictures.pixels, &decode(&trainer, &codes, 5));
    let other = made(&mut lab, spec(prior(1.0), 8));
    assert_ne!(other.codes, codes);
    let again = made(&mut lab, spec(prior(1.0), 7));
    assert_eq!(again.codes, codes);
}

#[test]
fn without_a_temperature_all_pictures_are_one() {
    let mut lab = lab(weights(&variational()));
    let found = made(&mut lab, spec(prior(0.0), 3));
    assert_eq!(found.pictures.len(), 6);
    for index in 1..6 {
        assert_close(found.pictures.get(index), found.pictures.get(0));
    }
}

#[test]
fn the_nearest_training_image_is_the_nearest() {
    let trainer = variational();
    let mut lab = lab(weights(&trainer));
    let found = made(&mut lab, spec(prior(1.0), 1));
    let Nearest::Found {
        indices,
        distances,
        images,
    } = &found.nearest
    else {
        panic!("{:?}", found.nearest);
    };
    assert_eq!((indices.len(), distances.len(), images.len()), (6, 6, 6));
    let train = &trainer.data().train;
    let distance = |a: &[u8], b: &[u8]| -> f64 {
        let squares = a
            .iter()
            .zip(b)
            .map(|(a, b)| f64::from(a.abs_diff(*b)).powi(2));
        squares.sum::<f64>() / (255.0 * 255.0 * 64.0)
    };
    for (place, told) in distances.iter().enumerate() {
        let picture = found.pictures.get(place);
        let least = (0..train.len())
            .map(|index| distance(picture, train.image(index)))
            .fold(f64::INFINITY, f64::min);
        assert!((told - least).abs() < 1e-9, "{told}, not {least}");
        let index = indices[place] as usize;
        assert!((distance(picture, train.image(index)) - least).abs() < 1e-9);
        assert_eq!(images.get(place), train.image(index));
    }
    let tested = found.tested.unwrap();
    assert_eq!(tested.count, 20, "all test images there are");
    assert!(tested.median >= 0.0);
}

#[test]
fn a_mixture_is_drawn_from_with_any_temperature() {
    let trainer = stacked();
    let mut lab = lab(weights(&trainer));
    let of = |temperature, components| {
        spec(
            CodeDraw::new(CodeSource::Mixture, temperature, components),
            5,
        )
    };
    let first = made(&mut lab, of(1.0, 3));
    assert_eq!(first.known, 64, "all training images there are");
    assert_eq!((first.codes.len(), first.pictures.len()), (30, 6));
    let cold = made(&mut lab, of(0.0, 1));
    for index in 1..6 {
        assert_eq!(cold.code(index), cold.code(0), "the mean of the only one");
    }
    let mean = made(&mut lab, of(0.0, 3));
    assert_ne!(mean.codes, first.codes);
    assert!(first.codes.iter().all(|value| value.is_finite()));
}

#[test]
fn entries_are_those_of_training_images() {
    let mut trainer = trainer(variant("vq-vae").unwrap(), Pretraining::EndToEnd);
    let mut lab = lab(weights(&trainer));
    let found = made(
        &mut lab,
        spec(CodeDraw::new(CodeSource::Entries, 1.0, 1), 2),
    );
    let width = trainer.code_size();
    assert_eq!(found.latent, width);
    let known = trainer.codes_of(Half::Train, 64).unwrap();
    for code in found.codes.chunks(width) {
        for (at, value) in code.iter().enumerate() {
            let is_it = |known: &[f32]| (known[at] - value).abs() < 1e-4;
            assert!(known.chunks(width).any(is_it), "number {at} is {value}");
        }
    }
}

#[test]
fn lost_images_leave_the_pictures_of_the_prior() {
    let Message::Weights(mut lost) = weights(&variational()) else {
        panic!("not weights");
    };
    lost.data = None;
    let mut lab = lab(Message::Weights(lost));
    let found = made(&mut lab, spec(prior(1.0), 1));
    assert_eq!(found.nearest, Nearest::Lost);
    assert_eq!(found.tested, None);
    assert_eq!(found.pictures.len(), 6);
    let mixture = CodeDraw::new(CodeSource::Mixture, 1.0, 2);
    let sentence = lab.refusal(Wish::Generated(spec(mixture, 1)));
    assert!(
        sentence.contains("the images of this run are lost"),
        "{sentence}"
    );
}

#[test]
fn codes_of_another_kind_are_not_drawn() {
    let mut lab = lab(weights(&stacked()));
    let sentence = lab.refusal(Wish::Generated(spec(prior(1.0), 1)));
    assert!(sentence.starts_with("N(0, I) needs codes"), "{sentence}");
    let many = GeneratedSpec {
        count: 1_001,
        ..spec(CodeDraw::new(CodeSource::Mixture, 1.0, 2), 1)
    };
    let sentence = lab.refusal(Wish::Generated(many));
    assert!(sentence.starts_with("at most 1000 pictures"), "{sentence}");
}

#[test]
fn paths_are_what_the_trainer_decodes() {
    let trainer = stacked();
    let mut lab = lab(weights(&trainer));
    let (from, to) = ([2.0, 0.0, 0.0, 0.0, 0.0], [0.0, 2.0, 0.0, 0.0, 0.0]);
    let paths = Wish::Paths {
        from: code(&from),
        to: code(&to),
        count: 3,
    };
    let Content::Grid { pictures, columns } = lab.ask(paths).content else {
        panic!("not a grid");
    };
    assert_eq!((pictures.len(), columns), (6, 3));
    let root = 2.0_f32.sqrt();
    let rows = [
        from,
        [1.0, 1.0, 0.0, 0.0, 0.0],
        to,
        from,
        [root, root, 0.0, 0.0, 0.0],
        to,
    ];
    assert_close(&pictures.pixels, &decode(&trainer, &rows.concat(), 5));
}
