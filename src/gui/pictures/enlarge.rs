//! Enlargements: pictures side by side, large enough to see what is wrong with them.

use egui::{Color32, Rect, RichText, TextureId, Ui, vec2};

use crate::data::ImageShape;
use crate::gui::view::View;

/// Longer side of an enlarged picture.
const SIDE: f32 = 132.0;

/// One enlarged picture.
#[derive(Clone, Debug)]
pub struct Enlarged {
    /// What stands under it.
    pub caption: String,
    /// Where it is.
    pub texture: TextureId,
    /// The part of the texture.
    pub uv: Rect,
}

/// Draws pictures in a row, each with its caption.
pub fn enlarged_ui(ui: &mut Ui, view: &View<'_>, shape: ImageShape, pictures: &[Enlarged]) {
    let (width, height) = (shape.width.max(1) as f32, shape.height.max(1) as f32);
    let size = vec2(width, height) * (SIDE / width.max(height));
    ui.horizontal(|ui| {
        for picture in pictures {
            ui.vertical(|ui| {
                ui.set_width(size.x.max(72.0));
                let (rect, response) = ui.allocate_exact_size(size, egui::Sense::hover());
                let caption = picture.caption.clone();
                response
                    .widget_info(|| egui::WidgetInfo::labeled(egui::Role::Image, true, &caption));
                ui.painter()
                    .image(picture.texture, rect, picture.uv, Color32::WHITE);
                ui.add(
                    egui::Label::new(RichText::new(&picture.caption).color(view.palette.weak))
                        .wrap(),
                );
            });
        }
    });
}
