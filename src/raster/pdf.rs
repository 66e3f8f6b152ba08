//! A raster as a PDF (ISO 32000-1) for printers that take nothing better: each page is one picture that fills it, to the
//! pixel what the plan says. So no printer's interpreter ever meets a stranger's bytes, and no document is drawn twice.
//!
//! It is made while it is read: a picture's length is told after it, in an object of its own (§7.3.10), and the tree of
//! pages at the end. Nothing in it tells when, by whom or of what it was made.

use std::{
    fmt::Write as _,
    io::{self, Read, Write as _},
};

use flate2::{Compression, write::ZlibEncoder};

use super::pwg::{
    RasterError,
    decode::{Decoder, Limits},
    header::PageHeader,
};
use crate::job::plan::ColorSpace;

/// Bytes that are made ahead of whoever reads.
const AHEAD: usize = 32 << 10;

/// The catalog, and the tree of pages.
const CATALOG: usize = 1;
const PAGES: usize = 2;

/// The objects of a page: itself, its contents, its picture, the picture's length.
const OBJECTS_OF_PAGE: usize = 4;

/// A PDF that is read, made of a PWG Raster that it reads.
pub struct Pdf<R> {
    raster: Decoder<R>,
    out: Vec<u8>,
    /// How much of `out` was read.
    at: usize,
    /// Bytes of the document before `out`.
    before: u64,
    /// Where each object begins, from the first on; 0 when it is not written yet.
    offsets: Vec<u64>,
    /// The picture on the way, and where it begins.
    picture: Option<(ZlibEncoder<Vec<u8>>, u64)>,
    pages: usize,
    ended: bool,
}

impl<R: Read> Pdf<R> {
    /// A PDF of the pages of `raster`, which keeps `limits`.
    pub fn new(raster: R, limits: Limits) -> Self {
        Self {
            raster: Decoder::new(raster, limits),
            // The second line tells that bytes follow, not text (§7.5.2).
            out: b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n".to_vec(),
            at: 0,
            before: 0,
            offsets: vec![0; PAGES],
            picture: None,
            pages: 0,
            ended: false,
        }
    }

    /// Makes some more of the document.
    fn go_on(&mut self) -> Result<(), RasterError> {
        let Some((encoder, begin)) = &mut self.picture else {
            return match self.raster.next_page()? {
                Some(header) => {
                    self.page(&header);
                    Ok(())
                }
                None if self.pages == 0 => Err(RasterError::Truncated),
                None => {
                    self.end();
                    Ok(())
                }
            };
        };
        while encoder.get_ref().len() < AHEAD {
            match self.raster.next_row()? {
                Some(row) => encoder.write_all(row).map_err(RasterError::Read)?,
                None => {
                    encoder.try_finish().map_err(RasterError::Read)?;
                    self.out.append(encoder.get_mut());
                    let length = self.before + self.out.len() as u64 - *begin;
                    self.picture = None;
                    self.put("\nendstream\nendobj\n");
                    self.object(self.offsets.len() + 1, &length.to_string());
                    return Ok(());
                }
            }
        }
        self.out.append(encoder.get_mut());
        Ok(())
    }

    /// A page up to its picture's first byte.
    fn page(&mut self, header: &PageHeader) {
        let first = self.offsets.len() + 1;
        let (contents, picture, length) = (first + 1, first + 2, first + 3);
        self.pages += 1;
        let size = [header.width, header.height].map(|side| points(side, header.resolution));
        let [width, height] = &size;
        self.object(
            first,
            &format!(
                "<</Type/Page/Parent {PAGES} 0 R/MediaBox[0 0 {width} {height}]\
                 /Resources<</XObject<</P {picture} 0 R>>>>/Contents {contents} 0 R>>"
            ),
        );
        let drawing = format!("{width} 0 0 {height} 0 0 cm /P Do");
        self.object(contents, &format!("<</Length {}>>stream\n{drawing}\nendstream", drawing.len()));
        let pixels = match header.color_space {
            ColorSpace::Sgray8 => "/ColorSpace/DeviceGray/BitsPerComponent 8",
            ColorSpace::Srgb8 => "/ColorSpace/DeviceRGB/BitsPerComponent 8",
            // 1 is black.
            ColorSpace::Black1 => "/ColorSpace/DeviceGray/BitsPerComponent 1/Decode[1 0]",
        };
        self.begin(picture);
        self.put(&format!(
            "{picture} 0 obj\n<</Type/XObject/Subtype/Image/Width {}/Height {}{pixels}/Filter/FlateDecode/Length {length} 0 R>>stream\n",
            header.width, header.height
        ));
        let begin = self.before + self.out.len() as u64;
        self.picture = Some((ZlibEncoder::new(Vec::new(), Compression::fast()), begin));
    }

    /// The tree of pages, the catalog, the table of where objects begin (§7.5.4) and the trailer.
    fn end(&mut self) {
        let mut kids = String::new();
        for page in 0..self.pages {
            let _ = write!(kids, "{} 0 R ", PAGES + 1 + page * OBJECTS_OF_PAGE);
        }
        self.object(PAGES, &format!("<</Type/Pages/Count {}/Kids[{}]>>", self.pages, kids.trim_end()));
        self.object(CATALOG, &format!("<</Type/Catalog/Pages {PAGES} 0 R>>"));
        let (table, size) = (self.before + self.out.len() as u64, self.offsets.len() + 1);
        let mut end = format!("xref\n0 {size}\n0000000000 65535 f \n");
        for offset in &self.offsets {
            let _ = writeln!(end, "{offset:010} 00000 n ");
        }
        let _ = write!(end, "trailer\n<</Size {size}/Root {CATALOG} 0 R>>\nstartxref\n{table}\n%%EOF\n");
        self.put(&end);
        self.ended = true;
    }

    fn object(&mut self, number: usize, content: &str) {
        self.begin(number);
        self.put(&format!("{number} 0 obj\n{content}\nendobj\n"));
    }

    /// Object `number` begins here.
    fn begin(&mut self, number: usize) {
        if self.offsets.len() < number {
            self.offsets.resize(number, 0);
        }
        self.offsets[number - 1] = self.before + self.out.len() as u64;
    }

    fn put(&mut self, text: &str) {
        self.out.extend_from_slice(text.as_bytes());
    }
}

impl<R: Read> Read for Pdf<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.at == self.out.len() && !self.ended {
            self.before += self.out.len() as u64;
            self.out.clear();
            self.at = 0;
            self.go_on().map_err(|error| match error {
                RasterError::Read(error) => error,
                error => io::Error::new(io::ErrorKind::InvalidData, error),
            })?;
        }
        let count = buffer.len().min(self.out.len() - self.at);
        buffer[..count].copy_from_slice(&self.out[self.at..][..count]);
        self.at += count;
        Ok(count)
    }
}

/// Pixels as points of 1/72 inch, to a thousandth.
fn points(pixels: u32, resolution: u32) -> String {
    let thousandths = u64::from(pixels) * 72_000 / u64::from(resolution.max(1));
    format!("{}.{:03}", thousandths / 1_000, thousandths % 1_000)
}

#[cfg(test)]
mod tests {
    use std::io::{ErrorKind, Read as _};

    use super::{Limits, Pdf};
    use crate::{
        job::plan::{ColorSpace, Sides},
        raster::{
            packbits::PageEncoder,
            pwg::{SYNC, header::PageHeader},
        },
    };

    const LIMITS: Limits = Limits { max_width: 2_000, max_height: 2_000, max_pages: 3 };

    fn raster(pages: u32) -> Vec<u8> {
        let mut bytes = SYNC.to_vec();
        for page in 0..pages {
            let header = PageHeader {
                width: 600,
                height: 200 + page,
                resolution: 100,
                color_space: ColorSpace::Sgray8,
                sides: Sides::OneSided,
                transform: (1, 1),
                media_name: String::new(),
                media_points: (0, 0),
                total_pages: 0,
                copies: 0,
                image_box: [0; 4],
                print_quality: 4,
            };
            bytes.extend(header.to_bytes());
            let mut encoder = PageEncoder::new(header.width, header.color_space);
            let mut state = page;
            for _ in 0..header.height {
                let line: Vec<u8> = (0..header.width)
                    .map(|_| {
                        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                        (state >> 24).to_le_bytes()[0]
                    })
                    .collect();
                encoder.rows(&line, line.len(), &mut bytes);
            }
            encoder.finish(&mut bytes);
        }
        bytes
    }

    fn read(raster: &[u8], at_once: usize) -> std::io::Result<Vec<u8>> {
        let (mut pdf, mut out, mut part) = (Pdf::new(raster, LIMITS), Vec::new(), vec![0; at_once]);
        loop {
            match pdf.read(&mut part)? {
                0 => return Ok(out),
                count => out.extend_from_slice(&part[..count]),
            }
        }
    }

    #[test]
    fn every_object_is_where_the_table_says_whoever_reads_however() {
        let pdf = read(&raster(2), 100_000).expect("whole");
        assert!(pdf == read(&raster(2), 7).expect("whole"));
        let text = String::from_utf8_lossy(&pdf);
        assert!(text.contains("/MediaBox[0 0 432.000 144.720]") && text.contains("/Kids[3 0 R 7 0 R]"), "{text}");
        let number = |text: &str| text.trim().parse::<usize>().expect("a number");
        let table = number(text.rsplit("startxref").next().and_then(|rest| rest.lines().nth(1)).expect("a place"));
        let table = String::from_utf8_lossy(&pdf[table..]).into_owned();
        assert!(table.starts_with("xref\n0 11\n0000000000 65535 f \n"), "{table}");
        for (object, entry) in table.lines().skip(3).take(10).enumerate() {
            assert_eq!(entry.len(), 19);
            let begins = format!("{} 0 obj\n", object + 1);
            assert!(pdf[number(&entry[..10])..].starts_with(begins.as_bytes()), "{begins}");
        }
        // The picture's length is the one told after it.
        let find = |what: &[u8], from: usize| {
            from + pdf[from..].windows(what.len()).position(|window| window == what).expect("there")
        };
        let begin = find(b"/Length 6 0 R>>stream\n", 0) + 22;
        let end = find(b"\nendstream", begin);
        assert!(find(format!("6 0 obj\n{}\nendobj", end - begin).as_bytes(), end) > 0);
    }

    #[test]
    fn a_raster_that_breaks_off_makes_no_pdf() {
        let whole = raster(1);
        for cut in [4, 100, 1_900, whole.len() - 1] {
            assert_eq!(read(&whole[..cut], 1_000).expect_err("broken").kind(), ErrorKind::InvalidData, "{cut}");
        }
        assert!(read(&raster(4), 1_000).is_err(), "more pages than were agreed");
    }
}
