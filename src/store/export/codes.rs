//! Codes of test images as a table: for `NumPy`, or as rows of text with their classes.
//!
//! A *code table* has a row an image, in the order of the test images.

use std::path::Path;

use npyz::WriterBuilder as _;

use super::super::StoreError;
use super::Format;

/// Codes of the first test images.
#[derive(Clone, Debug, PartialEq)]
pub struct CodeTable {
    /// Values of a code.
    pub latent: usize,
    /// Code after code.
    pub values: Vec<f32>,
    /// Class of each image, where known.
    pub labels: Option<Vec<u8>>,
}

/// The table as a file of this format.
///
/// # Errors
/// When the format is none for numbers in rows and columns.
pub fn encode_codes(path: &Path, table: &CodeTable, format: Format) -> Result<Vec<u8>, StoreError> {
    match format {
        Format::Npy => npy(table).map_err(StoreError::io("writing", path)),
        Format::Csv => csv(table)
            .map_err(|error| StoreError::content(path, "a table of codes", error.to_string())),
        Format::Safetensors | Format::Svg | Format::Png | Format::Gif => Err(StoreError::content(
            path,
            "a table of codes",
            format!("{} holds none", format.ending()),
        )),
    }
}

fn rows(table: &CodeTable) -> usize {
    table.values.len() / table.latent.max(1)
}

/// Images × values, `<f4`.
fn npy(table: &CodeTable) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut writer = npyz::WriteOptions::new()
        .default_dtype()
        .shape(&[rows(table) as u64, table.latent as u64])
        .writer(&mut bytes)
        .begin_nd()?;
    writer.extend(table.values.iter().copied())?;
    writer.finish()?;
    Ok(bytes)
}

/// Numbers are written so that reading gives back the same bits.
fn csv(table: &CodeTable) -> Result<Vec<u8>, csv::Error> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let names = (0..table.latent).map(|value| format!("code_{value}"));
    let head = ["image", "label"].map(str::to_owned);
    writer.write_record(head.into_iter().chain(names))?;
    for (image, code) in table.values.chunks_exact(table.latent.max(1)).enumerate() {
        let labels = table.labels.as_ref();
        let label = labels.and_then(|labels| labels.get(image));
        writer.write_field(image.to_string())?;
        writer.write_field(label.map_or_else(String::new, u8::to_string))?;
        for value in code {
            writer.write_field(value.to_string())?;
        }
        writer.write_record(None::<&[u8]>)?;
    }
    writer
        .into_inner()
        .map_err(|error| csv::Error::from(error.into_error()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> CodeTable {
        CodeTable {
            latent: 3,
            values: vec![0.1, -2.5, 1.0 / 3.0, f32::MIN_POSITIVE, 1e30, -0.0],
            labels: Some(vec![7, 2]),
        }
    }

    fn encode(format: Format) -> Vec<u8> {
        encode_codes(Path::new("codes"), &table(), format).unwrap()
    }

    #[test]
    fn numpy_reads_the_same_numbers() {
        let bytes = encode(Format::Npy);
        assert_eq!(&bytes[..6], b"\x93NUMPY");
        let file = npyz::NpyFile::new(&bytes[..]).unwrap();
        assert_eq!(file.shape(), [2, 3]);
        assert_eq!(file.order(), npyz::Order::C);
        assert_eq!(file.dtype().descr(), "'<f4'");
        assert_eq!(file.into_vec::<f32>().unwrap(), table().values);
    }

    #[test]
    fn rows_of_text_hold_the_same_numbers() {
        let bytes = encode(Format::Csv);
        let mut reader = csv::Reader::from_reader(&bytes[..]);
        let head = reader.headers().unwrap().clone();
        assert_eq!(head, ["image", "label", "code_0", "code_1", "code_2"][..]);
        let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
        assert_eq!(rows.len(), 2);
        assert_eq!((&rows[1][0], &rows[1][1]), ("1", "2"));
        let numbers: Vec<u32> = rows
            .iter()
            .flat_map(|row| {
                row.iter()
                    .skip(2)
                    .map(|v| v.parse::<f32>().unwrap().to_bits())
            })
            .collect();
        let expected: Vec<u32> = table().values.iter().map(|v| v.to_bits()).collect();
        assert_eq!(numbers, expected);
    }

    #[test]
    fn images_without_classes_leave_that_column_empty() {
        let table = CodeTable {
            labels: None,
            ..table()
        };
        let bytes = encode_codes(Path::new("c.csv"), &table, Format::Csv).unwrap();
        assert!(String::from_utf8(bytes).unwrap().contains("\n1,,"));
    }
}
