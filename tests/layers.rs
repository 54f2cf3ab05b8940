//! Reads the crate's own sources and fails when an import goes the wrong way.
//!
//! A *layer* is a module at the root of the crate. Each may name the layers that [`LAYERS`] lists
//! for it, and nothing to their right. Comments, literals and `#[cfg(test)]` items are not read.

#![allow(clippy::unwrap_used, reason = "what is not there fails the test")]

use std::fmt;
use std::path::{Path, PathBuf};

use lexer::{Token, tokens};

#[path = "layers/cases.rs"]
mod cases;
#[path = "layers/lexer.rs"]
mod lexer;

/// Every layer, with the layers it may name besides itself.
const LAYERS: &[(&str, &[&str])] = &[
    ("data", &[]),
    ("analysis", &[]),
    ("kernels", &[]),
    ("model", &["data", "analysis", "kernels"]),
    ("train", &["data", "analysis", "model"]),
    ("store", &["data", "analysis", "model", "train"]),
    ("engine", &["data", "analysis", "model", "train", "store"]),
    (
        "cli",
        &["data", "analysis", "model", "train", "store", "engine"],
    ),
    (
        "gui",
        &["data", "analysis", "model", "train", "store", "engine"],
    ),
];

const BURN: &[&str] = &["burn", "burn_wgpu"];
const WINDOW: &[&str] = &["egui", "eframe", "egui_plot", "egui_tiles", "rfd"];
const THREADS: &[&str] = &["std::thread", "rayon", "crossbeam_channel"];
/// Files of the root may start the window, but leave drawing to `gui`.
const ROOT_BANS: &[&[&str]] = &[&["egui", "eframe::egui"]];

/// Paths from outside the crate that a layer may not name.
fn banned(layer: &str) -> &'static [&'static [&'static str]] {
    match layer {
        "data" | "analysis" | "kernels" => &[BURN, WINDOW],
        "model" | "train" => &[WINDOW, THREADS],
        "gui" => &[BURN],
        "" => ROOT_BANS,
        _ => &[WINDOW],
    }
}

/// Longest source file, in lines.
const MAX_LINES: usize = 450;

#[derive(Debug, PartialEq)]
struct Violation {
    file: String,
    line: usize,
    what: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line, self.what)
    }
}

/// Removes every item under `#[cfg(test)]`.
fn without_tests(tokens: Vec<Token>) -> Vec<Token> {
    let starts_with = |at: usize, words: &[&str]| {
        words
            .iter()
            .enumerate()
            .all(|(i, word)| tokens.get(at + i).is_some_and(|t| t.text == *word))
    };
    let mut kept = vec![true; tokens.len()];
    let mut i = 0;
    while i < tokens.len() {
        if starts_with(i, &["#", "!", "[", "cfg", "(", "test", ")", "]"]) {
            kept[i..].fill(false);
            break;
        }
        if starts_with(i, &["#", "[", "cfg", "(", "test", ")", "]"]) {
            let end = item_end(&tokens, i + 7);
            kept[i..end].fill(false);
            i = end;
        } else {
            i += 1;
        }
    }
    tokens
        .into_iter()
        .zip(kept)
        .filter_map(|(token, kept)| kept.then_some(token))
        .collect()
}

/// Index behind the item that starts at `i`: its closing brace or semicolon.
fn item_end(tokens: &[Token], i: usize) -> usize {
    let mut depth = 0;
    for (at, token) in tokens.iter().enumerate().skip(i) {
        match token.text.as_str() {
            "(" | "[" | "{" => depth += 1,
            "}" if depth == 1 => return at + 1,
            ")" | "]" | "}" => depth -= 1,
            ";" if depth == 0 => return at + 1,
            _ => {}
        }
        if depth < 0 {
            return at;
        }
    }
    tokens.len()
}

/// A path as written, groups taken apart.
#[derive(Debug)]
struct Mention {
    line: usize,
    segments: Vec<String>,
    /// True in `use` and `extern crate`, where a single word is a path already.
    is_import: bool,
    /// Inline modules around the path, outermost first.
    inside: Vec<String>,
}

fn is_name(text: &str) -> bool {
    text.chars().all(|c| c.is_alphanumeric() || c == '_')
}

/// Reads one tree of paths, `a::{b, c::*}`, from `i`; gives its leaves and the index behind it.
fn path_tree(
    tokens: &[Token],
    mut i: usize,
    prefix: &[String],
) -> (Vec<(usize, Vec<String>)>, usize) {
    let text = |i: usize| tokens.get(i).map_or("", |t| t.text.as_str());
    let mut segments = prefix.to_vec();
    if text(i) == "::" {
        i += 1;
    }
    while let Some(token) = tokens.get(i) {
        if token.text == "{" {
            let mut leaves = Vec::new();
            i += 1;
            while !matches!(text(i), "}" | "") {
                let (more, next) = path_tree(tokens, i, &segments);
                leaves.extend(more);
                // Past an alias and the comma; always forward, whatever the source holds.
                i = next.max(i + usize::from(next == i));
                while !matches!(text(i), "," | "}" | "") {
                    i += 1;
                }
                i += usize::from(text(i) == ",");
            }
            return (leaves, i + 1);
        }
        if token.text != "*" && !is_name(&token.text) {
            break;
        }
        segments.push(token.text.clone());
        i += 1;
        if text(i) != "::" || !(is_name(text(i + 1)) || matches!(text(i + 1), "*" | "{")) {
            break;
        }
        i += 1;
    }
    let line = tokens[..i].last().map_or(1, |token| token.line);
    (vec![(line, segments)], i)
}

/// Every path that a source names.
fn mentions(source: &str) -> Vec<Mention> {
    let tokens = without_tests(tokens(source));
    let text = |i: usize| tokens.get(i).map_or("", |t| t.text.as_str());
    let mut found = Vec::new();
    let mut depth = 0;
    let mut modules: Vec<(usize, String)> = Vec::new();
    let mut i = 0;
    while i < tokens.len() {
        let before = if i == 0 { "" } else { text(i - 1) };
        match text(i) {
            "{" => depth += 1,
            "}" => {
                depth -= 1_usize.min(depth);
                modules.retain(|(outer, _)| *outer < depth);
            }
            "mod" if text(i + 2) == "{" => {
                modules.push((depth, text(i + 1).to_owned()));
                i += 1;
            }
            word => {
                let is_import = word == "use" || (word == "crate" && before == "extern");
                let is_path = is_name(word) || (word == "::" && is_name(text(i + 1)));
                // `pub(crate)` and `pub(in super::super)` say who may look in, not what is named.
                let is_scope = before == "in" && text(i.saturating_sub(2)) == "(";
                let is_visibility = is_scope || (before == "(" && text(i + 1) == ")");
                let is_scoping = is_visibility && matches!(word, "crate" | "super" | "self");
                if is_import || is_path {
                    let (leaves, next) = path_tree(&tokens, i + usize::from(is_import), &[]);
                    for (line, segments) in leaves {
                        let inside = modules.iter().map(|(_, name)| name.clone()).collect();
                        if !segments.is_empty() && !is_scoping {
                            found.push(Mention {
                                line,
                                segments,
                                is_import,
                                inside,
                            });
                        }
                    }
                    i = next.max(i + 1);
                    continue;
                }
            }
        }
        i += 1;
    }
    found
}

/// The modules that hold the contents of a source file, `[]` for the crate's root.
fn module_of(file: &str) -> Vec<String> {
    let stem = file.trim_end_matches(".rs");
    let mut parts: Vec<String> = stem.split('/').map(str::to_owned).collect();
    if parts.last().is_some_and(|last| last == "mod") || matches!(stem, "main" | "lib") {
        parts.pop();
    }
    parts
}

/// The path from the crate's root that a mention stands for, or `None` for one from elsewhere.
fn in_crate(mention: &Mention, file_module: &[String]) -> Option<Vec<String>> {
    let mut place: Vec<String> = file_module.iter().chain(&mention.inside).cloned().collect();
    let mut rest = mention.segments.as_slice();
    match rest[0].as_str() {
        "crate" => place.clear(),
        "hourglass" if rest.len() > 1 || mention.is_import => place.clear(),
        "self" if rest.len() > 1 => {}
        "super" => {
            place.pop();
        }
        _ => return None,
    }
    rest = &rest[1..];
    while rest.first().is_some_and(|segment| segment == "super") {
        place.pop();
        rest = &rest[1..];
    }
    Some(place.into_iter().chain(rest.iter().cloned()).collect())
}

/// All that is wrong with one file, named relative to `src`.
fn check(file: &str, source: &str) -> Vec<Violation> {
    let mut found = check_form(file, source);
    let module = module_of(file);
    let layer = module.first().map_or("", String::as_str);
    let mut report = |line, what| {
        let violation = Violation {
            file: file.to_owned(),
            line,
            what,
        };
        if !found.contains(&violation) {
            found.push(violation);
        }
    };
    let allowed = LAYERS
        .iter()
        .find(|(name, _)| *name == layer)
        .map(|(_, allowed)| *allowed);
    if allowed.is_none() && !layer.is_empty() {
        report(1, format!("`{layer}` is missing in the table of layers"));
    }
    for mention in mentions(source) {
        let written = mention.segments.join("::");
        if let Some(path) = in_crate(&mention, &module) {
            let target = path.first().map_or("*", String::as_str);
            let is_fine = target == layer || allowed.is_none_or(|names| names.contains(&target));
            if !is_fine && LAYERS.iter().any(|(name, _)| *name == target) {
                report(
                    mention.line,
                    format!("`{written}`: `{layer}` may not name `{target}`"),
                );
            } else if !is_fine {
                report(
                    mention.line,
                    format!("`{written}`: `{layer}` may name the root only for a layer"),
                );
            }
        }
        for ban in banned(layer).iter().copied().flatten() {
            let is_path = mention.is_import || mention.segments.len() > 1;
            let starts = ban
                .split("::")
                .enumerate()
                .all(|(i, part)| mention.segments.get(i).is_some_and(|s| s == part));
            if is_path && starts {
                report(
                    mention.line,
                    format!("`{written}`: `{layer}` may not name `{ban}`"),
                );
            }
        }
        if layer == "gui" && mention.segments.iter().any(|segment| segment == "Tensor") {
            report(
                mention.line,
                format!("`{written}`: `gui` may not name `Tensor`"),
            );
        }
    }
    found
}

/// What is wrong with a file whatever its layer: its length, its missing documentation.
fn check_form(file: &str, source: &str) -> Vec<Violation> {
    let mut found = Vec::new();
    let mut report = |line, what: String| {
        found.push(Violation {
            file: file.to_owned(),
            line,
            what,
        });
    };
    let lines = source.lines().count();
    if lines > MAX_LINES {
        report(
            lines,
            format!("{lines} lines, where {MAX_LINES} are the limit"),
        );
    }
    if !source.trim_start().starts_with("//!") {
        report(1, "the file does not open with a `//!` comment".to_owned());
    }
    found
}

/// All `.rs` files below `folder`.
fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files.sort();
    files
}

/// The path of `file` below `root`, with `/` on every system.
fn name_below(root: &Path, file: &Path) -> String {
    let parts = file.strip_prefix(root).unwrap().components();
    parts
        .map(|part| part.as_os_str().to_string_lossy())
        .collect::<Vec<_>>()
        .join("/")
}

#[test]
fn the_layers_hold() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    let mut names = Vec::new();
    for file in rust_files(&root.join("src")) {
        let name = name_below(&root.join("src"), &file);
        found.extend(check(&name, &std::fs::read_to_string(&file).unwrap()));
        names.push(name);
    }
    for file in rust_files(&root.join("tests")) {
        found.extend(check_form(
            &name_below(root, &file),
            &std::fs::read_to_string(&file).unwrap(),
        ));
    }
    assert!(
        names.iter().any(|name| name == "lib.rs"),
        "src/lib.rs was not among {names:?}"
    );
    let list: Vec<String> = found.iter().map(ToString::to_string).collect();
    assert!(
        found.is_empty(),
        "{} in the sources:\n  {}",
        found.len(),
        list.join("\n  ")
    );
}
