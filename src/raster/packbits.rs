//! Lines of pixels into PackBits (PWG 5102.4 §4.4; Apple Raster has the same): how often the line stands, then runs and
//! literals of pixels.
//!
//! Pixels of less than a byte count as the bytes they share.
//! A page comes in bands of any height. Equal lines are counted across bands, so what is written does not depend on them.
//! A line is compared with itself a pixel on, once and eight bytes at a time; runs and literals are counted in bits.

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
    equal: Equal,
    /// Room for the longest line that there can be.
    packed: Vec<u8>,
}

impl PageEncoder {
    /// An encoder for lines of `width` pixels.
    pub fn new(width: u32, color_space: ColorSpace) -> Self {
        let bytes_per_line = color_space.bytes_per_line(width);
        // A lone pixel between runs takes a byte more than it is; nothing takes more.
        let packed = vec![0; bytes_per_line.saturating_mul(2)];
        Self { bytes_per_line, color_space, pending: Vec::new(), repeat: 0, equal: Equal::default(), packed }
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
        let length = match self.color_space {
            ColorSpace::Sgray8 | ColorSpace::Black1 => pack::<1>(line, &mut self.equal, &mut self.packed),
            ColorSpace::Srgb8 => pack::<3>(line, &mut self.equal, &mut self.packed),
        };
        out.push(low_byte(count));
        out.extend_from_slice(&self.packed[..length]);
    }
}

/// One line of pixels of `N` bytes; how many bytes of `packed` it became.
///
/// A literal goes on up to where a run begins that pays for itself: three equal pixels of one byte or two of three bytes.
fn pack<const N: usize>(line: &[u8], equal: &mut Equal, packed: &mut [u8]) -> usize {
    let (mut at, mut end) = (0, 0);
    for &[first, last] in equal.look::<N>(line).as_chunks().0 {
        // Equal bytes may begin and end within a pixel.
        let begin = (first as usize).next_multiple_of(N);
        let mut run = (last as usize + shifts::<N>()).saturating_sub(begin) / N + 1;
        if run < 2 {
            continue;
        }
        end += literal::<N>(&line[at..], begin - at, &mut packed[end..]);
        at = begin + run * N;
        while run > 0 {
            let part = run.min(MAX_RUN);
            packed[end] = low_byte(part - 1);
            packed[end + 1..end + 1 + N].copy_from_slice(&line[begin..begin + N]);
            end += 1 + N;
            run -= part;
        }
    }
    end + literal::<N>(&line[at..], line.len() - at, &mut packed[end..])
}

/// The first `length` bytes of `rest` as they are, counted; how many bytes of `packed` they became.
fn literal<const N: usize>(rest: &[u8], length: usize, packed: &mut [u8]) -> usize {
    let (mut at, mut end) = (0, 0);
    while at < length {
        let part = (length - at).min(MAX_RUN * N);
        // 129 to 255 stand for 128 to 2 different pixels; a single one, 256, is 0: a run of one.
        packed[end] = low_byte(257 - part / N);
        let (from, to) = (&rest[at..], &mut packed[end + 1..]);
        // What is short is put as sixteen bytes, for a length that is known takes no call; what comes next overwrites
        // the rest of them.
        match (from.first_chunk::<16>(), to.first_chunk_mut::<16>()) {
            (Some(from), Some(to)) if part <= 16 => *to = *from,
            _ => to[..part].copy_from_slice(&from[..part]),
        }
        at += part;
        end += 1 + part;
    }
    end
}

/// Where runs begin and end in a line: it is compared with itself a pixel on, without a branch, into a bit a byte, and
/// only the edges of the bits are visited. What packs knows all places before it starts, and so waits for none of them.
#[derive(Debug, Default)]
struct Equal {
    /// In turn the first byte that is like those after it, and the first that no longer is, by [`shifts`] too early.
    edges: Vec<u32>,
}

/// How many bytes more than one must equal the byte a pixel on before it is worth a look: three equal pixels of one byte,
/// or two of three bytes.
const fn shifts<const N: usize>() -> usize {
    if N == 1 { 1 } else { N - 1 }
}

impl Equal {
    fn look<const N: usize>(&mut self, line: &[u8]) -> &[u32] {
        // At most an edge a byte, and room to write four.
        self.edges.resize(line.len() + 4, 0);
        let mut found = 0;
        let next = line.get(N..).unwrap_or_default();
        let (here, here_rest) = line[..next.len()].as_chunks::<64>();
        let (next, next_rest) = next.as_chunks::<64>();
        let (mut last, mut after) = ([0; 64], [1; 64]);
        last[..here_rest.len()].copy_from_slice(here_rest);
        after[..next_rest.len()].copy_from_slice(next_rest);
        // A word behind, for the bits of the word after are needed; the last word is of zeros.
        let mut word = match (here.first(), next.first()) {
            (Some(here), Some(next)) => equal_bytes(here, next),
            _ => equal_bytes(&last, &after),
        };
        let (mut begin, mut carry) = (0, 0);
        let rest = here.iter().zip(next).skip(1).map(|(here, next)| equal_bytes(here, next));
        let end = (!here.is_empty()).then(|| equal_bytes(&last, &after));
        for following in rest.chain(end).chain([0, 0]) {
            let runs = (1..=shifts::<N>()).fold(word, |runs, by| runs & (word >> by | following << (64 - by)));
            let mut edges = runs ^ (runs << 1 | carry);
            // Four at a time, for how many there are cannot be foretold; what is too much is overwritten.
            let count = edges.count_ones() as usize;
            let mut place = found;
            found += count;
            while edges != 0 {
                let Some(four) = self.edges.get_mut(place..place + 4) else { break };
                for edge in four {
                    *edge = begin + edges.trailing_zeros();
                    edges &= edges.wrapping_sub(1);
                }
                place += 4;
            }
            carry = runs >> 63;
            word = following;
            begin += 64;
        }
        &self.edges[..found]
    }
}

/// Bit *i* tells whether byte *i* of both is the same.
#[cfg(target_arch = "x86_64")]
fn equal_bytes(here: &[u8; 64], next: &[u8; 64]) -> u64 {
    use std::arch::x86_64::{_mm_cmpeq_epi8, _mm_loadu_si128, _mm_movemask_epi8};
    let (here, next) = (here.as_chunks::<16>().0, next.as_chunks::<16>().0);
    here.iter().zip(next).rev().fold(0, |word, (here, next)| {
        // SAFETY: sixteen bytes are read where sixteen are, wherever they lie; every x86-64 has SSE2.
        let bits = unsafe {
            let (here, next) = (_mm_loadu_si128(here.as_ptr().cast()), _mm_loadu_si128(next.as_ptr().cast()));
            _mm_movemask_epi8(_mm_cmpeq_epi8(here, next))
        };
        word << 16 | u64::from(bits.cast_unsigned())
    })
}

#[cfg(not(target_arch = "x86_64"))]
use equal_bytes_anywhere as equal_bytes;

/// Bit *i* tells whether byte *i* of both is the same: eight bytes at a time, for any processor.
#[cfg(any(test, not(target_arch = "x86_64")))]
fn equal_bytes_anywhere(here: &[u8; 64], next: &[u8; 64]) -> u64 {
    const LOW: u64 = 0x7f7f_7f7f_7f7f_7f7f;
    // The product has the lowest bits of all eight bytes side by side.
    const GATHER: u64 = 0x0002_0408_1020_4081;
    let (here, next) = (here.as_chunks::<8>().0, next.as_chunks::<8>().0);
    here.iter().zip(next).enumerate().fold(0, |word, (at, (here, next))| {
        let differ = u64::from_le_bytes(*here) ^ u64::from_le_bytes(*next);
        // The high bit of each byte that is zero, exactly (no borrow runs from byte to byte).
        let equal = !(((differ & LOW) + LOW) | differ | LOW);
        word | ((equal >> 7).wrapping_mul(GATHER) >> 49 & 0xff) << (8 * at)
    })
}

#[expect(clippy::cast_possible_truncation, reason = "callers stay within 0 to 255")]
fn low_byte(count: usize) -> u8 {
    count as u8
}

#[cfg(test)]
mod tests {
    use super::{PageEncoder, equal_bytes, equal_bytes_anywhere};
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
        assert_eq!(packed(&[9, 9, 1], ColorSpace::Sgray8, 1), [0, 254, 9, 9, 1]);
        assert_eq!(packed(&[9, 9, 9, 1], ColorSpace::Sgray8, 1), [0, 2, 9, 0, 1]);
        assert_eq!(packed(&[1, 2, 3, 1, 2, 3, 4, 5, 6], ColorSpace::Srgb8, 1), [0, 1, 1, 2, 3, 0, 4, 5, 6]);
        assert_eq!(packed(&[255; 300], ColorSpace::Sgray8, 1), [0, 127, 255, 127, 255, 43, 255]);
    }

    #[test]
    fn equal_lines_are_counted_up_to_256() {
        assert_eq!(packed(&[7; 5], ColorSpace::Sgray8, 256), [255, 4, 7]);
        assert_eq!(packed(&[7; 5], ColorSpace::Sgray8, 258), [255, 4, 7, 1, 4, 7]);
    }

    #[test]
    fn bytes_are_compared_alike_on_every_processor() {
        let (mut here, mut next) = ([0; 64], [0; 64]);
        let mut state = 1_u32;
        for _ in 0..1000 {
            for byte in here.iter_mut().chain(&mut next) {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                *byte = (state >> 30) as u8 * 85;
            }
            let expected = here.iter().zip(&next).rev().fold(0, |word, (a, b)| word << 1 | u64::from(a == b));
            assert_eq!(equal_bytes(&here, &next), expected);
            assert_eq!(equal_bytes_anywhere(&here, &next), expected);
        }
    }

    #[test]
    fn an_empty_page_is_nothing() {
        assert_eq!(packed(&[], ColorSpace::Sgray8, 3), [] as [u8; 0]);
    }
}
