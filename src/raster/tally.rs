//! How many whole pages of a raster have gone by, counted while its bytes pass: what a printer cannot have got it cannot
//! have printed. Nothing is unpacked; runs are stepped over (PWG 5102.4 §4.3, and the same lines in Apple Raster).

use super::pwg;
use crate::job::plan::Format;

/// Length of the head of a document, of a page's head, and where the latter has width, height and bits of a pixel.
struct Shape {
    document: usize,
    page: usize,
    width: usize,
    height: usize,
    bits: fn(&[u8]) -> u32,
}

const PWG: Shape =
    Shape { document: pwg::SYNC.len(), page: 1_796, width: 372, height: 376, bits: |head| number(head, 388) };

const URF: Shape =
    Shape { document: 12, page: 32, width: 12, height: 16, bits: |head| u32::from(head.first().copied().unwrap_or(0)) };

/// The count so far.
pub struct Tally {
    shape: Shape,
    /// What is being gathered: a head.
    head: Vec<u8>,
    wanted: usize,
    /// Bytes to step over.
    over: usize,
    /// Rows of this page that are left, and units of this line.
    rows: u32,
    units: u32,
    line: u32,
    unit: usize,
    pages: u32,
}

impl Tally {
    /// Of a document of this format.
    pub fn new(format: Format) -> Self {
        let shape = match format {
            // PDF and JPEG are made of it after it was counted: more cannot be out than that.
            Format::PwgRaster | Format::Pdf | Format::Jpeg => PWG,
            Format::Urf => URF,
        };
        let wanted = shape.document;
        Self { shape, head: Vec::new(), wanted, over: 0, rows: 0, units: 0, line: 0, unit: 1, pages: 0 }
    }

    /// Whole pages that have gone by.
    pub fn pages(&self) -> u32 {
        self.pages
    }

    /// These bytes go by.
    pub fn pass(&mut self, mut bytes: &[u8]) {
        while let Some(byte) = bytes.first() {
            if self.over > 0 {
                let over = self.over.min(bytes.len());
                self.over -= over;
                bytes = &bytes[over..];
                self.end_of_page();
            } else if self.wanted > 0 {
                let taken = (self.wanted - self.head.len()).min(bytes.len());
                self.head.extend_from_slice(&bytes[..taken]);
                bytes = &bytes[taken..];
                self.head_is_there();
            } else {
                self.code(*byte);
                bytes = &bytes[1..];
            }
        }
    }

    fn head_is_there(&mut self) {
        if self.head.len() < self.wanted {
            return;
        }
        if self.wanted == self.shape.page {
            let bits = (self.shape.bits)(&self.head).max(1);
            self.unit = (bits as usize).div_ceil(8);
            let width = number(&self.head, self.shape.width);
            self.line = if bits < 8 { width.saturating_mul(bits).div_ceil(8) } else { width };
            self.rows = number(&self.head, self.shape.height);
            self.wanted = 0;
        } else {
            self.wanted = self.shape.page;
        }
        self.head.clear();
    }

    /// A line's repetition, or the head of a run.
    fn code(&mut self, code: u8) {
        if self.units == 0 {
            self.rows = self.rows.saturating_sub(u32::from(code) + 1);
            self.units = self.line;
            return;
        }
        let (units, stored) = match code {
            0..128 => (u32::from(code) + 1, 1),
            // The rest of the line is white.
            128 => (self.units, 0),
            _ => (257 - u32::from(code), 257 - usize::from(code)),
        };
        self.units = self.units.saturating_sub(units);
        self.over = stored * self.unit;
        self.end_of_page();
    }

    fn end_of_page(&mut self) {
        if self.over == 0 && self.units == 0 && self.rows == 0 && self.wanted == 0 {
            self.pages += 1;
            self.wanted = self.shape.page;
        }
    }
}

fn number(head: &[u8], at: usize) -> u32 {
    head.get(at..).and_then(<[u8]>::first_chunk).copied().map_or(0, u32::from_be_bytes)
}

#[cfg(test)]
mod tests {
    use super::{Format, Tally};
    use crate::{
        job::{
            plan::{Capabilities, Media, Plan, SheetBack, Sides},
            ticket::Ticket,
        },
        raster::{document_head, packbits::PageEncoder, page_head, place::media_pixels},
    };

    fn printer(format: Format) -> Capabilities {
        Capabilities {
            formats: vec![format],
            resolutions: vec![72],
            color: true,
            gray: true,
            black: false,
            several_documents: false,
            sides: vec![Sides::OneSided],
            sheet_back: SheetBack::Normal,
            copies: 1,
            pages_per_minute: None,
            media: vec![Media::a4()],
            model: String::new(),
        }
    }

    #[test]
    fn pages_are_counted_when_their_last_byte_has_passed() {
        for format in [Format::PwgRaster, Format::Urf] {
            for color in [false, true] {
                let plan = Plan::fit(&Ticket { color, ..Ticket::default() }, &printer(format), 3).expect("a plan");
                let (width, height) = media_pixels(&plan.media, plan.resolution);
                let stride = width as usize * plan.color_space.bytes_per_pixel();
                let (mut bytes, mut ends) = (document_head(&plan), Vec::new());
                for page in 0..3_u8 {
                    bytes.extend(page_head(&plan, false));
                    let mut encoder = PageEncoder::new(width, plan.color_space);
                    for row in 0..height {
                        let noise =
                            |x: usize| if row % 7 == 0 { (x * x + row as usize).to_le_bytes()[0] } else { page };
                        encoder.rows(&(0..stride).map(noise).collect::<Vec<_>>(), stride, &mut bytes);
                    }
                    encoder.finish(&mut bytes);
                    ends.push(bytes.len());
                }
                for part in [1, 997, 65_536] {
                    let (mut tally, mut passed) = (Tally::new(format), 0);
                    for chunk in bytes.chunks(part) {
                        tally.pass(chunk);
                        passed += chunk.len();
                        let whole = ends.iter().filter(|end| **end <= passed).count();
                        assert_eq!(tally.pages() as usize, whole, "{format:?} {color} {part} {passed}");
                    }
                }
            }
        }
    }
}
