//! What RTF's braces keep and give back: where text goes, how letters and paragraphs look.

use rwml::{Align, CharProps, Indent, ParaProps, VertAlign};

/// Where text goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Destination {
    /// What people read.
    #[default]
    Body,
    /// The number or bullet of a paragraph.
    Label,
    /// `\fonttbl`
    FontTable,
    /// A font of it.
    Font,
    /// `\colortbl`
    Colors,
    /// `\pict`
    Picture,
    /// Left out.
    Nowhere,
}

/// Destinations by their word.
const DESTINATIONS: [(&str, Destination); 38] = [
    ("fonttbl", Destination::FontTable),
    ("colortbl", Destination::Colors),
    ("pict", Destination::Picture),
    ("listtext", Destination::Label),
    ("pntext", Destination::Label),
    ("annotation", Destination::Nowhere),
    ("atnid", Destination::Nowhere),
    ("atnauthor", Destination::Nowhere),
    ("bkmkstart", Destination::Nowhere),
    ("bkmkend", Destination::Nowhere),
    ("colorschememapping", Destination::Nowhere),
    ("datastore", Destination::Nowhere),
    ("falt", Destination::Nowhere),
    ("fldinst", Destination::Nowhere),
    ("filetbl", Destination::Nowhere),
    ("footer", Destination::Nowhere),
    ("footerf", Destination::Nowhere),
    ("footerl", Destination::Nowhere),
    ("footerr", Destination::Nowhere),
    ("header", Destination::Nowhere),
    ("headerf", Destination::Nowhere),
    ("headerl", Destination::Nowhere),
    ("headerr", Destination::Nowhere),
    ("info", Destination::Nowhere),
    ("listtable", Destination::Nowhere),
    ("listoverridetable", Destination::Nowhere),
    ("nonesttables", Destination::Nowhere),
    ("nonshppict", Destination::Nowhere),
    ("objdata", Destination::Nowhere),
    ("pgdsctbl", Destination::Nowhere),
    ("pnseclvl", Destination::Nowhere),
    ("private", Destination::Nowhere),
    ("revtbl", Destination::Nowhere),
    ("sp", Destination::Nowhere),
    ("stylesheet", Destination::Nowhere),
    ("tc", Destination::Nowhere),
    ("themedata", Destination::Nowhere),
    ("xe", Destination::Nowhere),
];

/// Optional destinations whose text is read all the same.
pub(super) const KEPT: [&str; 5] = ["shppict", "shpinst", "nesttableprops", "fldrslt", "cs"];

/// Words that are letters.
const LETTERS: [(&str, char); 14] = [
    ("tab", '\t'),
    ("line", '\n'),
    ("emdash", '—'),
    ("endash", '–'),
    ("bullet", '•'),
    ("lquote", '‘'),
    ("rquote", '’'),
    ("ldblquote", '“'),
    ("rdblquote", '”'),
    ("emspace", '\u{2003}'),
    ("enspace", '\u{2002}'),
    ("qmspace", '\u{2005}'),
    ("zwj", '\u{200d}'),
    ("zwnj", '\u{200c}'),
];

/// Words after which letters look different.
const CHANGES: [&str; 22] = [
    "b",
    "i",
    "ul",
    "ulnone",
    "uld",
    "uldb",
    "ulw",
    "strike",
    "striked",
    "v",
    "caps",
    "scaps",
    "f",
    "fs",
    "cf",
    "super",
    "sub",
    "nosupersub",
    "plain",
    "pard",
    "up",
    "dn",
];

/// Where the text of a group that begins with `word` goes; what is nowhere stays there.
pub(super) fn destination(word: &str, now: Destination) -> Option<Destination> {
    let found = DESTINATIONS.iter().find(|(known, _)| *known == word).map(|(_, destination)| *destination)?;
    Some(if now == Destination::Nowhere { now } else { found })
}

/// The letter that `word` is.
pub(super) fn letter(word: &str) -> Option<char> {
    LETTERS.iter().find(|(known, _)| *known == word).map(|(_, letter)| *letter)
}

/// Whether letters after `word` are a run of their own.
pub(super) fn changes_letters(word: &str) -> bool {
    CHANGES.contains(&word)
}

/// What a brace keeps.
#[derive(Clone, Debug)]
pub(super) struct State {
    pub destination: Destination,
    /// Nothing came in this group yet.
    pub fresh: bool,
    /// `\*` came: what is not known is left out.
    pub optional: bool,
    pub letters: CharProps,
    pub paragraph: ParaProps,
    pub font: i32,
    pub color: usize,
    /// Bytes that stand for a `\u`.
    pub skips: usize,
    pub in_table: bool,
    pub list_level: u8,
}

impl Default for State {
    fn default() -> Self {
        Self {
            destination: Destination::Body,
            fresh: false,
            optional: false,
            letters: CharProps::default(),
            paragraph: ParaProps::default(),
            font: 0,
            color: 0,
            skips: 1,
            in_table: false,
            list_level: 0,
        }
    }
}

impl State {
    /// A word that says how letters or paragraphs look.
    pub(super) fn word(&mut self, word: &str, number: Option<i32>) {
        let on = number != Some(0);
        match word {
            "b" => self.letters.bold = on,
            "i" => self.letters.italic = on,
            "ul" | "uld" | "uldb" | "ulw" => self.letters.underline = on,
            "ulnone" => self.letters.underline = false,
            "strike" | "striked" => self.letters.strike = on,
            "v" => self.letters.hidden = on,
            "caps" => self.letters.caps = on,
            "scaps" => self.letters.small_caps = on,
            "super" => self.letters.vert_align = VertAlign::Super,
            "sub" => self.letters.vert_align = VertAlign::Sub,
            "nosupersub" => self.letters.vert_align = VertAlign::Baseline,
            "f" => self.font = number.unwrap_or(0),
            "fs" => self.letters.size_half_pt = number.and_then(|size| u16::try_from(size).ok()),
            "cf" => self.color = usize::try_from(number.unwrap_or(0)).unwrap_or(0),
            "plain" => {
                self.letters = CharProps::default();
                (self.font, self.color) = (0, 0);
            }
            "pard" => {
                self.paragraph = ParaProps::default();
                (self.in_table, self.list_level) = (false, 0);
            }
            "intbl" => self.in_table = on,
            "ql" => self.paragraph.align = Align::Left,
            "qc" => self.paragraph.align = Align::Center,
            "qr" => self.paragraph.align = Align::Right,
            "qj" => self.paragraph.align = Align::Justify,
            "li" => {
                #[expect(clippy::cast_precision_loss, reason = "twips of a page")]
                let left_pt = number.map(|twips| twips as f32 / 20.0);
                self.paragraph.indent = Indent { left_pt, ..self.paragraph.indent };
            }
            "outlinelevel" => {
                let level = number.and_then(|level| u8::try_from(level).ok()).filter(|level| *level < 9);
                self.paragraph.heading_level = level.map(|level| level + 1);
            }
            "ilvl" => self.list_level = number.and_then(|level| u8::try_from(level).ok()).unwrap_or(0).min(8),
            "pagebb" => self.paragraph.page_break_before = on,
            _ => {}
        }
    }
}
