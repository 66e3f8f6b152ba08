//! Gray into black dots for printers that take nothing else (`black_1`, PWG 5102.4 §5.2.2): each pixel is compared with a
//! blue-noise mask that lies over the page like wallpaper.
//!
//! A pixel's dot depends on its place and its gray alone, so bands and children of any number make the same page. What is
//! black or white stays so; text and lines are drawn without smoothing before, and so keep their edges.

mod thresholds {
    include!(concat!(env!("OUT_DIR"), "/halftone.rs"));
}
#[cfg(test)]
mod mask;

use thresholds::{SIDE, THRESHOLDS};

/// Makes lines of gray pixels black, 0, or white, 255. They begin every `stride` bytes of `band` with line `top` of the
/// page.
pub fn dither(band: &mut [u8], stride: usize, top: usize) {
    for (line, y) in band.chunks_mut(stride.max(1)).zip(top..) {
        let thresholds = &THRESHOLDS[y % SIDE];
        for pixels in line.chunks_mut(SIDE) {
            for (pixel, threshold) in pixels.iter_mut().zip(thresholds) {
                *pixel = if *pixel < *threshold { 0 } else { 255 };
            }
        }
    }
}

/// Eight pixels of [`dither`] in a byte, the first in the highest bit, 1 for black; lines of `width` pixels begin on whole
/// bytes, and what is left of the last is white.
pub fn pack(band: &[u8], stride: usize, width: usize, packed: &mut Vec<u8>) {
    // The product has the lowest bits of all eight bytes side by side in its highest byte, the first one's on top.
    const GATHER: u64 = 0x8040_2010_0804_0201;
    const LOWEST: u64 = 0x0101_0101_0101_0101;
    packed.clear();
    packed.reserve(band.len().div_ceil(8));
    for line in band.chunks(stride.max(1)) {
        let (eights, rest) = line.get(..width).unwrap_or(line).as_chunks::<8>();
        let mut last = [255; 8];
        last[..rest.len()].copy_from_slice(rest);
        let last = (!rest.is_empty()).then_some(last);
        packed.extend(eights.iter().chain(&last).map(|eight| {
            let black = !u64::from_le_bytes(*eight) & LOWEST;
            (black.wrapping_mul(GATHER) >> 56).to_le_bytes()[0]
        }));
    }
}

/// Packed pixels back into gray, for whoever shows them.
pub fn unpack(packed: &[u8], width: usize) -> impl Iterator<Item = u8> {
    let bits = packed.iter().flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1));
    bits.take(width).map(|black| if black == 1 { 0 } else { 255 })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, prop, prop_assert_eq, proptest};

    use super::{
        SIDE, THRESHOLDS, dither,
        mask::{DOTS, ranks},
        pack, unpack,
    };

    /// `side` × `side` pixels of one gray, dithered.
    fn flat(gray: u8, side: usize) -> Vec<u8> {
        let mut band = vec![gray; side * side];
        dither(&mut band, side, 0);
        band
    }

    #[test]
    fn every_rank_is_there_once_and_is_a_threshold() {
        let mut sorted = ranks();
        let thresholds: Vec<_> = sorted.iter().map(|rank| u8::try_from(1 + usize::from(*rank) * 255 / DOTS)).collect();
        assert!(thresholds.into_iter().map(Result::unwrap).eq(THRESHOLDS.as_flattened().iter().copied()));
        sorted.sort_unstable();
        assert!(sorted.into_iter().map(usize::from).eq(0..DOTS));
    }

    #[test]
    fn black_and_white_are_exact_and_each_gray_has_its_share() {
        assert!(flat(0, 100).iter().all(|dot| *dot == 0) && flat(255, 100).iter().all(|dot| *dot == 255));
        let mut before = DOTS + 1;
        for gray in 0..=255 {
            let black = flat(gray, SIDE).iter().filter(|dot| **dot == 0).count();
            let share = DOTS * (255 - usize::from(gray)) / 255;
            assert!(black.abs_diff(share) <= DOTS / 255, "gray {gray}: {black} black dots, not {share}");
            assert!(black < before, "gray {gray} is no lighter than the one before");
            before = black;
        }
    }

    /// Blue noise: squares of eight dots hold nearly the same black, far nearer than dots by chance would, and no two
    /// black dots of a light gray touch.
    #[test]
    fn grays_are_even() {
        for gray in [32, 64, 96, 128, 160, 192, 224] {
            let dots = flat(gray, SIDE);
            let squares = (0..SIDE - 8).step_by(4).flat_map(|y| (0..SIDE - 8).step_by(4).map(move |x| (x, y)));
            let counts: Vec<f64> = squares
                .map(|(x, y)| {
                    (0..8).map(|row| dots[(y + row) * SIDE + x..][..8].iter().filter(|dot| **dot == 0).count()).sum()
                })
                .map(|count: usize| count as f64)
                .collect();
            let mean = counts.iter().sum::<f64>() / counts.len() as f64;
            let variance = counts.iter().map(|count| (count - mean).powi(2)).sum::<f64>() / counts.len() as f64;
            let share = f64::from(255 - gray) / 255.0;
            let by_chance = 64.0 * share * (1.0 - share);
            assert!(variance < by_chance / 4.0, "gray {gray}: {variance:.2}, by chance {by_chance:.2}");
        }
        let light = flat(240, SIDE);
        let black = |x: usize, y: usize| light[y % SIDE * SIDE + x % SIDE] == 0;
        for (x, y) in (0..SIDE).flat_map(|y| (0..SIDE).map(move |x| (x, y))).filter(|(x, y)| black(*x, *y)) {
            let touches =
                [(1, 0), (0, 1), (1, 1), (SIDE - 1, 1)].iter().any(|(right, down)| black(x + right, y + down));
            assert!(!touches, "two black dots touch at {x}, {y}");
        }
    }

    proptest! {
        #[test]
        fn bands_of_any_height_make_the_same_page(
            pixels in prop::collection::vec(any::<u8>(), 1..9_000), width in 1_usize..200, cut in 1_usize..100,
        ) {
            let mut whole = pixels.clone();
            dither(&mut whole, width, 0);
            let mut bands = pixels;
            for (band, number) in bands.chunks_mut(width * cut).zip(0..) {
                dither(band, width, number * cut);
            }
            prop_assert_eq!(whole, bands);
        }

        #[test]
        fn what_is_packed_is_unpacked(
            dots in prop::collection::vec(any::<bool>(), 1..2_000), width in 1_usize..100, padding in 0_usize..4,
        ) {
            let lines: Vec<Vec<u8>> =
                dots.chunks_exact(width).map(|line| line.iter().map(|dot| u8::from(*dot) * 255).collect()).collect();
            let band: Vec<u8> =
                lines.iter().flat_map(|line| line.iter().copied().chain((0..padding).map(|_| 0))).collect();
            let mut packed = vec![7];
            pack(&band, width + padding, width, &mut packed);
            prop_assert_eq!(packed.len(), width.div_ceil(8) * lines.len());
            for (line, packed) in lines.iter().zip(packed.chunks_exact(width.div_ceil(8))) {
                prop_assert_eq!(line, &unpack(packed, width).collect::<Vec<_>>());
                let rest = packed.last().map_or(0, |byte| byte.trailing_zeros()) as usize;
                prop_assert_eq!(rest >= packed.len() * 8 - width, true);
            }
        }
    }

    #[test]
    fn the_first_pixel_is_the_highest_bit() {
        let mut packed = Vec::new();
        pack(&[0, 255, 255, 255, 255, 255, 255, 0, 255, 0], 10, 10, &mut packed);
        assert_eq!(packed, [0b1000_0001, 0b0100_0000]);
    }
}
