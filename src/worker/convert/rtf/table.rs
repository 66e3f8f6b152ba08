//! RTF's tables: each row says where its cells end (`\cellx`), and which go on from the left or from above (`\clmrg`,
//! `\clvmrg`); here rows become a grid with spans.

use rwml::{Block, Cell, Row, Table};

/// Twips by which ends may differ and still be one column's.
const SAME: i32 = 25;

/// What a row says of a cell before its text comes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Place {
    /// Where it ends, twips from the left.
    pub end: i32,
    /// It goes on from the left.
    pub across: bool,
    /// It goes on from above.
    pub down: bool,
}

/// A row as it came: a cell's blocks, and its place where that was said.
pub(super) type Line = Vec<(Vec<Block>, Option<Place>)>;

/// The rows with their cells' spans.
pub(super) fn table(lines: Vec<Line>) -> Table {
    let mut ends: Vec<i32> = lines.iter().flatten().filter_map(|(_, place)| Some((*place)?.end)).collect();
    ends.sort_unstable();
    ends.dedup_by(|next, kept| *next - *kept <= SAME);
    let column = |end: i32| ends.iter().rposition(|known| *known <= end + SAME).map_or(0, |at| at + 1);
    let mut rows: Vec<Row> = Vec::new();
    // For each column the row and the cell that stands in it.
    let mut above: Vec<Option<(usize, usize)>> = vec![None; ends.len() + 1];
    for line in lines {
        let (mut cells, mut left): (Vec<Cell>, usize) = (Vec::new(), 0);
        for (blocks, place) in line {
            let right = place.map_or(left + 1, |place| column(place.end).max(left + 1));
            let span = u16::try_from(right - left).unwrap_or(1);
            let over = above.get(left).copied().flatten();
            if place.is_some_and(|place| place.across) && !cells.is_empty() {
                if let Some(cell) = cells.last_mut() {
                    cell.col_span = cell.col_span.saturating_add(span);
                    cell.blocks.extend(blocks);
                }
            } else if let (true, Some((row, at))) = (place.is_some_and(|place| place.down), over) {
                if let Some(cell) = rows.get_mut(row).and_then(|row| row.cells.get_mut(at)) {
                    cell.row_span = cell.row_span.saturating_add(1);
                }
            } else {
                above.iter_mut().take(right).skip(left).for_each(|over| *over = None);
                if let Some(over) = above.get_mut(left) {
                    *over = Some((rows.len(), cells.len()));
                }
                cells.push(Cell { blocks, col_span: span, ..Cell::default() });
            }
            left = right;
        }
        rows.push(Row { cells });
    }
    Table { rows, ..Table::default() }
}

#[cfg(test)]
mod tests {
    use super::{Place, table};

    #[test]
    fn cells_span_what_their_ends_say() {
        let place = |end| Some(Place { end, ..Place::default() });
        let down = |end| Some(Place { end, down: true, ..Place::default() });
        let made = table(vec![
            vec![(vec![], place(1000)), (vec![], place(3000))],
            vec![(vec![], down(1010)), (vec![], place(2000)), (vec![], place(3000))],
        ]);
        let spans =
            |row: usize| made.rows[row].cells.iter().map(|cell| (cell.row_span, cell.col_span)).collect::<Vec<_>>();
        assert_eq!(spans(0), [(2, 1), (1, 2)]);
        assert_eq!(spans(1), [(1, 1), (1, 1)]);
    }

    #[test]
    fn rows_that_say_nothing_have_a_cell_a_column() {
        let made = table(vec![vec![(vec![], None), (vec![], None)], vec![(vec![], None)]]);
        assert_eq!(made.rows.iter().map(|row| row.cells.len()).collect::<Vec<_>>(), [2, 1]);
    }
}
