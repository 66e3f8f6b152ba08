//! OpenDocument (ISO/IEC 26300-1): texts with their headings, lists, tables, pictures and character styles, in the model of
//! [`docmodel`](super::docmodel); of presentations the words.
//!
//! A document type declaration is refused, and with it entities and everything they could fetch. Tracked deletions, notes of
//! reviewers and drawings are left out.

mod style;

use std::io::{Cursor, Read as _};

use roxmltree::{Document, Node, ParsingOptions};
use rwml::{Block, Cell, CharProps, DocModel, FieldRole, Image, ListInfo, ParaProps, Paragraph, Row, Run, Table};
use zip::ZipArchive;

use self::style::Styles;
use super::child::refuse;
use crate::{document::refusal::Refusal, settings::convert::Convert, worker::child::Failure};

/// Bytes of a part of XML: forty times what a book has.
const PART_BYTES: u64 = 64 << 20;

/// Elements of a part.
const NODES: u32 = 2_000_000;

/// Cells and rows that one element may stand for; more is an empty rest of a sheet.
const REPEATS: usize = 64;

/// Spaces that one element may stand for.
const SPACES: usize = 200;

type Archive<'a> = ZipArchive<Cursor<&'a [u8]>>;

/// A text, and whether something of it was left out.
pub(super) fn text(bytes: &[u8], limits: &Convert) -> Result<(DocModel, bool), Failure> {
    let (mut archive, content) = open(bytes)?;
    let styles = part(&mut archive, "styles.xml").unwrap_or_default();
    let content = parsed(&content).ok_or_else(|| refuse(Refusal::Corrupted))?;
    let styles = parsed(&styles);
    let body = named(content.root(), "text").ok_or_else(|| refuse(Refusal::Corrupted))?;
    let mut styles_known = Styles::default();
    styles_known.read(styles.as_ref().map(Document::root));
    styles_known.read(Some(content.root()));
    let mut reader = Reader { archive, styles: styles_known, lost: false, left_bytes: limits.made_bytes / 4 };
    let blocks = reader.blocks(body, &Within { left: limits.depth, ..Within::default() });
    Ok((DocModel { blocks, ..DocModel::default() }, reader.lost))
}

/// The lines of each slide of a presentation.
pub(super) fn slides(bytes: &[u8], limits: &Convert) -> Result<Vec<Vec<String>>, Failure> {
    let (_, content) = open(bytes)?;
    let content = parsed(&content).ok_or_else(|| refuse(Refusal::Corrupted))?;
    let body = named(content.root(), "presentation").ok_or_else(|| refuse(Refusal::Corrupted))?;
    let lines = |slide: Node<'_, '_>| {
        let spoken = |node: &Node<'_, '_>| !node.ancestors().any(|node| node.tag_name().name() == "notes");
        let paragraphs = slide.descendants().filter(|node| ["p", "h"].contains(&node.tag_name().name())).filter(spoken);
        let text = paragraphs
            .map(|node| node.descendants().filter_map(|node| node.text().filter(|_| node.is_text())).collect());
        text.filter(|line: &String| !line.trim().is_empty()).collect()
    };
    let slides: Vec<_> = body.children().filter(|node| node.tag_name().name() == "page").map(lines).collect();
    if slides.len() > limits.pages as usize {
        return Err(refuse(Refusal::TooLarge));
    }
    Ok(slides)
}

/// Whether slides of a presentation are hidden (`presentation:visibility`, ISO/IEC 26300-1 §20.306).
pub(super) fn hides(bytes: &[u8]) -> bool {
    open(bytes).is_ok_and(|(_, content)| content.contains("presentation:visibility=\"hidden\""))
}

fn open(bytes: &[u8]) -> Result<(Archive<'_>, String), Failure> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| refuse(Refusal::Corrupted))?;
    let content = part(&mut archive, "content.xml").ok_or_else(|| refuse(Refusal::Corrupted))?;
    Ok((archive, content))
}

fn part(archive: &mut Archive<'_>, name: &str) -> Option<String> {
    let mut text = String::new();
    archive.by_name(name).ok()?.take(PART_BYTES).read_to_string(&mut text).ok()?;
    Some(text)
}

fn parsed(text: &str) -> Option<Document<'_>> {
    let options = ParsingOptions { allow_dtd: false, nodes_limit: NODES, ..ParsingOptions::default() };
    Document::parse_with_options(text, options).ok()
}

/// The body's element of this name.
fn named<'a, 'i>(root: Node<'a, 'i>, name: &str) -> Option<Node<'a, 'i>> {
    let body = root.descendants().find(|node| node.tag_name().name() == "body")?;
    body.children().find(|node| node.tag_name().name() == name)
}

/// An attribute, whatever its namespace.
fn attribute<'a>(node: Node<'a, '_>, name: &str) -> Option<&'a str> {
    node.attributes().find(|attribute| attribute.name() == name).map(|attribute| attribute.value())
}

fn number(node: Node<'_, '_>, name: &str) -> Option<usize> {
    attribute(node, name)?.parse().ok()
}

/// Where a block stands.
#[derive(Clone, Default)]
struct Within {
    /// In a list of this level, numbered or not.
    list: Option<(u8, bool)>,
    /// Levels that may still come.
    left: u32,
}

struct Reader<'a> {
    archive: Archive<'a>,
    styles: Styles,
    lost: bool,
    left_bytes: u64,
}

impl Reader<'_> {
    fn blocks(&mut self, parent: Node<'_, '_>, within: &Within) -> Vec<Block> {
        let mut blocks = Vec::new();
        if within.left == 0 {
            self.lost = true;
            return blocks;
        }
        let deeper = Within { left: within.left - 1, ..within.clone() };
        for node in parent.children().filter(Node::is_element) {
            match node.tag_name().name() {
                "p" | "h" => blocks.extend(self.paragraph(node, within)),
                "list" => {
                    let level = within.list.map_or(0, |(level, _)| level.saturating_add(1));
                    let named = attribute(node, "style-name").map(|name| self.styles.is_numbered(name, level));
                    let numbered = named.or(within.list.map(|(_, numbered)| numbered)).unwrap_or(false);
                    for item in node.children().filter(Node::is_element) {
                        let within = Within { list: Some((level, numbered)), ..deeper.clone() };
                        blocks.extend(self.blocks(item, &within));
                    }
                }
                "table" => {
                    let table = self.table(node, &deeper);
                    blocks.push(Block::Table(table));
                }
                "section" | "index-body" | "table-of-content" | "alphabetical-index" | "illustration-index"
                | "bibliography" | "index-title" | "text-box" | "user-index" | "object-index" => {
                    blocks.extend(self.blocks(node, &deeper));
                }
                "frame" => {
                    let (runs, more) = self.frame(node, &deeper);
                    blocks.extend(runs.into_iter().map(|run| paragraph(vec![run])));
                    blocks.extend(more);
                }
                "soft-page-break" | "sequence-decls" | "variable-decls" | "user-field-decls" | "forms" => {}
                "tracked-changes" => {}
                _ => self.lost = true,
            }
        }
        blocks
    }

    /// A paragraph, and after it what boxes anchored in it hold.
    fn paragraph(&mut self, node: Node<'_, '_>, within: &Within) -> Vec<Block> {
        let style = attribute(node, "style-name").unwrap_or_default();
        let (mut props, own) = (self.styles.paragraph(style), self.styles.characters(style));
        if node.tag_name().name() == "h" {
            props.heading_level =
                Some(number(node, "outline-level").and_then(|level| u8::try_from(level).ok()).unwrap_or(1));
        }
        props.list = within.list.map(|(level, ordered)| ListInfo { level, ordered, label: String::new() });
        let (mut runs, mut after) = (Vec::new(), Vec::new());
        self.runs(node, &own, &FieldRole::None, within.left, &mut runs, &mut after);
        let mut blocks = vec![Block::Paragraph(Paragraph { props, runs })];
        blocks.extend(after);
        blocks
    }

    fn runs(
        &mut self,
        parent: Node<'_, '_>,
        props: &CharProps,
        field: &FieldRole,
        left: u32,
        runs: &mut Vec<Run>,
        after: &mut Vec<Block>,
    ) {
        if left == 0 {
            self.lost = true;
            return;
        }
        for node in parent.children() {
            if node.is_text() {
                let text = collapsed(node.text().unwrap_or_default());
                runs.push(Run { text, props: props.clone(), field: field.clone(), ..Run::default() });
                continue;
            }
            match node.tag_name().name() {
                "s" => {
                    let text = " ".repeat(number(node, "c").unwrap_or(1).min(SPACES));
                    runs.push(Run { text, props: props.clone(), ..Run::default() });
                }
                "tab" => runs.push(Run { text: "\t".into(), props: props.clone(), ..Run::default() }),
                "line-break" => runs.push(Run { text: "\n".into(), props: props.clone(), ..Run::default() }),
                "span" => {
                    let own = attribute(node, "style-name").map(|name| self.styles.over(props, name));
                    self.runs(node, own.as_ref().unwrap_or(props), field, left - 1, runs, after);
                }
                "a" => {
                    let field = FieldRole::Hyperlink { url: String::new() };
                    self.runs(node, props, &field, left - 1, runs, after);
                }
                "frame" => {
                    let (pictures, blocks) = self.frame(node, &Within { list: None, left: left - 1 });
                    runs.extend(pictures);
                    after.extend(blocks);
                }
                "note" => {
                    let told: String =
                        node.descendants().filter(Node::is_text).filter_map(|node| node.text()).collect();
                    let text = format!(" [{}]", told.trim());
                    runs.push(Run { text, props: props.clone(), ..Run::default() });
                }
                "annotation" | "annotation-end" | "bookmark" | "bookmark-start" | "bookmark-end"
                | "soft-page-break" | "reference-mark" | "change" | "change-start" | "change-end" | "sequence-ref" => {}
                "custom-shape" | "g" | "line" | "rect" | "polyline" | "control" => self.lost = true,
                // Fields and marks hold what they show.
                _ => self.runs(node, props, field, left - 1, runs, after),
            }
        }
    }

    /// A frame's picture, or what its box holds.
    fn frame(&mut self, node: Node<'_, '_>, within: &Within) -> (Vec<Run>, Vec<Block>) {
        let elements = || node.children().filter(Node::is_element);
        if let Some(boxed) = elements().find(|node| node.tag_name().name() == "text-box") {
            return (Vec::new(), self.blocks(boxed, &Within { list: None, ..within.clone() }));
        }
        let alt = elements().find(|node| ["title", "desc"].contains(&node.tag_name().name()));
        let alt = alt.and_then(|node| node.text()).map(str::to_owned);
        let image =
            elements().filter(|node| node.tag_name().name() == "image").find_map(|node| attribute(node, "href"));
        let found = image.and_then(|name| self.picture(name));
        let (mime, bytes) = found.map_or((None, None), |(mime, bytes)| (Some(mime.to_owned()), Some(bytes)));
        self.lost |= bytes.is_none();
        let width_px = attribute(node, "width").and_then(style::points).map(|points| {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped")]
            let pixels = (points * 96.0 / 72.0).clamp(1.0, 4_000.0) as u32;
            pixels
        });
        let image = Image { alt, bytes, mime, width_px, ..Image::default() };
        (vec![Run { image: Some(image), ..Run::default() }], Vec::new())
    }

    /// A picture of the archive; what lies outside is not looked at.
    fn picture(&mut self, name: &str) -> Option<(&'static str, Vec<u8>)> {
        let mut bytes = Vec::new();
        let name = name.trim_start_matches("./");
        self.archive.by_name(name).ok()?.take(self.left_bytes).read_to_end(&mut bytes).ok()?;
        self.left_bytes = self.left_bytes.saturating_sub(bytes.len() as u64);
        Some((media_type(&bytes)?, bytes))
    }

    fn table(&mut self, node: Node<'_, '_>, within: &Within) -> Table {
        let mut rows = Vec::new();
        let within = Within { list: None, ..within.clone() };
        let is_row = |node: &Node<'_, '_>| node.tag_name().name() == "table-row";
        let groups = ["table-header-rows", "table-rows", "table-row-group"];
        let mut left: Vec<_> = node.children().collect();
        left.reverse();
        while let Some(child) = left.pop() {
            if groups.contains(&child.tag_name().name()) {
                let mut inner: Vec<_> = child.children().collect();
                inner.reverse();
                left.extend(inner);
            } else if is_row(&child) {
                let mut cells = Vec::new();
                for cell in child.children().filter(|node| node.tag_name().name() == "table-cell") {
                    let span = |name| number(cell, name).and_then(|n| u16::try_from(n).ok()).unwrap_or(1).max(1);
                    let (row_span, col_span) = (span("number-rows-spanned"), span("number-columns-spanned"));
                    let made = Cell { blocks: self.blocks(cell, &within), row_span, col_span, ..Cell::default() };
                    let repeats = number(cell, "number-columns-repeated").unwrap_or(1).clamp(1, REPEATS);
                    cells.extend(std::iter::repeat_n(made, repeats));
                }
                let repeats = number(child, "number-rows-repeated").unwrap_or(1).clamp(1, REPEATS);
                rows.extend(std::iter::repeat_n(Row { cells }, repeats));
            }
        }
        Table { rows, ..Table::default() }
    }
}

fn paragraph(runs: Vec<Run>) -> Block {
    Block::Paragraph(Paragraph { props: ParaProps::default(), runs })
}

/// White space as ISO/IEC 26300-1 §6.1.2 has it: any of it is one space.
fn collapsed(text: &str) -> String {
    let mut collapsed = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            ' ' | '\t' | '\n' | '\r' if collapsed.ends_with(' ') => {}
            ' ' | '\t' | '\n' | '\r' => collapsed.push(' '),
            letter => collapsed.push(letter),
        }
    }
    collapsed
}

/// Of a picture, by its first bytes; `None` for what browsers do not show.
pub(super) fn media_type(bytes: &[u8]) -> Option<&'static str> {
    use crate::document::kind::{Kind, Look};
    match Kind::look(bytes.get(..32).unwrap_or(bytes)) {
        Look::Kind(kind @ (Kind::Png | Kind::Jpeg | Kind::Gif | Kind::Bmp)) => Some(kind.media_type()),
        _ if bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") => Some("image/webp"),
        _ => None,
    }
}
