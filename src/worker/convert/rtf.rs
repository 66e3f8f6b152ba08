//! RTF 1.9, as much of it as people see: letters of every encoding, bold and its like, headings, lists as their author
//! counted them, tables, pictures. Headers, reviewers' notes and drawings are left out.

mod letters;
mod state;
mod table;
mod token;

use std::collections::HashMap;

use encoding_rs::{Encoding, WINDOWS_1252};
use rwml::{Block, Color, DocModel, Image, ListInfo, Paragraph, Run};

use self::{
    letters::{Letters, character_set, code_page},
    state::{Destination, State},
    table::{Line, Place},
    token::{Token, Tokens},
};
use super::{child::refuse, odf::media_type};
use crate::{document::refusal::Refusal, settings::convert::Convert, worker::child::Failure};

/// Groups within groups: programs write a dozen.
const DEPTH: usize = 4_000;

/// Twips a pixel.
const TWIPS: i32 = 15;

/// A text, and whether something of it was left out.
pub(super) fn read(bytes: &[u8], limits: &Convert) -> Result<(DocModel, bool), Failure> {
    let mut reader = Reader::new(limits.made_bytes / 4);
    for token in Tokens::new(bytes) {
        reader.token(&token)?;
    }
    // A file that was cut short has groups left open; one that is whole has none.
    if reader.groups.len() > 1 {
        return Err(refuse(Refusal::Corrupted));
    }
    reader.end_run();
    if !reader.runs.is_empty() {
        reader.end_paragraph();
    }
    reader.end_table();
    Ok((DocModel { blocks: reader.blocks, ..DocModel::default() }, reader.lost))
}

struct Font {
    name: String,
    encoding: Option<&'static Encoding>,
}

struct Reader {
    blocks: Vec<Block>,
    rows: Vec<Line>,
    cells: Vec<Vec<Block>>,
    /// What `\\trowd` and what follows it said of the cells.
    places: Vec<Place>,
    place: Place,
    cell: Vec<Block>,
    runs: Vec<Run>,
    letters: Letters,
    label: Letters,
    name: Letters,
    picture: Vec<u8>,
    picture_width: Option<u32>,
    half: Option<u8>,
    left_bytes: u64,
    groups: Vec<State>,
    state: State,
    /// Bytes that a `\u` makes skip still.
    skip: usize,
    fonts: HashMap<i32, Font>,
    font: i32,
    colors: Vec<Option<Color>>,
    color: [Option<u8>; 3],
    page: &'static Encoding,
    lost: bool,
}

impl Reader {
    fn new(left_bytes: u64) -> Self {
        Self {
            blocks: Vec::new(),
            rows: Vec::new(),
            cells: Vec::new(),
            places: Vec::new(),
            place: Place::default(),
            cell: Vec::new(),
            runs: Vec::new(),
            letters: Letters::default(),
            label: Letters::default(),
            name: Letters::default(),
            picture: Vec::new(),
            picture_width: None,
            half: None,
            left_bytes,
            groups: Vec::new(),
            state: State::default(),
            skip: 0,
            fonts: HashMap::new(),
            font: 0,
            colors: Vec::new(),
            color: [None; 3],
            page: WINDOWS_1252,
            lost: false,
        }
    }

    fn token(&mut self, token: &Token<'_>) -> Result<(), Failure> {
        match token {
            Token::Open => {
                if self.groups.len() >= DEPTH {
                    // Deeper than any program writes, but nothing is lost by not telling the groups apart.
                    self.lost = true;
                }
                self.skip = 0;
                self.end_run();
                self.groups.push(self.state.clone());
                self.state.fresh = true;
                return Ok(());
            }
            Token::Close => {
                self.skip = 0;
                self.close();
            }
            Token::Word(word, number) => self.word(word, *number),
            Token::Symbol(symbol) => self.symbol(*symbol),
            Token::Hex(byte) => self.text(&[*byte]),
            Token::Bytes(bytes) => self.text(bytes),
            Token::Binary(bytes) => {
                if self.state.destination == Destination::Picture {
                    self.keep(bytes)?;
                }
            }
        }
        self.state.fresh = false;
        Ok(())
    }

    fn keep(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        self.left_bytes = self.left_bytes.checked_sub(bytes.len() as u64).ok_or_else(|| refuse(Refusal::TooLarge))?;
        self.picture.extend_from_slice(bytes);
        Ok(())
    }

    fn close(&mut self) {
        self.end_run();
        let Some(before) = self.groups.pop() else { return };
        let closed = std::mem::replace(&mut self.state, before);
        if closed.destination == self.state.destination {
            // The table's cells and the paragraph's looks belong to the paragraph, not to the group.
            return;
        }
        match closed.destination {
            Destination::Picture => self.end_picture(),
            Destination::Font => self.end_font(),
            Destination::FontTable if !self.name.take().is_empty() => {}
            _ => {}
        }
    }

    fn encoding(&self) -> &'static Encoding {
        self.fonts.get(&self.state.font).and_then(|font| font.encoding).unwrap_or(self.page)
    }

    fn text(&mut self, bytes: &[u8]) {
        let skipped = self.skip.min(bytes.len());
        self.skip -= skipped;
        let bytes = &bytes[skipped..];
        if bytes.is_empty() {
            return;
        }
        let encoding = self.encoding();
        match self.state.destination {
            Destination::Body => self.letters.bytes(bytes, encoding),
            Destination::Label => self.label.bytes(bytes, encoding),
            Destination::FontTable | Destination::Font => {
                for byte in bytes {
                    if *byte == b';' {
                        self.end_font();
                    } else {
                        let encoding = self.fonts.get(&self.font).and_then(|font| font.encoding).unwrap_or(self.page);
                        self.name.bytes(&[*byte], encoding);
                    }
                }
            }
            Destination::Colors => {
                for _ in bytes.iter().filter(|byte| **byte == b';') {
                    let [r, g, b] = std::mem::take(&mut self.color);
                    let all = r.zip(g).zip(b).map(|((r, g), b)| Color { r, g, b });
                    self.colors.push(all);
                }
            }
            Destination::Picture => {
                let mut whole = Vec::with_capacity(bytes.len() / 2);
                for digit in bytes.iter().filter_map(|byte| char::from(*byte).to_digit(16)) {
                    let digit = u8::try_from(digit).unwrap_or(0);
                    match self.half.take() {
                        Some(half) => whole.push(half << 4 | digit),
                        None => self.half = Some(digit),
                    }
                }
                if self.keep(&whole).is_err() {
                    self.lost = true;
                    self.left_bytes = 0;
                }
            }
            Destination::Nowhere => {}
        }
    }

    fn letter(&mut self, letter: char) {
        if self.skip > 0 {
            self.skip -= 1;
            return;
        }
        match self.state.destination {
            Destination::Body => self.letters.letter(letter),
            Destination::Label => self.label.letter(letter),
            _ => {}
        }
    }

    fn symbol(&mut self, symbol: u8) {
        match symbol {
            b'*' if self.state.fresh => self.state.optional = true,
            b'~' => self.letter('\u{a0}'),
            b'_' => self.letter('\u{2011}'),
            b'-' => self.letter('\u{ad}'),
            b'\r' | b'\n' if self.state.destination == Destination::Body => self.end_paragraph(),
            b'\t' => self.letter('\t'),
            b'\\' | b'{' | b'}' => self.letter(char::from(symbol)),
            _ => {}
        }
    }

    fn word(&mut self, word: &str, number: Option<i32>) {
        if let Some(destination) = state::destination(word, self.state.destination) {
            self.end_run();
            self.lost |= matches!(word, "shp" | "do" | "header" | "footer" | "annotation" | "object" | "nonesttables");
            self.state.destination = destination;
            if destination == Destination::Picture {
                self.picture.clear();
                (self.half, self.picture_width) = (None, None);
            }
            return;
        }
        if std::mem::take(&mut self.state.optional) && !state::KEPT.contains(&word) {
            self.state.destination = Destination::Nowhere;
            return;
        }
        if self.state.destination == Destination::Nowhere {
            return;
        }
        if let Some(letter) = state::letter(word) {
            return self.letter(letter);
        }
        match (word, number) {
            ("u", Some(number)) => {
                self.skip = self.state.skips;
                match self.state.destination {
                    Destination::Body => self.letters.unicode(number),
                    Destination::Label => self.label.unicode(number),
                    Destination::FontTable | Destination::Font => self.name.unicode(number),
                    _ => {}
                }
            }
            ("uc", number) => self.state.skips = usize::try_from(number.unwrap_or(1)).unwrap_or(1).min(8),
            ("ansicpg" | "cpg", Some(number)) => self.page = code_page(number).unwrap_or(self.page),
            ("mac", _) => self.page = encoding_rs::MACINTOSH,
            ("pc" | "pca", _) => self.page = encoding_rs::IBM866,
            ("par" | "sect", _) => self.end_paragraph(),
            ("page", _) => {
                self.end_paragraph();
                self.put(Block::PageBreak);
            }
            ("trowd", _) => (self.places, self.place) = (Vec::new(), Place::default()),
            ("clmrg", _) => self.place.across = true,
            ("clvmrg", _) => self.place.down = true,
            ("cellx", Some(end)) => self.places.push(Place { end, ..std::mem::take(&mut self.place) }),
            ("cell" | "nestcell", _) => self.end_cell(),
            ("row" | "nestrow", _) => self.end_row(),
            ("red" | "green" | "blue", Some(number)) if self.state.destination == Destination::Colors => {
                let part = ["red", "green", "blue"].iter().position(|name| *name == word).unwrap_or(0);
                self.color[part] = u8::try_from(number).ok();
            }
            ("picwgoal", Some(number)) => self.picture_width = u32::try_from(number / TWIPS).ok().filter(|w| *w > 0),
            ("f", Some(number)) if matches!(self.state.destination, Destination::FontTable | Destination::Font) => {
                self.font = number;
                self.state.destination = Destination::Font;
            }
            ("fcharset", Some(number)) => {
                let font = self.fonts.entry(self.font).or_insert(Font { name: String::new(), encoding: None });
                font.encoding = character_set(number);
            }
            _ => {
                if state::changes_letters(word) {
                    self.end_run();
                }
                self.state.word(word, number);
            }
        }
    }

    fn end_font(&mut self) {
        let name = self.name.take();
        let name = name.trim();
        if !name.is_empty() {
            self.fonts.entry(self.font).or_insert(Font { name: String::new(), encoding: None }).name = name.to_owned();
        }
    }

    fn end_run(&mut self) {
        if self.state.destination != Destination::Body {
            return;
        }
        let text = self.letters.take();
        if text.is_empty() {
            return;
        }
        let mut props = self.state.letters.clone();
        props.color = self.colors.get(self.state.color).copied().flatten();
        props.font = self.fonts.get(&self.state.font).map(|font| font.name.clone()).filter(|name| !name.is_empty());
        self.runs.push(Run { text, props, ..Run::default() });
    }

    fn end_paragraph(&mut self) {
        self.end_run();
        let label = self.label.take();
        let (mut props, runs) = (self.state.paragraph.clone(), std::mem::take(&mut self.runs));
        let label = label.trim();
        if !label.is_empty() && props.heading_level.is_none() {
            let ordered = label.chars().any(char::is_alphanumeric);
            let label = if ordered { label.to_owned() } else { String::new() };
            props.list = Some(ListInfo { level: self.state.list_level, ordered, label });
        }
        if !self.state.in_table && runs.is_empty() && self.blocks.is_empty() {
            return;
        }
        self.put(Block::Paragraph(Paragraph { props, runs }));
    }

    fn put(&mut self, block: Block) {
        if self.state.in_table {
            self.cell.push(block);
        } else {
            self.end_table();
            self.blocks.push(block);
        }
    }

    fn end_cell(&mut self) {
        self.state.in_table = true;
        self.end_paragraph();
        self.cells.push(std::mem::take(&mut self.cell));
    }

    fn end_row(&mut self) {
        let cells = std::mem::take(&mut self.cells);
        if !cells.is_empty() {
            let places = self.places.iter().copied().map(Some).chain(std::iter::repeat(None));
            self.rows.push(cells.into_iter().zip(places).collect());
        }
    }

    fn end_table(&mut self) {
        if !self.cell.is_empty() {
            self.cells.push(std::mem::take(&mut self.cell));
        }
        self.end_row();
        let rows = std::mem::take(&mut self.rows);
        if !rows.is_empty() {
            self.blocks.push(Block::Table(table::table(rows)));
        }
    }

    fn end_picture(&mut self) {
        let bytes = std::mem::take(&mut self.picture);
        if bytes.is_empty() || self.state.destination != Destination::Body {
            return;
        }
        let mime = media_type(&bytes).map(str::to_owned);
        self.lost |= mime.is_none();
        let bytes = mime.is_some().then_some(bytes);
        let image = Image { bytes, mime, width_px: self.picture_width, ..Image::default() };
        self.runs.push(Run { image: Some(image), ..Run::default() });
    }
}

#[cfg(test)]
mod tests {
    use rwml::Block;

    use super::read;
    use crate::settings::convert::Convert;

    fn text(rtf: &[u8]) -> Vec<String> {
        let (model, _) = read(rtf, &Convert::default()).expect("RTF");
        let block = |block: &Block| match block {
            Block::Paragraph(paragraph) => paragraph.text(),
            Block::Table(table) => {
                let row = |row: &rwml::Row| row.cells.iter().map(rwml::Cell::text).collect::<Vec<_>>().join("|");
                table.rows.iter().map(row).collect::<Vec<_>>().join("/")
            }
            _ => "-".into(),
        };
        model.blocks.iter().map(block).collect()
    }

    #[test]
    fn cyrillic_comes_in_three_ways() {
        let rtf = br"{\rtf1\ansi\ansicpg1251{\fonttbl{\f0\fcharset204 Arial;}{\f1\fcharset0 Times;}}\f0 \'cf\'f0\par\uc1\u1080?\u1074?\par}";
        assert_eq!(text(rtf), ["Пр", "ив"]);
        assert_eq!(text(b"{\\rtf1\\ansi\\ansicpg1252{\\fonttbl{\\f0\\fcharset204 A;}}\\f0\xcf\\par}"), ["П"]);
    }

    #[test]
    fn tables_and_marks_are_kept_and_hidden_things_are_not() {
        let rtf = br"{\rtf1{\*\generator Word;}{\info{\title T}}\trowd\cellx1\cellx2\intbl a\cell{\b b}\cell\row\trowd\intbl c\cell d\cell\row\pard after{\*\bkmkstart x}\par}";
        assert_eq!(text(rtf), ["a|b/c|d", "after"]);
    }

    #[test]
    fn files_cut_short_are_told_and_deep_ones_end() {
        assert!(read(br"{\rtf1{\b a", &Convert::default()).is_err());
        let deep = [br"{\rtf1".to_vec(), vec![b'{'; 200_000], vec![b'}'; 200_000], b"a}".to_vec()].concat();
        assert_eq!(text(&deep), ["a"]);
    }
}
