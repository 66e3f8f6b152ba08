//! Workbooks: a section a sheet, values as they are displayed, merged cells, what is bold or shaded. What is hidden stays
//! so. Rows, columns and cells are bounded: what is past the bounds is not shown on a screen, and said; paper gets all or
//! nothing.

pub(super) mod fit;
mod trim;

use std::collections::HashMap;

use rwml::{Block, CharProps, DocModel, PageSetup, Paragraph, Row, Run, Table};
use rxls::{Cell, Error, Sheet, Workbook};

use super::{
    child::{Made, refuse},
    frame::Told,
    html::{Markup, page},
    word,
};
use crate::{
    document::{
        kind::Kind,
        made::{Ask, Format},
        refusal::Refusal,
    },
    settings::convert::Convert,
    text::say,
    worker::child::Failure,
};

/// Cells of a print form of ours: more would take more memory than there is.
const PRINTED_CELLS: u64 = 20_000;

/// Points across A4 laid on its side, within its margins.
const ACROSS_PT: f32 = 785.0;

/// Points of a column that can still be read.
const COLUMN_PT: f32 = 34.0;

/// Makes HTML of a workbook, or its print form.
pub(super) fn make(bytes: &[u8], kind: Kind, ask: &Ask, limits: &Convert, out: &mut Made) -> Result<Told, Failure> {
    let trimmed = if kind == Kind::Ods { trim::trimmed(bytes, limits) } else { None };
    let workbook = Workbook::open(trimmed.as_deref().unwrap_or(bytes)).map_err(|error| refused(&error))?;
    let sheets: Vec<&Sheet> = workbook.sheets.iter().filter(|sheet| sheet.is_worksheet && !sheet.is_hidden()).collect();
    let page_count = u32::try_from(sheets.len()).ok();
    let charts = workbook.sheets.iter().any(|sheet| !sheet.charts().is_empty() || !sheet.images().is_empty());
    if matches!(ask, Ask::Print) {
        return print(&sheets, limits, out);
    }
    let (mut markup, mut cells, mut cut) = (Markup::default(), 0, workbook.text_truncated);
    for sheet in &sheets {
        let grid = Grid::of(sheet, limits, limits.cells.saturating_sub(cells));
        cells += grid.cells();
        cut |= grid.cut;
        markup.open("section", &[]).open("h2", &[]).text(&sheet.name).close("h2").open("div", &[("class", "wide")]);
        grid.write(&mut markup);
        markup.close("div");
        if grid.cut {
            let both = format!("{} / {}", say::DOCUMENT_ROWS_CUT.ru, say::DOCUMENT_ROWS_CUT.en);
            markup.open("p", &[]).open("span", &[("class", "lost")]).text(&both).close("span").close("p");
        }
        markup.close("section");
    }
    out.file(1, Format::Html, None, page(&markup, &[], limits)?.as_bytes())?;
    Ok(Told { page_count, simplified: cut || charts, ..Told::default() })
}

fn refused(error: &Error) -> Failure {
    refuse(match error {
        Error::Encrypted | Error::EncryptedPackage | Error::EncryptedOpenDocument => Refusal::Encrypted,
        Error::LegacyBiff | Error::UnsupportedCompression { .. } => Refusal::Unsupported,
        _ => Refusal::Corrupted,
    })
}

/// One sheet's cells within the bounds.
struct Grid<'a> {
    /// By row and column.
    texts: HashMap<(u32, u16), Shown<'a>>,
    rows: Vec<u32>,
    columns: Vec<u16>,
    /// Rows and columns that a cell takes; none for those that another one covers.
    merged: HashMap<(u32, u16), Option<(u32, u16)>>,
    /// Something lies past the bounds.
    cut: bool,
}

/// A cell's text and how it looks.
struct Shown<'a> {
    text: &'a str,
    number: bool,
    bold: bool,
    italic: bool,
    fill: Option<[u8; 3]>,
}

impl<'a> Grid<'a> {
    fn of(sheet: &'a Sheet, limits: &Convert, most_cells: u64) -> Self {
        let (mut texts, mut cut) = (HashMap::new(), false);
        // Styles reach to the sheet's last row; people see what is written.
        let written = || sheet.display_cells().filter(|cell| !cell.formatted.is_empty());
        let last = written().map(|cell| cell.row).max().zip(written().map(|cell| cell.col).max());
        let Some((last_row, last_column)) = last else {
            return Self { texts, rows: Vec::new(), columns: Vec::new(), merged: HashMap::new(), cut };
        };
        let hidden = |row: &u32| sheet.hidden_rows().contains(row);
        let columns: Vec<u16> = (0..=last_column).filter(|column| !sheet.hidden_columns().contains(column)).collect();
        cut |= columns.len() > limits.sheet_columns as usize;
        let columns: Vec<u16> = columns.into_iter().take(limits.sheet_columns as usize).collect();
        let most_rows = (most_cells / (columns.len() as u64).max(1)).min(limits.sheet_rows.into()).try_into();
        let most_rows: usize = most_rows.unwrap_or(usize::MAX);
        // A sheet with something in its last row has a million of them: the last one shown is what bounds the walk.
        let rows: Vec<u32> = (0..=last_row).filter(|row| !hidden(row)).take(most_rows).collect();
        let end = rows.last().copied().unwrap_or(0);
        cut |= end < last_row && (end + 1..=last_row).any(|row| !hidden(&row));
        let last = columns.last().copied().unwrap_or(0);
        for cell in written() {
            if cell.row > end || cell.col > last {
                continue;
            }
            let style = cell.explicit_style;
            let font = style.and_then(|style| style.font.as_ref());
            let shown = Shown {
                text: cell.formatted,
                number: matches!(cell.value, Cell::Number(_) | Cell::Date(_)),
                bold: font.is_some_and(|font| font.bold),
                italic: font.is_some_and(|font| font.italic),
                fill: style.and_then(|style| style.fill).map(|color| color.0).filter(light),
            };
            texts.insert((cell.row, cell.col), shown);
        }
        let merged = merged(sheet, end, last, most_cells);
        Self { texts, rows, columns, merged, cut }
    }

    fn cells(&self) -> u64 {
        self.rows.len() as u64 * self.columns.len() as u64
    }

    fn write(&self, markup: &mut Markup) {
        markup.open("table", &[("class", "sheet")]);
        for row in &self.rows {
            markup.open("tr", &[]);
            for column in &self.columns {
                let (down, across) = match self.merged.get(&(*row, *column)) {
                    Some(None) => continue,
                    Some(Some(spans)) => *spans,
                    None => (1, 1),
                };
                let span = |span: u32| if span > 1 { span.to_string() } else { String::new() };
                let shown = self.texts.get(&(*row, *column));
                let fill = shown.and_then(|shown| shown.fill);
                let style =
                    fill.map_or_else(String::new, |[r, g, b]| format!("background-color: #{r:02x}{g:02x}{b:02x}"));
                let class = if shown.is_some_and(|shown| shown.number) { "number" } else { "" };
                let (rowspan, colspan) = (span(down), span(across.into()));
                let attributes = [("class", class), ("rowspan", &rowspan), ("colspan", &colspan), ("style", &style)];
                markup.open("td", &attributes);
                if let Some(shown) = shown {
                    let marks = [(shown.bold, "strong"), (shown.italic, "em")];
                    for (_, tag) in marks.iter().filter(|(on, _)| *on) {
                        markup.open(tag, &[]);
                    }
                    markup.text(shown.text);
                    for (_, tag) in marks.iter().rev().filter(|(on, _)| *on) {
                        markup.close(tag);
                    }
                }
                markup.close("td");
            }
            markup.close("tr");
        }
        markup.close("table");
    }

    /// As a table of the model that is laid on paper.
    fn table(&self) -> Table {
        let row = |row: &u32| {
            let cell = |column: &u16| {
                let (down, across) = match self.merged.get(&(*row, *column)) {
                    Some(None) => return None,
                    Some(Some(spans)) => *spans,
                    None => (1, 1),
                };
                let text = self.texts.get(&(*row, *column));
                let run = text.map(|shown| Run {
                    text: shown.text.to_owned(),
                    props: CharProps {
                        bold: shown.bold,
                        italic: shown.italic,
                        size_half_pt: Some(if self.columns.len() > 10 { 12 } else { 16 }),
                        ..CharProps::default()
                    },
                    ..Run::default()
                });
                let paragraph = Paragraph { runs: run.into_iter().collect(), ..Paragraph::default() };
                Some(rwml::Cell {
                    blocks: vec![Block::Paragraph(paragraph)],
                    row_span: u16::try_from(down).unwrap_or(u16::MAX),
                    col_span: across,
                    ..rwml::Cell::default()
                })
            };
            Row { cells: self.columns.iter().filter_map(cell).collect() }
        };
        Table { rows: self.rows.iter().map(row).collect(), ..Table::default() }
    }
}

/// Dark fills carry light letters, which we do not know: they stay white.
fn light(fill: &[u8; 3]) -> bool {
    fill.iter().map(|part| u32::from(*part)).sum::<u32>() > 380 && *fill != [255; 3]
}

/// What merged ranges do to the cells up to the last ones shown.
fn merged(sheet: &Sheet, last_row: u32, last_column: u16, most_cells: u64) -> HashMap<(u32, u16), Option<(u32, u16)>> {
    let (mut merged, mut covered) = (HashMap::new(), 0_u64);
    for (top, left, bottom, right) in sheet.merged_ranges() {
        let (bottom, right) = ((*bottom).min(last_row), (*right).min(last_column));
        if bottom < *top || right < *left {
            continue;
        }
        // Hidden rows and columns are not there to be spanned.
        let down = (*top..=bottom).filter(|row| !sheet.hidden_rows().contains(row)).count();
        let across = (*left..=right).filter(|column| !sheet.hidden_columns().contains(column)).count();
        covered = covered.saturating_add(u64::from(bottom - top + 1) * u64::from(right - left + 1));
        if covered > most_cells {
            break;
        }
        for row in *top..=bottom {
            for column in *left..=right {
                merged.entry((row, column)).or_insert(None);
            }
        }
        let spans = (u32::try_from(down).unwrap_or(1), u16::try_from(across).unwrap_or(1));
        merged.insert((*top, *left), Some(spans));
    }
    merged
}

/// Each sheet from a new page on, A4 laid on its side, fitted to its width.
fn print(sheets: &[&Sheet], limits: &Convert, out: &mut Made) -> Result<Told, Failure> {
    let mut model = DocModel::default();
    let (mut cells, mut width_pt) = (0, ACROSS_PT);
    for sheet in sheets {
        let grid = Grid::of(sheet, limits, PRINTED_CELLS);
        cells += grid.cells();
        if grid.cut || cells > PRINTED_CELLS {
            return Err(refuse(Refusal::TooLarge));
        }
        if grid.cells() == 0 {
            continue;
        }
        #[expect(clippy::cast_precision_loss, reason = "some hundreds")]
        let wanted = grid.columns.len() as f32 * COLUMN_PT;
        width_pt = width_pt.max(wanted);
        if !model.blocks.is_empty() {
            model.blocks.push(Block::PageBreak);
        }
        let title = Run { text: sheet.name.clone(), ..Run::default() };
        model.blocks.push(Block::Paragraph(Paragraph { runs: vec![title], ..Paragraph::default() }));
        model.blocks.push(Block::Table(grid.table()));
    }
    // The printer fits a page that is larger than its paper: all columns stay on one.
    let (width_pt, height_pt) = (width_pt + 57.0, (width_pt + 57.0) * 595.0 / 842.0);
    model.setup.page = PageSetup { width_pt, height_pt, margin_pt: 28.0, ..PageSetup::default() };
    word::print(model, limits, out)
}
