//! How a converting child hands over what it made: on its stdout a line of JSON for each file, the file's bytes after it,
//! and one more line at the end. The child never names or opens a file; the parent does, from numbers and formats.

use std::io::{self, Write};

use serde::{Deserialize, Serialize};

use crate::document::{kind::Kind, made::Format};

/// Bytes of one line at the most.
pub const LINE_BYTES: u64 = 64 << 10;

/// One line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Frame {
    /// A file follows.
    File(Head),
    /// All is handed over.
    Told(Told),
}

/// What a file is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Head {
    /// Counted from 1.
    pub number: u32,
    /// Of the file; none of a workbook that is only on its way to LibreOffice.
    pub format: Option<Format>,
    /// Pixels across.
    pub width: Option<u32>,
    /// Pixels down.
    pub height: Option<u32>,
    /// Bytes that follow.
    pub bytes: u64,
}

/// The name of a workbook that is on its way to LibreOffice.
pub const FITTED_FILE: &str = ".fitted";

impl Head {
    /// The name the parent gives it.
    pub fn name(&self) -> String {
        self.format.map_or_else(|| FITTED_FILE.into(), |format| format.file(self.number))
    }
}

/// What is said of the document as a whole.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Told {
    /// Its kind, when that was asked.
    pub kind: Option<Kind>,
    /// Its pages, slides or sheets.
    pub page_count: Option<u32>,
    /// Slides of it are hidden: they are not printed.
    pub hides: bool,
    /// Something that LibreOffice would show is missing.
    pub lacks: bool,
    /// Something was left out, or drawn in a simpler way.
    pub simplified: bool,
    /// Fonts it names and this machine has not.
    pub fonts_substituted: Vec<String>,
    /// The files; filled in by the parent.
    #[serde(skip)]
    pub files: Vec<Head>,
}

/// The child's end.
pub struct Out<W>(W);

impl<W: Write> Out<W> {
    /// Writes to `out`.
    pub fn new(out: W) -> Self {
        Self(out)
    }

    /// Hands a file over.
    pub fn file(&mut self, number: u32, format: Format, size: Option<(u32, u32)>, bytes: &[u8]) -> io::Result<()> {
        let (width, height) = (size.map(|size| size.0), size.map(|size| size.1));
        let head = Head { number, format: Some(format), width, height, bytes: bytes.len() as u64 };
        self.line(&Frame::File(head))?;
        self.0.write_all(bytes)
    }

    /// Hands a workbook over that LibreOffice shall print.
    pub fn fitted(&mut self, bytes: &[u8]) -> io::Result<()> {
        let head = Head { number: 1, format: None, width: None, height: None, bytes: bytes.len() as u64 };
        self.line(&Frame::File(head))?;
        self.0.write_all(bytes)
    }

    /// Ends.
    pub fn told(&mut self, told: Told) -> io::Result<()> {
        self.line(&Frame::Told(told))?;
        self.0.flush()
    }

    fn line(&mut self, frame: &Frame) -> io::Result<()> {
        let mut line = serde_json::to_vec(frame)?;
        line.push(b'\n');
        self.0.write_all(&line)
    }
}

#[cfg(test)]
mod tests {
    use super::{Frame, Out, Told};
    use crate::document::made::Format;

    #[test]
    fn lines_and_bytes_take_turns() {
        let mut bytes = Vec::new();
        let mut out = Out::new(&mut bytes);
        out.file(2, Format::Png, Some((3, 4)), b"\n{}").expect("memory");
        out.told(Told { page_count: Some(2), ..Told::default() }).expect("memory");
        let text = String::from_utf8(bytes).expect("text");
        let (first, rest) = text.split_once('\n').expect("a line");
        let Frame::File(head) = serde_json::from_str(first).expect("a frame") else { panic!("no file") };
        assert_eq!((head.number, head.width, head.bytes), (2, Some(3), 3));
        let told: Frame = serde_json::from_str(rest.strip_prefix("\n{}").expect("the bytes")).expect("a frame");
        assert_eq!(told, Frame::Told(Told { page_count: Some(2), ..Told::default() }));
    }
}
