//! Rows of an OpenDocument sheet without the empty cells at their ends: a program that writes what a cell looks like up to the
//! sheet's edge makes sixteen thousand cells of a row with three words in it, and a reader makes each of them anew.

use super::fit::parts;
use crate::settings::convert::Convert;

/// What ends a row, and what an empty cell begins with (OpenDocument 1.3 part 3 §9.1.3, §9.1.4).
const END: &str = "</table:table-row>";
const CELL: &str = "<table:table-cell";

/// What makes a cell without content one that counts.
const COUNTS: [&str; 3] = [" office:", " table:formula=", "-spanned="];

/// The workbook, trimmed; `None` when there is nothing to trim or it cannot be read.
pub(super) fn trimmed(bytes: &[u8], limits: &Convert) -> Option<Vec<u8>> {
    parts(bytes, limits, |name| name == "content.xml", without_tails)
}

fn without_tails(xml: &str) -> Option<String> {
    // One that is not whole is left to its reader.
    let whole = xml.trim_end().ends_with("</office:document-content>");
    let mut kept = String::with_capacity(xml.len());
    for row in xml.split_inclusive(END) {
        match row.strip_suffix(END) {
            Some(cells) => {
                kept.push_str(without_tail(cells));
                kept.push_str(END);
            }
            None => kept.push_str(row),
        }
    }
    (whole && kept.len() < xml.len()).then_some(kept)
}

fn without_tail(mut cells: &str) -> &str {
    while let Some(last) = cells.rfind('<').map(|start| &cells[start..])
        && last.starts_with(CELL)
        && last.trim_end().ends_with("/>")
        && !COUNTS.iter().any(|sign| last.contains(sign))
    {
        cells = &cells[..cells.len() - last.len()];
    }
    cells
}

#[cfg(test)]
mod tests {
    use super::{without_tail, without_tails};

    #[test]
    fn only_empty_cells_at_the_end_of_a_row_go() {
        let empty = r#"<table:table-cell table:style-name="ce1" table:number-columns-repeated="16384"/>"#;
        let word = "<table:table-cell><text:p>a</text:p></table:table-cell>";
        assert_eq!(
            without_tail(&format!("<table:table-row>{empty}{word}{empty}\n{empty}")),
            format!("<table:table-row>{empty}{word}")
        );
        for counts in [
            r#"<table:table-cell office:value="3"/>"#,
            r#"<table:table-cell table:formula="of:=1"/>"#,
            r#"<table:table-cell table:number-columns-spanned="2"/>"#,
            "<table:covered-table-cell/>",
            word,
        ] {
            assert_eq!(without_tail(counts), counts);
        }
        let row = |cells: &str| format!("<x><table:table-row>{cells}</table:table-row></office:document-content>");
        assert_eq!(without_tails(&row(empty)), Some(row("")));
        assert_eq!((without_tails(&row(word)), without_tails(&row(empty)[..90])), (None, None));
    }
}
