//! Sheets: rows of pictures with their names, on white paper.
//!
//! A *sheet* has a row of test images and under it a row a run, so that every column is one image and
//! what each run makes of it. Wide rows are cut into *blocks*, one below the other.

use std::io::Cursor;
use std::path::Path;

use image::{DynamicImage, ImageFormat, RgbImage};

use crate::data::ImageShape;

use super::super::StoreError;
use super::palette::{INK, PAPER, Rgb, WEAK, hex};
use super::text::{self, Text, fitted, text_element, width};

/// Longer side of a picture, at least as far as whole multiples of its pixels go.
const SIDE: usize = 84;
/// Pixels of a point of a sheet that is printed; one where that would be too many.
const SCALE: usize = 2;
/// Most columns of a block.
const MOST_COLUMNS: usize = 24;
/// Around the sheet, between pictures, and between a label and its pictures.
const MARGIN: usize = 16;
const GAP: usize = 4;
const LABEL_GAP: usize = 12;
/// Between two blocks.
const BLOCK_GAP: usize = 20;
/// Widest label.
const LABEL_ROOM: f32 = 240.0;
/// Sizes of text, and heights of its lines.
const TITLE: f32 = 16.0;
const TITLE_LINE: usize = 28;
const NAME: f32 = 14.0;
const DETAIL: f32 = 12.0;
const LABEL_LINES: usize = 36;
const HEADING_LINE: usize = 18;

/// Pictures in rows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sheet {
    /// Over everything; nothing where it is empty.
    pub title: String,
    /// Over the columns; nothing where there are none.
    pub headings: Vec<String>,
    /// From top to bottom.
    pub rows: Vec<SheetRow>,
}

/// One row of pictures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SheetRow {
    /// What it shows.
    pub name: String,
    /// What else there is to say, such as an error; may be empty.
    pub detail: String,
    /// Colour of its name, where it has one of its own.
    pub color: Option<Rgb>,
    /// Size of each picture.
    pub shape: ImageShape,
    /// Picture after picture, each channel-planar, 0 to 255.
    pub pixels: Vec<u8>,
}

impl SheetRow {
    fn pictures(&self) -> usize {
        self.pixels.len() / self.shape.pixels().max(1)
    }

    fn zoom(&self, side: usize) -> usize {
        let longer = self.shape.width.max(self.shape.height).max(1);
        ((side + longer / 2) / longer).max(1)
    }
}

/// Where everything on a sheet lies, in points; the same for all sheets whose rows are alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Layout {
    /// Longer side of a picture that is aimed at.
    side: usize,
    /// Width of the labels.
    labels: usize,
    has_title: bool,
    has_headings: bool,
    /// Columns of a block, and in all.
    columns: (usize, usize),
    /// Width and height of the pictures of each row.
    cells: Vec<(usize, usize)>,
}

impl Layout {
    /// Room for all of these sheets.
    pub(super) fn of<'a>(sheets: impl Iterator<Item = &'a Sheet> + Clone, side: usize) -> Self {
        let rows = sheets.clone().flat_map(|sheet| &sheet.rows);
        let labels = rows.clone().fold(0.0_f32, |room, row| {
            room.max(width(&row.name, NAME))
                .max(width(&row.detail, DETAIL))
        });
        let columns = rows.map(SheetRow::pictures).max().unwrap_or(0);
        let first = sheets.clone().max_by_key(|sheet| sheet.rows.len());
        let cells = first.into_iter().flat_map(|sheet| &sheet.rows).map(|row| {
            let zoom = row.zoom(side);
            (row.shape.width * zoom, row.shape.height * zoom)
        });
        Self {
            side,
            labels: labels.min(LABEL_ROOM).ceil() as usize,
            has_title: sheets.clone().any(|sheet| !sheet.title.is_empty()),
            has_headings: sheets.clone().any(|sheet| !sheet.headings.is_empty()),
            columns: (columns.clamp(1, MOST_COLUMNS), columns),
            cells: cells.collect(),
        }
    }

    fn cell_width(&self) -> usize {
        self.cells.iter().map(|cell| cell.0).max().unwrap_or(0)
    }

    fn left(&self) -> usize {
        let labels = if self.labels > 0 {
            self.labels + LABEL_GAP
        } else {
            0
        };
        MARGIN + labels
    }

    fn row_height(&self, row: usize) -> usize {
        let label = if self.labels > 0 { LABEL_LINES } else { 0 };
        self.cells.get(row).map_or(0, |cell| cell.1).max(label)
    }

    fn block_height(&self) -> usize {
        let headings = if self.has_headings { HEADING_LINE } else { 0 };
        let rows = (0..self.cells.len()).map(|row| self.row_height(row) + GAP);
        headings + rows.sum::<usize>()
    }

    fn blocks(&self) -> usize {
        self.columns.1.div_ceil(self.columns.0).max(1)
    }

    fn top(&self, block: usize) -> usize {
        let title = if self.has_title { TITLE_LINE } else { 0 };
        MARGIN + title + block * (self.block_height() + BLOCK_GAP)
    }

    /// Pixels of a point.
    fn scale(&self) -> usize {
        let (width, height) = self.size();
        let pixels = (width * SCALE) as u64 * (height * SCALE) as u64;
        if pixels > text::MAX_PIXELS { 1 } else { SCALE }
    }

    /// Width and height.
    pub(super) fn size(&self) -> (usize, usize) {
        let columns = self.columns.0 * (self.cell_width() + GAP);
        let blocks = self.blocks();
        let height = self.top(blocks) - BLOCK_GAP;
        (self.left() + columns - GAP + MARGIN, height + MARGIN - GAP)
    }
}

/// The sheet as a PNG.
///
/// # Errors
/// When it is too large for a picture.
pub fn encode_sheet(path: &Path, sheet: &Sheet) -> Result<Vec<u8>, StoreError> {
    let wrong = |found: String| StoreError::content(path, "a sheet of pictures", found);
    let layout = Layout::of(std::iter::once(sheet), SIDE);
    let picture = draw(sheet, &layout, layout.scale()).map_err(wrong)?;
    let mut bytes = Cursor::new(Vec::new());
    DynamicImage::ImageRgb8(picture)
        .write_to(&mut bytes, ImageFormat::Png)
        .map_err(|error| wrong(error.to_string()))?;
    Ok(bytes.into_inner())
}

/// Draws a sheet, `scale` pixels a point.
pub(super) fn draw(sheet: &Sheet, layout: &Layout, scale: usize) -> Result<RgbImage, String> {
    let mut canvas = text::render(&words(sheet, layout), scale as f32)?;
    for (index, row) in sheet.rows.iter().enumerate().take(layout.cells.len()) {
        let zoom = row.zoom(layout.side) * scale;
        for picture in 0..row.pictures() {
            let (block, column) = (picture / layout.columns.0, picture % layout.columns.0);
            let (x, y) = corner(layout, block, index, column);
            let pixels = row.shape.pixels();
            let values = &row.pixels[picture * pixels..(picture + 1) * pixels];
            paint(&mut canvas, (x * scale, y * scale), zoom, row.shape, values);
        }
    }
    Ok(canvas)
}

/// The upper left corner of a picture.
fn corner(layout: &Layout, block: usize, row: usize, column: usize) -> (usize, usize) {
    let headings = if layout.has_headings { HEADING_LINE } else { 0 };
    let above: usize = (0..row).map(|row| layout.row_height(row) + GAP).sum();
    let x = layout.left() + column * (layout.cell_width() + GAP);
    (x, layout.top(block) + headings + above)
}

/// Everything but the pictures.
fn words(sheet: &Sheet, layout: &Layout) -> String {
    let (width, height) = layout.size();
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\">\n\
         <rect width=\"{width}\" height=\"{height}\" fill=\"{}\"/>\n",
        hex(PAPER)
    );
    if layout.has_title {
        let title = fitted(&sheet.title, TITLE, (width - 2 * MARGIN) as f32);
        let text = Text::new(MARGIN as f32, MARGIN as f32 + 14.0, TITLE, &title);
        text_element(&mut svg, &text);
    }
    for block in 0..layout.blocks() {
        let first = block * layout.columns.0;
        let headings = sheet.headings.iter().skip(first).take(layout.columns.0);
        for (column, heading) in headings.enumerate() {
            let (x, y) = corner(layout, block, 0, column);
            let middle = x as f32 + layout.cell_width() as f32 / 2.0;
            let heading = fitted(heading, DETAIL, (layout.cell_width() + GAP) as f32);
            let text = Text::new(middle, y as f32 - 5.0, DETAIL, &heading);
            text_element(&mut svg, &text.colored(WEAK).centered());
        }
        for (index, row) in sheet.rows.iter().enumerate().take(layout.cells.len()) {
            let (_, y) = corner(layout, block, index, 0);
            let middle = y as f32 + layout.row_height(index) as f32 / 2.0;
            let has_detail = !row.detail.is_empty();
            let room = layout.labels as f32 + 1.0;
            let name = fitted(&row.name, NAME, room);
            let base = middle + if has_detail { -2.0 } else { 5.0 };
            let text = Text::new(MARGIN as f32, base, NAME, &name);
            text_element(&mut svg, &text.colored(row.color.unwrap_or(INK)));
            if has_detail {
                let detail = fitted(&row.detail, DETAIL, room);
                let text = Text::new(MARGIN as f32, middle + 14.0, DETAIL, &detail);
                text_element(&mut svg, &text.colored(WEAK));
            }
        }
    }
    svg.push_str("</svg>\n");
    svg
}

/// Paints a channel-planar picture, each of its pixels as a square.
fn paint(
    canvas: &mut RgbImage,
    (left, top): (usize, usize),
    zoom: usize,
    shape: ImageShape,
    values: &[u8],
) {
    let plane = shape.width * shape.height;
    let value = |channel: usize, at: usize| {
        let channel = channel.min(shape.channels.saturating_sub(1));
        values.get(channel * plane + at).copied().unwrap_or(0)
    };
    for y in 0..shape.height * zoom {
        for x in 0..shape.width * zoom {
            let at = (y / zoom) * shape.width + x / zoom;
            let color = image::Rgb([value(0, at), value(1, at), value(2, at)]);
            if let Some(pixel) = canvas.get_pixel_mut_checked((left + x) as u32, (top + y) as u32) {
                *pixel = color;
            }
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    fn shape(width: usize, height: usize, channels: usize) -> ImageShape {
        ImageShape {
            width,
            height,
            channels,
        }
    }

    /// Rows of 8×8 pictures: black ones and grey ones.
    pub(in super::super) fn sheet(columns: usize, grey: u8, title: &str) -> Sheet {
        let row = |name: &str, detail: &str, color, value: u8| SheetRow {
            name: name.to_owned(),
            detail: detail.to_owned(),
            color,
            shape: shape(8, 8, 1),
            pixels: vec![value; columns * 64],
        };
        Sheet {
            title: title.to_owned(),
            headings: (0..columns).map(|column| format!("{column}")).collect(),
            rows: vec![
                row("Test images", "", None, 0),
                row("Deep, 5 layers", "MSE 0.0231", Some([0, 0x72, 0xb2]), grey),
            ],
        }
    }

    #[test]
    fn every_picture_stands_where_it_belongs() {
        let sheet = sheet(30, 90, "Step 1,200");
        let bytes = encode_sheet(Path::new("grid.png"), &sheet).unwrap();
        let picture = image::load_from_memory(&bytes).unwrap().to_rgb8();
        let layout = Layout::of(std::iter::once(&sheet), SIDE);
        assert_eq!(layout.blocks(), 2);
        let size = layout.size();
        assert_eq!(
            picture.dimensions(),
            ((size.0 * SCALE) as u32, (size.1 * SCALE) as u32)
        );
        for column in 0..30 {
            for (row, value) in [(0, 0), (1, 90)] {
                let (x, y) = corner(&layout, column / 24, row, column % 24);
                let inside = picture.get_pixel((x * SCALE + 9) as u32, (y * SCALE + 9) as u32);
                assert_eq!(inside.0, [value; 3], "{row} {column}");
                let beside = picture.get_pixel((x * SCALE) as u32 - 2, (y * SCALE + 9) as u32);
                assert_eq!(beside.0, [255; 3], "{row} {column}");
            }
        }
        let blue = picture
            .pixels()
            .filter(|pixel| pixel.0[2] > 120 && pixel.0[0] < 60)
            .count();
        assert!(blue > 50, "the name has its colour: {blue}");
    }

    #[test]
    fn colours_and_sizes_may_differ_from_row_to_row() {
        let mut sheet = sheet(3, 9, "");
        let mut red = vec![200; 6 * 4];
        red.extend(vec![10; 6 * 4 * 2]);
        sheet.rows.push(SheetRow {
            name: "Colour".to_owned(),
            detail: String::new(),
            color: None,
            shape: shape(6, 4, 3),
            pixels: red,
        });
        let layout = Layout::of(std::iter::once(&sheet), SIDE);
        let picture = draw(&sheet, &layout, 1).unwrap();
        let (x, y) = corner(&layout, 0, 2, 0);
        let pixel = picture.get_pixel(x as u32 + 3, y as u32 + 3);
        assert_eq!(pixel.0, [200, 10, 10]);
    }

    #[test]
    fn a_very_large_sheet_has_fewer_pixels() {
        let of = |columns: usize| {
            let mut sheet = sheet(columns, 90, "");
            for row in &mut sheet.rows {
                row.shape = shape(128, 128, 1);
                row.pixels = vec![90; columns * 128 * 128];
            }
            Layout::of(std::iter::once(&sheet), SIDE)
        };
        assert_eq!(of(200).scale(), SCALE);
        assert_eq!(of(1000).scale(), 1);
    }

    #[test]
    fn an_empty_sheet_is_a_small_picture() {
        let bytes = encode_sheet(Path::new("grid.png"), &Sheet::default()).unwrap();
        assert!(image::load_from_memory(&bytes).unwrap().width() > 0);
    }
}
