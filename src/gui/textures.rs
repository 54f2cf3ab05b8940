//! Pictures as textures, each uploaded once a version.
//!
//! A *version* is any number that changes when the picture does, such as the step it belongs to.

use std::cell::RefCell;
use std::collections::HashMap;

use egui::{Color32, ColorImage, Context, Id, TextureHandle, TextureId, TextureOptions};

/// Frames that a texture nobody draws is kept for.
const PATIENCE: u64 = 120;

struct Entry {
    version: u64,
    used: u64,
    texture: TextureHandle,
}

/// The colour of a pixel of a picture whose channels lie one after another, each `plane` values long;
/// `None` beyond its end.
pub fn pixel_color(picture: &[u8], i: usize, plane: usize) -> Option<Color32> {
    let value = |channel: usize| picture.get(channel * plane + i).copied();
    match (value(0), value(1), value(2)) {
        (Some(red), Some(green), Some(blue)) => Some(Color32::from_rgb(red, green, blue)),
        (Some(grey), ..) => Some(Color32::from_gray(grey)),
        (None, ..) => None,
    }
}

/// All textures.
#[derive(Default)]
pub struct Textures {
    entries: RefCell<HashMap<Id, Entry>>,
}

impl Textures {
    /// The texture called `id`, drawn by `make` where there is none of this version yet.
    pub fn show(
        &self,
        ctx: &Context,
        id: Id,
        version: u64,
        options: TextureOptions,
        make: impl FnOnce() -> ColorImage,
    ) -> TextureId {
        let used = ctx.cumulative_frame_nr();
        let mut entries = self.entries.borrow_mut();
        let entry = match entries.remove(&id) {
            Some(mut entry) => {
                if entry.version != version {
                    entry.texture.set(make(), options);
                }
                Entry {
                    version,
                    used,
                    texture: entry.texture,
                }
            }
            None => Entry {
                version,
                used,
                texture: ctx.load_texture(id.short_debug_format(), make(), options),
            },
        };
        let shown = entry.texture.id();
        entries.insert(id, entry);
        shown
    }

    /// Drops what was not drawn for a while; once a frame.
    pub fn tidy(&self, ctx: &Context) {
        let now = ctx.cumulative_frame_nr();
        let mut entries = self.entries.borrow_mut();
        entries.retain(|_, entry| now.saturating_sub(entry.used) <= PATIENCE);
    }
}
