//! Pages out of a PWG Raster document as it comes in, piece by piece (PWG 5102.4 §4): the drill's own reader.
//!
//! It shares nothing with the room `raster`: whoever counts pages must not count them with the code of whoever made
//! them. A page is known by the hash of its pixels, so that a page that comes twice, or not at all, is seen.

use sha2::{Digest as _, Sha256};

/// Bytes of a page header (PWG 5102.4 §4.3).
const HEADER: usize = 1_796;

/// The most bytes of a line: a metre at 600 dpi in colour is below.
const LINE: usize = 100_000;

/// A page that arrived whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page {
    /// The beginning of the hash of its size and pixels.
    pub mark: u64,
    /// Nothing but white.
    pub blank: bool,
}

/// What arrived is no raster of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Garbled;

/// Reads a document.
#[derive(Default)]
pub struct Pages {
    /// What arrived and could not be used yet.
    pending: Vec<u8>,
    begun: bool,
    page: Option<Open>,
}

/// A page of which not all lines are there.
struct Open {
    hash: Sha256,
    blank: bool,
    lines_left: u32,
    line_bytes: usize,
    pixel_bytes: usize,
}

/// A line of pixels as it stands in the document.
struct Line {
    bytes_taken: usize,
    times: u32,
    pixels: Vec<u8>,
}

impl Pages {
    /// Takes the next piece; the pages that are whole now.
    pub fn feed(&mut self, piece: &[u8]) -> Result<Vec<Page>, Garbled> {
        self.pending.extend_from_slice(piece);
        let (mut at, mut whole) = (0, Vec::new());
        while let Some(taken) = self.step(at, &mut whole)? {
            at += taken;
        }
        self.pending.drain(..at);
        Ok(whole)
    }

    /// Whether the document may end here.
    pub fn is_between_pages(&self) -> bool {
        self.begun && self.page.is_none() && self.pending.is_empty()
    }

    /// Uses what lies at `at`: how many bytes it was, `None` when more must come first.
    fn step(&mut self, at: usize, whole: &mut Vec<Page>) -> Result<Option<usize>, Garbled> {
        let rest = &self.pending[at..];
        if !self.begun {
            return match rest.first_chunk() {
                Some(b"RaS2") => {
                    self.begun = true;
                    Ok(Some(4))
                }
                Some(_) => Err(Garbled),
                None => Ok(None),
            };
        }
        let Some(open) = &mut self.page else {
            let Some(header) = rest.get(..HEADER) else { return Ok(None) };
            self.page = Some(Open::new(header)?);
            return Ok(Some(HEADER));
        };
        let Some(line) = line(rest, open.line_bytes, open.pixel_bytes)? else { return Ok(None) };
        open.lines_left = open.lines_left.checked_sub(line.times).ok_or(Garbled)?;
        open.blank &= line.pixels.iter().all(|byte| *byte == 255);
        for _ in 0..line.times {
            open.hash.update(&line.pixels);
        }
        if open.lines_left == 0 {
            let hash = std::mem::take(&mut open.hash).finalize();
            let mark = hash.first_chunk().copied().map_or(0, u64::from_be_bytes);
            whole.push(Page { mark, blank: open.blank });
            self.page = None;
        }
        Ok(Some(line.bytes_taken))
    }
}

impl Open {
    fn new(header: &[u8]) -> Result<Self, Garbled> {
        let number = |at: usize| header[at..].first_chunk().copied().map_or(0, u32::from_be_bytes);
        let (width, lines_left, pixel_bits, line_bytes) = (number(372), number(376), number(388), number(392));
        let line_bytes = line_bytes as usize;
        let pixel_bytes = (pixel_bits / 8) as usize;
        let right = header.starts_with(b"PwgRaster\0")
            && lines_left > 0
            && matches!(pixel_bits, 8 | 24)
            && (1..LINE).contains(&line_bytes)
            && line_bytes == width as usize * pixel_bytes;
        if !right {
            return Err(Garbled);
        }
        let mut hash = Sha256::new();
        hash.update(&header[372..380]);
        Ok(Self { hash, blank: true, lines_left, line_bytes, pixel_bytes })
    }
}

/// The line that `bytes` begin with: how often it stands, then runs and literals (PWG 5102.4 §4.4).
fn line(bytes: &[u8], length: usize, pixel: usize) -> Result<Option<Line>, Garbled> {
    let Some((again, mut rest)) = bytes.split_first() else { return Ok(None) };
    let mut pixels = Vec::with_capacity(length);
    while pixels.len() < length {
        let Some((code, after)) = rest.split_first() else { return Ok(None) };
        let (count, times) = match *code {
            128 => return Err(Garbled),
            code @ 0..=127 => (1, usize::from(code) + 1),
            code => (257 - usize::from(code), 1),
        };
        let Some((taken, after)) = after.split_at_checked(count * pixel) else { return Ok(None) };
        for _ in 0..times {
            pixels.extend_from_slice(taken);
        }
        rest = after;
    }
    if pixels.len() != length {
        return Err(Garbled);
    }
    Ok(Some(Line { bytes_taken: bytes.len() - rest.len(), times: u32::from(*again) + 1, pixels }))
}

#[cfg(test)]
mod tests {
    use super::{Garbled, HEADER, Pages};

    /// A document of gray pages, 3 by 4; each has a first line of its own.
    fn document(pages: &[u8]) -> Vec<u8> {
        let mut bytes = b"RaS2".to_vec();
        for ink in pages {
            let mut header = vec![0; HEADER];
            header[..10].copy_from_slice(b"PwgRaster\0");
            for (at, value) in [(372, 3_u32), (376, 4), (388, 8), (392, 3)] {
                header[at..at + 4].copy_from_slice(&value.to_be_bytes());
            }
            bytes.extend(header);
            // One line of a literal of 2 and a run of 1, and three white lines at once.
            bytes.extend([0, 255, *ink, 9, 0, *ink, 2, 2, 255]);
        }
        bytes
    }

    #[test]
    fn pages_are_whole_only_when_their_last_byte_is_there() {
        let bytes = document(&[1, 2, 1, 255]);
        let mut pages = Pages::default();
        let (mut found, mut at) = (Vec::new(), Vec::new());
        for (index, byte) in bytes.iter().enumerate() {
            for page in pages.feed(&[*byte]).expect("a raster") {
                found.push(page);
                at.push(index + 1);
            }
        }
        let page = (bytes.len() - 4) / 4;
        assert_eq!(at, [4 + page, 4 + 2 * page, 4 + 3 * page, 4 + 4 * page]);
        assert!(pages.is_between_pages());
        assert_eq!(found[0], found[2]);
        assert_ne!(found[0].mark, found[1].mark);
        assert!(!found[0].blank && !found[3].blank, "a nine stands in it");
        assert_eq!(Pages::default().feed(&bytes).as_deref(), Ok(found.as_slice()), "however it is cut");
    }

    #[test]
    fn what_is_no_raster_is_told() {
        assert_eq!(Pages::default().feed(b"%PDF"), Err(Garbled));
        let mut wide = document(&[1]);
        wide[4 + 372] = 1;
        assert_eq!(Pages::default().feed(&wide), Err(Garbled));
        let mut long = document(&[1]);
        let last = long.len() - 3;
        long[last] = 200;
        assert_eq!(Pages::default().feed(&long), Err(Garbled));
        let mut half = Pages::default();
        assert_eq!(half.feed(&document(&[1])[..1_000]), Ok(Vec::new()));
        assert!(!half.is_between_pages());
    }
}
