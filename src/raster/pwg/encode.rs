//! Lines of pixels into PackBits (PWG 5102.4 §4.4): how often the line stands, then runs and literals of pixels.
//!
//! A page comes in bands of any height. Equal lines are counted across bands, so what is written does not depend on them.
//! Eight bytes are compared at a time or more; a white page costs one look at each byte.

use crate::job::plan::ColorSpace;

/// The most lines one count stands for.
const MAX_REPEAT: usize = 256;

/// The most pixels of one run, and of one literal.
const MAX_RUN: usize = 128;

/// Encodes the lines of one page.
#[derive(Debug)]
pub struct PageEncoder {
    bytes_per_line: usize,
    color_space: ColorSpace,
    /// The last line of the bands before, not written yet, for it may stand again.
    pending: Vec<u8>,
    /// How often `pending` stands; 0 when there is none.
    repeat: usize,
    /// Where a line is packed.
    packed: Vec<u8>,
}

impl PageEncoder {
    /// An encoder for lines of `width` pixels.
    pub fn new(width: u32, color_space: ColorSpace) -> Self {
        let bytes_per_line = (width as usize).saturating_mul(color_space.bytes_per_pixel());
        Self { bytes_per_line, color_space, pending: Vec::new(), repeat: 0, packed: Vec::new() }
    }

    /// Adds a band: lines that begin every `stride` bytes of `rows`. What is past the last whole line is not looked at.
    pub fn rows(&mut self, rows: &[u8], stride: usize, out: &mut Vec<u8>) {
        let length = self.bytes_per_line;
        if length == 0 {
            return;
        }
        let mut pending = std::mem::take(&mut self.pending);
        let mut last: &[u8] = &pending;
        for row in rows.chunks(stride.max(length)) {
            let Some(line) = row.get(..length) else { break };
            if self.repeat > 0 && self.repeat < MAX_REPEAT && line == last {
                self.repeat += 1;
                continue;
            }
            self.write(last, out);
            last = line;
            self.repeat = 1;
        }
        if self.repeat > 0 && !std::ptr::eq(last, pending.as_slice()) {
            let last = last.to_vec();
            pending = last;
        }
        self.pending = pending;
    }

    /// Writes what is left of the page.
    pub fn finish(&mut self, out: &mut Vec<u8>) {
        let pending = std::mem::take(&mut self.pending);
        self.write(&pending, out);
        self.repeat = 0;
    }

    fn write(&mut self, line: &[u8], out: &mut Vec<u8>) {
        let Some(count) = self.repeat.checked_sub(1) else { return };
        // A lone pixel between runs takes a byte more than it is; nothing takes more.
        self.packed.resize(2 * line.len(), 0);
        let length = match self.color_space {
            ColorSpace::Sgray8 => pack::<1>(line, &mut self.packed),
            ColorSpace::Srgb8 => pack::<3>(line, &mut self.packed),
        };
        out.push(low_byte(count));
        out.extend_from_slice(&self.packed[..length]);
    }
}

/// One line of pixels of `N` bytes; how many bytes of `packed` it became.
fn pack<const N: usize>(line: &[u8], packed: &mut [u8]) -> usize {
    let (mut rest, mut end) = (line, 0);
    while !rest.is_empty() {
        let mut run = 1 + equal_to_next::<N>(rest) / N;
        if run == 1 {
            let literal = literal::<N>(rest);
            let (pixels, after) = rest.split_at(literal * N);
            for part in pixels.chunks(MAX_RUN * N) {
                // A single pixel is a run of one; 129 to 255 stand for 128 to 2 different pixels.
                let count = part.len() / N;
                packed[end] = if count == 1 { 0 } else { low_byte(257 - count) };
                put(part, rest, &mut packed[end + 1..]);
                end += 1 + part.len();
                rest = &rest[part.len()..];
            }
            rest = after;
            continue;
        }
        let (pixels, after) = rest.split_at(run * N);
        while run > 0 {
            let part = run.min(MAX_RUN);
            packed[end] = low_byte(part - 1);
            packed[end + 1..end + 1 + N].copy_from_slice(&pixels[..N]);
            end += 1 + N;
            run -= part;
        }
        rest = after;
    }
    end
}

/// Puts `part`, with which `rest` begins, at the begin of `packed`. What is short is put as sixteen bytes, for a length
/// that is known takes no call; what comes next overwrites the rest of them.
fn put(part: &[u8], rest: &[u8], packed: &mut [u8]) {
    match (rest.first_chunk::<16>(), packed.first_chunk_mut::<16>()) {
        (Some(from), Some(to)) if part.len() <= 16 => *to = *from,
        _ => packed[..part.len()].copy_from_slice(part),
    }
}

/// How many bytes of `rest`, from its first, equal the byte one pixel on.
fn equal_to_next<const N: usize>(rest: &[u8]) -> usize {
    let Some(next) = rest.get(N..) else { return 0 };
    // Most runs are short, and the others long.
    if let (Some(a), Some(b)) = (rest.first_chunk(), next.first_chunk()) {
        let differ = u64::from_le_bytes(*a) ^ u64::from_le_bytes(*b);
        if differ != 0 {
            return differ.trailing_zeros() as usize / 8;
        }
    }
    let mut at = 0;
    while let (Some(a), Some(b)) = (rest[at..].first_chunk::<32>(), next[at..].first_chunk::<32>()) {
        if a != b {
            break;
        }
        at += 32;
    }
    while let (Some(a), Some(b)) = (rest[at..].first_chunk(), next[at..].first_chunk()) {
        let differ = u64::from_le_bytes(*a) ^ u64::from_le_bytes(*b);
        if differ != 0 {
            return at + differ.trailing_zeros() as usize / 8;
        }
        at += 8;
    }
    at + rest[at..].iter().zip(&next[at..]).take_while(|(a, b)| a == b).count()
}

/// How many pixels, from the first, are better sent as they are: up to where a run begins that pays for itself,
/// which is three equal pixels of one byte or two of three bytes.
fn literal<const N: usize>(rest: &[u8]) -> usize {
    let pixels = rest.len() / N;
    let mut at = 1;
    while let (Some(a), Some(b)) = (rest[at * N..].first_chunk(), rest[(at + 1).min(pixels) * N..].first_chunk()) {
        let differ = u64::from_le_bytes(*a) ^ u64::from_le_bytes(*b);
        match run_in::<N>(differ) {
            Some(pixel) => return at + pixel,
            None => at += if N == 1 { 7 } else { 2 },
        }
    }
    let pixel = |at: usize| rest.get(at * N..(at + 1) * N);
    while at < pixels {
        let pair = pixel(at) == pixel(at + 1);
        if pair && (N > 1 || pixel(at) == pixel(at + 2)) {
            return at;
        }
        at += 1;
    }
    pixels
}

/// The first pixel of a run in eight bytes of differences to the next pixel: two equal neighbours of one byte among the
/// first seven, or one of three bytes among the first two.
fn run_in<const N: usize>(differ: u64) -> Option<usize> {
    const LOW: u64 = 0x7f7f_7f7f_7f7f_7f7f;
    if N == 1 {
        // The high bit of each byte that is zero, exactly (no borrow runs from byte to byte).
        let equal = !(((differ & LOW) + LOW) | differ | LOW);
        let run = equal & (equal >> 8);
        return (run != 0).then(|| run.trailing_zeros() as usize / 8);
    }
    [0, 1].into_iter().find(|pixel| (differ >> (24 * pixel)) & 0x00ff_ffff == 0)
}

#[expect(clippy::cast_possible_truncation, reason = "callers stay within 0 to 255")]
fn low_byte(count: usize) -> u8 {
    count as u8
}

#[cfg(test)]
mod tests {
    use super::PageEncoder;
    use crate::job::plan::ColorSpace;

    fn packed(line: &[u8], color_space: ColorSpace, times: usize) -> Vec<u8> {
        let width = u32::try_from(line.len() / color_space.bytes_per_pixel()).expect("short");
        let mut encoder = PageEncoder::new(width, color_space);
        let mut out = Vec::new();
        for _ in 0..times {
            encoder.rows(line, line.len(), &mut out);
        }
        encoder.finish(&mut out);
        out
    }

    #[test]
    fn runs_and_literals_are_those_of_the_standard() {
        assert_eq!(packed(&[7; 5], ColorSpace::Sgray8, 1), [0, 4, 7]);
        assert_eq!(packed(&[1, 2, 3], ColorSpace::Sgray8, 1), [0, 254, 1, 2, 3]);
        assert_eq!(packed(&[1, 2, 9, 9, 9], ColorSpace::Sgray8, 1), [0, 255, 1, 2, 2, 9]);
        assert_eq!(packed(&[1, 2, 2, 3], ColorSpace::Sgray8, 1), [0, 253, 1, 2, 2, 3]);
        assert_eq!(packed(&[9, 9, 1], ColorSpace::Sgray8, 1), [0, 1, 9, 0, 1]);
        assert_eq!(packed(&[1, 2, 3, 1, 2, 3, 4, 5, 6], ColorSpace::Srgb8, 1), [0, 1, 1, 2, 3, 0, 4, 5, 6]);
        assert_eq!(packed(&[255; 300], ColorSpace::Sgray8, 1), [0, 127, 255, 127, 255, 43, 255]);
    }

    #[test]
    fn equal_lines_are_counted_up_to_256() {
        assert_eq!(packed(&[7; 5], ColorSpace::Sgray8, 256), [255, 4, 7]);
        assert_eq!(packed(&[7; 5], ColorSpace::Sgray8, 258), [255, 4, 7, 1, 4, 7]);
    }

    #[test]
    fn an_empty_page_is_nothing() {
        assert_eq!(packed(&[], ColorSpace::Sgray8, 3), [] as [u8; 0]);
    }
}
