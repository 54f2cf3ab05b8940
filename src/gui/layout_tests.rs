//! The arrangement of panes.

use super::*;

fn all() -> BTreeSet<Pane> {
    Pane::ALL.iter().copied().collect()
}

#[test]
fn every_preset_holds_every_pane_once() {
    for preset in Preset::ALL {
        let tree = preset.tree();
        assert_eq!(panes(&tree), all(), "{preset:?}");
        assert_eq!(
            tree.tiles.tiles().filter(|tile| tile.is_pane()).count(),
            Pane::ALL.len()
        );
    }
}

#[test]
fn a_pane_is_closed_and_opened_again() {
    let mut tree = Preset::Comparison.tree();
    close(&mut tree, Pane::Plane);
    assert!(!panes(&tree).contains(&Pane::Plane));
    open(&mut tree, Pane::Plane);
    assert_eq!(panes(&tree), all());
    let tile = tree.tiles.find_pane(&Pane::Plane).unwrap();
    assert!(tree.active_tiles().contains(&tile), "it is in front");
}

#[test]
fn a_pane_behind_others_comes_to_the_front() {
    let mut tree = Preset::Comparison.tree();
    let tile = tree.tiles.find_pane(&Pane::Traversals).unwrap();
    assert!(!tree.active_tiles().contains(&tile));
    open(&mut tree, Pane::Traversals);
    assert!(tree.active_tiles().contains(&tile));
}

#[test]
fn a_pane_opens_where_there_is_none() {
    let mut tree = Preset::OneRun.tree();
    for pane in Pane::ALL {
        close(&mut tree, *pane);
    }
    assert_eq!(panes(&tree), BTreeSet::new());
    open(&mut tree, Pane::Layers);
    assert_eq!(panes(&tree), BTreeSet::from([Pane::Layers]));
}

#[test]
fn an_arrangement_is_kept_and_a_broken_one_refused() {
    let mut tree = Preset::Teaching.tree();
    close(&mut tree, Pane::Filters);
    let text = serde_json::to_string(&tree).unwrap();
    assert_eq!(panes(&read(&text).unwrap()), panes(&tree));
    assert!(read("{").is_err());
    assert!(
        read(&text.replace("Curves", "Bows")).is_err(),
        "no such pane"
    );
    assert!(
        read(&text.replace("\"Curves\"", "\"Input\"")).is_err(),
        "twice"
    );
    let empty = Tree::<Pane>::empty(egui::Id::unique(TREE));
    assert!(read(&serde_json::to_string(&empty).unwrap()).is_err());
    let root = text.find("\"root\":").unwrap() + "\"root\":".len();
    let end = root + text[root..].find(',').unwrap();
    let lost = format!("{}999999{}", &text[..root], &text[end..]);
    assert!(read(&lost).is_err(), "no such tile");
}
