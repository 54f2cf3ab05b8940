//! Borders between panes, moved by keys: those of the panes and those of the panels at the sides.

use egui::accesskit::{Action, ActionRequest, TreeId};
use egui::{Context, Event, Rect, Response, Vec2};
use egui_tiles::{Container, Linear, LinearDir, Tile, TileId, Tree};

use super::focus;
use super::layout::Pane;
use super::panes::MIN_PANE;

/// A press moves a border so far, in points; with Shift so many times as far.
const STEP: f32 = 12.0;
const FAST: f32 = 5.0;

/// Moves the border that has the keyboard.
pub fn keys(ctx: &Context, tree: &mut Tree<Pane>) {
    let Some(border) = focus::border(ctx) else {
        return;
    };
    let is_fast = ctx.input(|input| input.modifiers.shift);
    let step = if is_fast { FAST * STEP } else { STEP };
    let by = step * focus::arrows(ctx, border.id);
    if by != Vec2::ZERO && !move_panes(tree, border.rect, by) {
        move_panel(ctx, &border, by);
    }
}

/// Moves the border that lies here, if it is one between panes.
fn move_panes(tree: &mut Tree<Pane>, border: Rect, by: Vec2) -> bool {
    let direction = if border.width() < border.height() {
        LinearDir::Horizontal
    } else {
        LinearDir::Vertical
    };
    let found = tree.tiles.iter().find_map(|(id, tile)| match tile {
        Tile::Container(Container::Linear(linear)) if linear.dir == direction => {
            let pair = beside(tree, linear, border)?;
            Some((*id, pair))
        }
        Tile::Container(_) | Tile::Pane(_) => None,
    });
    let Some((container, [one, two])) = found else {
        return false;
    };
    let along = |rect: Rect| match direction {
        LinearDir::Horizontal => rect.width(),
        LinearDir::Vertical => rect.height(),
    };
    let by = match direction {
        LinearDir::Horizontal => by.x,
        LinearDir::Vertical => by.y,
    };
    let [first, second] = [one, two].map(|id| tree.tiles.rect(id).map_or(0.0, along));
    let both = first + second;
    let least = MIN_PANE.min(both / 2.0);
    let size = (first + by).clamp(least, both - least);
    if let Some(Tile::Container(Container::Linear(linear))) = tree.tiles.get_mut(container) {
        let shares = linear.shares[one] + linear.shares[two];
        linear.shares.set_share(one, shares * size / both);
        linear.shares.set_share(two, shares * (1.0 - size / both));
    }
    true
}

/// The children of a container between which a border lies.
fn beside(tree: &Tree<Pane>, linear: &Linear, border: Rect) -> Option<[TileId; 2]> {
    let seen = |id: &&TileId| tree.tiles.is_visible(**id);
    let children: Vec<TileId> = linear.children.iter().filter(seen).copied().collect();
    let at = border.center();
    children.windows(2).find_map(|pair| {
        let [one, two] = [pair[0], pair[1]];
        let (before, after) = (tree.tiles.rect(one)?, tree.tiles.rect(two)?);
        let between = Rect::from_two_pos(before.center(), after.center());
        let whole = before.union(after);
        // Along the container it lies between their middles, across it runs as far as they do.
        let is_between = match linear.dir {
            LinearDir::Horizontal => {
                between.x_range().contains(at.x)
                    && whole.y_range().contains(at.y)
                    && (at.x - before.right()).abs() <= border.width()
            }
            LinearDir::Vertical => {
                between.y_range().contains(at.y)
                    && whole.x_range().contains(at.x)
                    && (at.y - before.bottom()).abs() <= border.height()
            }
        };
        is_between.then_some([one, two])
    })
}

/// Asks a panel to be wider or narrower, as assistive technology would.
fn move_panel(ctx: &Context, border: &Response, by: Vec2) {
    let is_left = border.rect.center().x < ctx.content_rect().center().x;
    let is_wider = if is_left { by.x > 0.0 } else { by.x < 0.0 };
    if by.x == 0.0 {
        return;
    }
    let request = ActionRequest {
        action: if is_wider {
            Action::Increment
        } else {
            Action::Decrement
        },
        target_tree: TreeId::ROOT,
        target_node: border.id.accesskit_id(),
        data: None,
    };
    ctx.input_mut(|input| input.events.push(Event::AccessKitActionRequest(request)));
}
