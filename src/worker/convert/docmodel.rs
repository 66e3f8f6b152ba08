//! A document as `rwml` models it — paragraphs, lists, tables, pictures — as HTML. Word's formats come in this model; our
//! own readers of RTF, OpenDocument and workbooks build it too, so that all of them look alike and print the same way.

use std::fmt::Write as _;

use rwml::{Align, Block, Cell, Color, DocModel, FieldRole, Image, Paragraph, Run, Table, VertAlign};

use super::html::{Markup, Pictures};
use crate::text::say;

/// Writes a model.
pub(super) struct Writer {
    /// What was written.
    pub markup: Markup,
    /// What stands in it.
    pub pictures: Pictures,
    /// Something could not be shown.
    pub lost: bool,
    /// List levels that are open, and whether each is numbered.
    lists: Vec<bool>,
    depth: u32,
    most_deep: u32,
}

impl Writer {
    /// An empty page; tables within tables deeper than `most_deep` are left out.
    pub(super) fn new(most_deep: u32) -> Self {
        let (markup, pictures) = (Markup::default(), Pictures::default());
        Self { markup, pictures, lost: false, lists: Vec::new(), depth: 0, most_deep }
    }

    /// A whole document.
    pub(super) fn document(&mut self, model: &DocModel) {
        self.blocks(&model.setup.header);
        self.blocks(&model.blocks);
        self.blocks(&model.setup.footer);
    }

    /// Blocks in their order.
    pub(super) fn blocks(&mut self, blocks: &[Block]) {
        for block in blocks {
            match block {
                Block::Paragraph(paragraph) => self.paragraph(paragraph),
                other => {
                    self.end_lists(0);
                    match other {
                        Block::Table(table) => self.table(table, ""),
                        Block::Image(image) => self.picture(image),
                        Block::Chart(chart) => {
                            self.lost = true;
                            self.placeholder(chart.title.as_deref().or(chart.alt.as_deref()).unwrap_or_default());
                        }
                        Block::PageBreak | Block::SectionBreak(_) => {
                            self.markup.empty("hr", &[]);
                        }
                        Block::Paragraph(_) => {}
                    }
                }
            }
        }
        self.end_lists(0);
    }

    fn paragraph(&mut self, paragraph: &Paragraph) {
        if let Some(list) = &paragraph.props.list {
            self.begin_lists(usize::from(list.level).min(8) + 1, list.ordered);
            // The author's own numbers, where they are known: ours may differ.
            let style = if list.ordered && !list.label.is_empty() { "list-style-type: none" } else { "" };
            self.markup.open("li", &[("style", style)]);
            if list.ordered && !list.label.is_empty() {
                self.markup.text(&list.label).text(" ");
            }
            self.runs(&paragraph.runs);
            self.markup.close("li");
            return;
        }
        self.end_lists(0);
        if paragraph.props.page_break_before && self.depth == 0 && self.markup.len() > 0 {
            self.markup.empty("hr", &[]);
        }
        let level = paragraph.props.heading_level.filter(|level| (1..=9).contains(level)).map(|level| level.min(6));
        let tag = level.map_or_else(|| "p".to_owned(), |level| format!("h{level}"));
        let class = match paragraph.props.align {
            Align::Left => "",
            Align::Center => "center",
            Align::Right => "right",
            Align::Justify => "justify",
        };
        let left = paragraph.props.indent.left_pt.filter(|left| (1.0..=300.0).contains(left));
        let style = left.map_or_else(String::new, |left| format!("margin-left: {left:.0}pt"));
        self.markup.open(&tag, &[("class", class), ("style", &style)]);
        self.runs(&paragraph.runs);
        self.markup.close(&tag);
    }

    fn begin_lists(&mut self, levels: usize, ordered: bool) {
        self.end_lists(levels);
        if self.lists.len() == levels && self.lists.last() != Some(&ordered) {
            self.end_lists(levels - 1);
        }
        while self.lists.len() < levels {
            self.markup.open(if ordered { "ol" } else { "ul" }, &[]);
            self.lists.push(ordered);
        }
    }

    fn end_lists(&mut self, levels: usize) {
        while self.lists.len() > levels {
            let ordered = self.lists.pop() == Some(true);
            self.markup.close(if ordered { "ol" } else { "ul" });
        }
    }

    fn runs(&mut self, runs: &[Run]) {
        for run in runs {
            if let Some(image) = &run.image {
                self.picture(image);
                continue;
            }
            if run.props.hidden || run.text.is_empty() {
                continue;
            }
            self.run(run);
        }
    }

    fn run(&mut self, run: &Run) {
        let props = &run.props;
        let mut style = String::new();
        if let Some(color) = props.color.filter(readable) {
            let _ = write!(style, "color: {};", hex(color));
        }
        if let Some(half_points) =
            props.size_half_pt.filter(|size| (8..=144).contains(size) && !(20..=24).contains(size))
        {
            let _ = write!(style, "font-size: {}pt;", f32::from(half_points) / 2.0);
        }
        if props.caps {
            style.push_str("text-transform: uppercase;");
        }
        let link = matches!(run.field, FieldRole::Hyperlink { .. });
        let class = match (link, props.small_caps) {
            (true, _) => "link",
            (false, true) => "small-caps",
            (false, false) => "",
        };
        let mut tags = Vec::new();
        let marks = [
            (props.bold, "strong"),
            (props.italic, "em"),
            (props.underline && !link, "u"),
            (props.strike, "s"),
            (props.vert_align == VertAlign::Super, "sup"),
            (props.vert_align == VertAlign::Sub, "sub"),
        ];
        if !style.is_empty() || !class.is_empty() {
            self.markup.open("span", &[("class", class), ("style", &style)]);
            tags.push("span");
        }
        for tag in marks.iter().filter(|(on, _)| *on).map(|(_, tag)| *tag) {
            self.markup.open(tag, &[]);
            tags.push(tag);
        }
        for (number, line) in run.text.split(['\n', '\u{b}']).enumerate() {
            if number > 0 {
                self.markup.empty("br", &[]);
            }
            self.markup.text(line);
        }
        for tag in tags.into_iter().rev() {
            self.markup.close(tag);
        }
    }

    fn picture(&mut self, image: &Image) {
        let bytes = image.bytes.as_deref().unwrap_or_default();
        let source = self.pictures.keep(image.mime.as_deref().unwrap_or_default(), bytes).filter(|_| !bytes.is_empty());
        let alt = image.alt.as_deref().unwrap_or_default();
        match source {
            Some(source) => {
                let width =
                    image.width_px.filter(|width| *width > 0).map_or_else(String::new, |width| width.to_string());
                self.markup.empty("img", &[("src", &source), ("alt", alt), ("width", &width)]);
            }
            None => {
                self.lost = true;
                self.placeholder(alt);
            }
        }
    }

    /// In the place of what could not be shown.
    fn placeholder(&mut self, alt: &str) {
        let both = format!("{} / {}", say::DOCUMENT_LOST_PICTURE.ru, say::DOCUMENT_LOST_PICTURE.en);
        let said = if alt.trim().is_empty() { &both } else { alt };
        self.markup.open("span", &[("class", "lost")]).text(said).close("span");
    }

    /// A table; `class` is its own.
    pub(super) fn table(&mut self, table: &Table, class: &str) {
        if self.depth >= self.most_deep {
            self.lost = true;
            return;
        }
        self.depth += 1;
        let lists = std::mem::take(&mut self.lists);
        self.markup.open("div", &[("class", "wide")]).open("table", &[("class", class)]);
        for (number, row) in table.rows.iter().enumerate() {
            self.markup.open("tr", &[]);
            for cell in &row.cells {
                self.cell(cell, number < table.header_rows);
            }
            self.markup.close("tr");
        }
        self.markup.close("table").close("div");
        self.lists = lists;
        self.depth -= 1;
    }

    fn cell(&mut self, cell: &Cell, header: bool) {
        let span = |span: u16| if span > 1 { span.to_string() } else { String::new() };
        let shade = cell.shading.filter(|color| [color.r, color.g, color.b] != [255; 3]);
        let style = shade.map_or_else(String::new, |color| format!("background-color: {}", hex(color)));
        let tag = if header || cell.is_header { "th" } else { "td" };
        let attributes = [("colspan", span(cell.col_span)), ("rowspan", span(cell.row_span)), ("style", style)];
        let attributes = attributes.each_ref().map(|(name, value)| (*name, value.as_str()));
        // One short paragraph needs no element of its own.
        match cell.blocks.as_slice() {
            [Block::Paragraph(only)] if only.props.list.is_none() && only.props.heading_level.is_none() => {
                let class = match only.props.align {
                    Align::Left | Align::Justify => "",
                    Align::Center => "center",
                    Align::Right => "right",
                };
                let mut with = vec![("class", class)];
                with.extend(attributes);
                self.markup.open(tag, &with);
                self.runs(&only.runs);
            }
            blocks => {
                self.markup.open(tag, &attributes);
                self.blocks(blocks);
            }
        }
        self.markup.close(tag);
    }
}

fn hex(color: Color) -> String {
    format!("#{:02x}{:02x}{:02x}", color.r, color.g, color.b)
}

/// Not white on white, and not the black that it is anyway.
fn readable(color: &Color) -> bool {
    let parts = [color.r, color.g, color.b];
    parts.iter().any(|part| *part < 210) && parts.iter().any(|part| *part > 40)
}

#[cfg(test)]
mod tests {
    use rwml::{Block, Cell, ListInfo, ParaProps, Paragraph, Row, Run, Table};

    use super::Writer;

    fn paragraph(text: &str, level: Option<u8>) -> Block {
        let list = level.map(|level| ListInfo { level, ordered: false, label: String::new() });
        Block::Paragraph(Paragraph {
            props: ParaProps { list, ..ParaProps::default() },
            runs: vec![Run { text: text.into(), ..Run::default() }],
        })
    }

    fn written(blocks: &[Block]) -> String {
        let mut writer = Writer::new(2);
        writer.blocks(blocks);
        format!("{:?}", writer.markup).replace("\\\"", "\"")
    }

    #[test]
    fn lists_open_and_close() {
        let text =
            written(&[paragraph("a", Some(0)), paragraph("b", Some(1)), paragraph("c", Some(0)), paragraph("d", None)]);
        assert!(text.contains("<ul><li>a</li><ul><li>b</li></ul><li>c</li></ul><p>d</p>"), "{text}");
    }

    #[test]
    fn tables_within_tables_end_somewhere() {
        let mut block = paragraph("deep", None);
        for _ in 0..50 {
            let cell = Cell { blocks: vec![block], ..Cell::default() };
            block = Block::Table(Table { rows: vec![Row { cells: vec![cell] }], ..Table::default() });
        }
        let text = written(&[block]);
        assert_eq!(text.matches("<table").count(), 2);
        assert!(!text.contains("deep"));
    }
}
