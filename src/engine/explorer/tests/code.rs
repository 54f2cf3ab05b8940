//! What units add and what entries draw, held against the trainer's own pictures.

use super::*;
use crate::engine::wish::EntriesFound;
use crate::model::KnobValue;

fn set(trainer: &str, knobs: &[(&str, KnobValue)]) -> Trainer {
    let variant = variant(trainer).unwrap();
    let mut config = RunConfig::recipe(variant, "waves");
    config.batch = 16;
    for (id, value) in knobs {
        config.knobs.set(id, value.clone());
    }
    Trainer::new(config, dataset(), &compute()).unwrap()
}

fn entries(lab: &mut Lab, drawn: &[usize]) -> EntriesFound {
    let drawn = drawn.into();
    match lab.ask(Wish::Entries { drawn }).content {
        Content::Entries(found) => *found,
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_atom_is_what_a_unit_adds() {
    let mut lab = Lab::new();
    let mut trainer = stacked();
    train_steps(&mut trainer, 3);
    let base = [0.5, -1.0, 0.25, 0.0, 2.0];
    let units = [(1, 2.0), (4, -0.5)];
    lab.wish(Slot::Hover, Wish::Point(code(&[])));
    lab.send(weights(&trainer));
    let Content::Features(tiles) = lab
        .ask(Wish::Atoms {
            base: code(&base),
            units: units.into(),
        })
        .content
    else {
        panic!("not tiles");
    };
    let picture = |code: &[f32]| {
        let code = TensorData::new(code.to_vec(), [1, 5]);
        let code = Tensor::from_data(code, &Device::flex());
        let outputs = trainer.trainee().decode(code).into_data();
        outputs.try_to_vec::<f32>().unwrap()
    };
    let without = picture(&base);
    assert_eq!(tiles.total, 2);
    for ((unit, more), tile) in units.iter().zip(tiles.values.chunks(64)) {
        let mut code = base;
        code[*unit] += more;
        for ((with, without), added) in picture(&code).iter().zip(&without).zip(tile) {
            assert!((with - without - added).abs() < 1e-5);
        }
    }
    let odd = lab.refusal(Wish::Atoms {
        base: code(&base),
        units: [(5, 1.0)].into(),
    });
    assert!(odd.contains("dimension 5"), "{odd}");
}

#[test]
fn entries_are_those_of_the_codebook_and_drawn_everywhere() {
    let mut lab = Lab::new();
    let mut trainer = set("vq-vae", &[("entries", KnobValue::Integer(8))]);
    train_steps(&mut trainer, 2);
    lab.wish(Slot::Hover, Wish::Point(code(&[])));
    lab.send(weights(&trainer));
    let found = entries(&mut lab, &[3, 0, 99]);
    let arrays = trainer.trainee().weights().unwrap();
    let codebook = arrays
        .iter()
        .find(|array| array.name == "codebook")
        .unwrap();
    assert_eq!(found.values, codebook.values);
    assert_eq!(found.drawn, [3, 0], "there is no entry 99");
    let grid = found.grid;
    assert_eq!(grid.places, found.code.width * found.code.height);
    let mut everywhere = vec![0.0; grid.groups * grid.numbers * grid.places];
    for number in 0..grid.numbers {
        for place in 0..grid.places {
            let value = codebook.values[3 * grid.numbers + number];
            everywhere[grid.at(0, number, place)] = value;
        }
    }
    let expected = decode(&trainer, &everywhere, everywhere.len());
    assert_close(&found.pictures.pixels[..64], &expected);
    // A code is made of nothing else.
    let own = encode(&trainer, 2);
    for place in 0..grid.places {
        let numbers = (0..grid.numbers).map(|number| own[grid.at(0, number, place)]);
        let numbers: Vec<f32> = numbers.collect();
        assert!(
            found
                .values
                .chunks(grid.numbers)
                .any(|entry| entry == numbers)
        );
    }
}

#[test]
fn levels_have_entries_without_a_codebook() {
    let mut lab = Lab::new();
    let trainer = set("fsq", &[("levels", KnobValue::Text("3,2".to_owned()))]);
    lab.wish(Slot::Hover, Wish::Point(code(&[])));
    lab.send(weights(&trainer));
    let found = entries(&mut lab, &[5]);
    let expected = [
        -1.0, -1.0, 0.0, -1.0, 1.0, -1.0, -1.0, 0.0, 0.0, 0.0, 1.0, 0.0,
    ];
    assert_eq!(found.values, expected);
    let own = encode(&trainer, 2);
    for place in 0..found.grid.places {
        let entry = [
            own[found.grid.at(0, 0, place)],
            own[found.grid.at(0, 1, place)],
        ];
        assert!(
            found.values.chunks(2).any(|known| known == entry),
            "{entry:?}"
        );
    }
}

#[test]
fn codes_that_are_not_made_of_entries_have_none() {
    let mut lab = Lab::new();
    lab.wish(Slot::Hover, Wish::Point(code(&[])));
    lab.send(weights(&stacked()));
    let words = lab.refusal(Wish::Entries { drawn: [].into() });
    assert!(words.contains("bottleneck vq or fsq"), "{words}");
}
