//! A PWG Raster document back into lines (PWG 5102.4 §4): what the file printer reads, and what tests believe.
//!
//! Nothing the document says is believed: sizes are bounded before memory is taken, and an early end is an error.

use std::io::{BufRead, BufReader, ErrorKind, Read};

use super::{
    RasterError, SYNC,
    header::{BYTES, PageHeader},
};

/// What a document may ask for.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Pixels in a line.
    pub max_width: u32,
    /// Lines in a page.
    pub max_height: u32,
    /// Pages.
    pub max_pages: u32,
}

/// Reads a document page by page and line by line.
#[derive(Debug)]
pub struct Decoder<R> {
    reader: BufReader<R>,
    limits: Limits,
    pages: u32,
    /// The line that was read last; it may stand again.
    line: Vec<u8>,
    bytes_per_pixel: usize,
    /// How often `line` stands still.
    repeat: u32,
    /// Lines of this page that were not given out yet.
    lines_left: u32,
}

impl<R: Read> Decoder<R> {
    /// A decoder of one document.
    pub fn new(reader: R, limits: Limits) -> Self {
        let reader = BufReader::with_capacity(64 * 1024, reader);
        Self { reader, limits, pages: 0, line: Vec::new(), bytes_per_pixel: 1, repeat: 0, lines_left: 0 }
    }

    /// The next page's header, or `None` at the end of the document. Lines of the page before that were not read are
    /// read now.
    pub fn next_page(&mut self) -> Result<Option<PageHeader>, RasterError> {
        while self.next_row()?.is_some() {}
        if self.pages == 0 {
            let mut word = [0; 4];
            self.fill(&mut word)?;
            if word != SYNC {
                return Err(RasterError::NotRaster);
            }
        }
        if self.at_end()? {
            return Ok(None);
        }
        if self.pages >= self.limits.max_pages {
            return Err(RasterError::Limit("page count"));
        }
        let mut bytes = [0; BYTES];
        self.fill(&mut bytes)?;
        let header = PageHeader::from_bytes(&bytes)?;
        if header.width > self.limits.max_width || header.height > self.limits.max_height {
            return Err(RasterError::Limit("page size"));
        }
        self.pages += 1;
        self.line = vec![0; header.bytes_per_line()];
        self.bytes_per_pixel = header.color_space.bytes_per_pixel();
        self.lines_left = header.height;
        Ok(Some(header))
    }

    /// The next line of the page, or `None` after its last.
    pub fn next_row(&mut self) -> Result<Option<&[u8]>, RasterError> {
        if self.lines_left == 0 {
            return Ok(None);
        }
        if self.repeat == 0 {
            self.repeat = u32::from(self.byte()?) + 1;
            if self.repeat > self.lines_left {
                return Err(RasterError::Lines("a line stands below the page"));
            }
            self.unpack()?;
        }
        self.repeat -= 1;
        self.lines_left -= 1;
        Ok(Some(&self.line))
    }

    /// Runs and literals until the line is full (PWG 5102.4 §4.4).
    fn unpack(&mut self) -> Result<(), RasterError> {
        let size = self.bytes_per_pixel;
        let mut line = std::mem::take(&mut self.line);
        let mut rest = line.as_mut_slice();
        while !rest.is_empty() {
            let control = usize::from(self.byte()?);
            let (pixels, literal) = match control {
                0..=127 => (control + 1, false),
                128 => return Err(RasterError::Lines("a reserved control byte")),
                _ => (257 - control, true),
            };
            let Some((part, after)) = rest.split_at_mut_checked(pixels * size) else {
                return Err(RasterError::Lines("a run goes over the end of its line"));
            };
            if literal {
                self.fill(part)?;
            } else {
                self.fill(&mut part[..size])?;
                repeat_pixel(part, size);
            }
            rest = after;
        }
        self.line = line;
        Ok(())
    }

    fn byte(&mut self) -> Result<u8, RasterError> {
        let mut byte = [0];
        self.fill(&mut byte)?;
        Ok(byte[0])
    }

    fn fill(&mut self, bytes: &mut [u8]) -> Result<(), RasterError> {
        self.reader.read_exact(bytes).map_err(|error| match error.kind() {
            ErrorKind::UnexpectedEof => RasterError::Truncated,
            _ => RasterError::Read(error),
        })
    }

    fn at_end(&mut self) -> Result<bool, RasterError> {
        loop {
            match self.reader.fill_buf() {
                Ok(bytes) => return Ok(bytes.is_empty()),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(RasterError::Read(error)),
            }
        }
    }
}

/// Copies the first pixel over the others.
fn repeat_pixel(run: &mut [u8], size: usize) {
    if size == 1 {
        let value = run[0];
        return run.fill(value);
    }
    for at in size..run.len() {
        run[at] = run[at - size];
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use proptest::prelude::{Strategy, any, prop, prop_assert_eq, prop_oneof, proptest};

    use super::{Decoder, Limits};
    use crate::{
        job::plan::{ColorSpace, Sides},
        raster::{
            packbits::PageEncoder,
            pwg::{RasterError, SYNC, header::PageHeader},
        },
    };

    const LIMITS: Limits = Limits { max_width: 3_000, max_height: 3_000, max_pages: 10 };

    fn header(width: usize, height: usize, color_space: ColorSpace) -> PageHeader {
        PageHeader {
            width: u32::try_from(width).expect("small"),
            height: u32::try_from(height).expect("small"),
            resolution: 300,
            color_space,
            sides: Sides::OneSided,
            transform: (1, 1),
            media_name: String::new(),
            media_points: (0, 0),
            total_pages: 0,
            copies: 0,
            image_box: [0; 4],
            print_quality: 4,
        }
    }

    /// A document of one page whose lines come in bands of `bands` lines, each line followed by `padding` bytes.
    fn document(header: &PageHeader, pixels: &[u8], bands: &[usize], padding: usize) -> Vec<u8> {
        let length = header.bytes_per_line();
        let stride = length + padding;
        let padded: Vec<u8> =
            pixels.chunks(length).flat_map(|line| line.iter().copied().chain((0..padding).map(|_| 0xAA))).collect();
        let mut out = SYNC.to_vec();
        out.extend(header.to_bytes());
        let mut encoder = PageEncoder::new(header.width, header.color_space);
        let (mut rest, mut bands) = (padded.as_slice(), bands.iter().cycle());
        while !rest.is_empty() {
            let (band, after) = rest.split_at((bands.next().map_or(1, |n| n * stride)).min(rest.len()));
            encoder.rows(band, stride, &mut out);
            rest = after;
        }
        encoder.finish(&mut out);
        out
    }

    fn decoded(bytes: &[u8]) -> Result<Vec<u8>, RasterError> {
        let mut decoder = Decoder::new(bytes, LIMITS);
        let mut pixels = Vec::new();
        while decoder.next_page()?.is_some() {
            while let Some(row) = decoder.next_row()? {
                pixels.extend_from_slice(row);
            }
        }
        Ok(pixels)
    }

    /// Lines of runs and literals whose lengths stand on either side of every border, each line up to 257 times.
    fn image() -> impl Strategy<Value = (Vec<u8>, usize, usize, ColorSpace)> {
        let length = || prop_oneof![1_usize..9, 126_usize..131, 254_usize..259];
        let piece = (length(), any::<bool>(), any::<u8>());
        let line = prop::collection::vec(piece, 1..6);
        let times = prop_oneof![4 => 1_usize..4, 1 => 254_usize..259];
        let lines = prop::collection::vec((line, times), 1..6);
        let kinds = vec![ColorSpace::Srgb8, ColorSpace::Sgray8, ColorSpace::Black1];
        (lines, 1_usize..700, prop::sample::select(kinds)).prop_map(|(lines, width, color_space)| {
            let length = color_space.bytes_per_line(u32::try_from(width).expect("small"));
            let mut pixels = Vec::new();
            let mut height = 0;
            for (pieces, times) in lines {
                let mut line = Vec::new();
                for (count, literal, seed) in pieces.iter().cycle().take(200) {
                    for n in 0..*count * color_space.bytes_per_pixel() {
                        let step = if *literal { u8::try_from(n % 251).unwrap_or(0).wrapping_mul(91) } else { 0 };
                        line.push(seed.wrapping_add(step));
                    }
                }
                line.resize(length, 255);
                height += times;
                for _ in 0..times {
                    pixels.extend_from_slice(&line);
                }
            }
            (pixels, width, height, color_space)
        })
    }

    proptest! {
        #[test]
        fn what_is_encoded_is_decoded(
            (pixels, width, height, color_space) in image(),
            bands in prop::collection::vec(1_usize..300, 1..5), padding in 0_usize..4,
        ) {
            let header = header(width, height, color_space);
            let bytes = document(&header, &pixels, &bands, padding);
            prop_assert_eq!(&decoded(&bytes).expect("whole"), &pixels);
            prop_assert_eq!(bytes, document(&header, &pixels, &[height], 0));
        }

        #[test]
        fn noise_is_never_believed(bytes in prop::collection::vec(any::<u8>(), 0..4_000)) {
            let mut whole = SYNC.to_vec();
            whole.extend(header(31, 17, ColorSpace::Srgb8).to_bytes());
            whole.extend(bytes);
            let _ = decoded(&whole);
        }

        #[test]
        fn an_early_end_is_an_error(cut in 0_usize..5_000) {
            let pixels: Vec<u8> = (0..50 * 60).map(|n: u32| n.to_le_bytes()[0]).collect();
            let bytes = document(&header(50, 60, ColorSpace::Sgray8), &pixels, &[7], 0);
            let cut = cut % bytes.len();
            // Nothing after the word is a document without pages, which is whole.
            let whole = cut == SYNC.len();
            prop_assert_eq!(decoded(&bytes[..cut]).is_ok(), whole);
        }
    }

    #[test]
    fn limits_are_kept() {
        let error = |width, height| {
            let mut bytes = SYNC.to_vec();
            bytes.extend(header(width, height, ColorSpace::Srgb8).to_bytes());
            decoded(&bytes).expect_err("over the limit")
        };
        assert!(matches!(error(3_001, 1), RasterError::Limit("page size")));
        assert!(matches!(error(1, usize::try_from(u32::MAX).expect("64 bits")), RasterError::Limit("page size")));
        let page = document(&header(1, 1, ColorSpace::Sgray8), &[0], &[1], 0);
        let many: Vec<u8> = SYNC.into_iter().chain(page[4..].repeat(11)).collect();
        assert!(matches!(decoded(&many), Err(RasterError::Limit("page count"))));
        assert_eq!(decoded(&SYNC.into_iter().chain(page[4..].repeat(10)).collect::<Vec<_>>()).expect("ten"), [0; 10]);
    }

    #[test]
    fn a_reader_that_fails_is_told_apart_from_an_end() {
        struct Broken;
        impl io::Read for Broken {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                Err(io::Error::other("gone"))
            }
        }
        assert!(matches!(Decoder::new(Broken, LIMITS).next_page(), Err(RasterError::Read(_))));
    }
}
