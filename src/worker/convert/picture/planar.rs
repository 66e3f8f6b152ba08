//! A page of a TIFF whose colours lie apart (`PlanarConfiguration` 2, TIFF 6.0 page 38): all that is red, then all that is
//! green, then all that is blue, in strips or tiles of their own. They are read one by one, since the decoder of whole
//! pictures panics at the tiles along the lower edge (image-rs/image-tiff#403).

use std::io::Cursor;

use image::{DynamicImage, RgbImage, RgbaImage, metadata::Orientation};
use tiff::{
    ColorType, TiffError,
    decoder::{ChunkType, Decoder, DecodingResult, Limits},
    tags::Tag,
};

use crate::{
    document::refusal::Refusal,
    settings::convert::Convert,
    worker::{child::Failure, convert::child::refuse},
};

/// What is read of a file in memory.
type File<'a> = Decoder<Cursor<&'a [u8]>>;

/// The first page upright, of at most so many pixels; red, green and blue of eight bits, with or without alpha.
pub(super) fn decode(bytes: &[u8], limits: &Convert) -> Result<DynamicImage, Failure> {
    let mut file = Decoder::new(Cursor::new(bytes)).map_err(|error| refused(&error))?;
    // Further planes may follow; nobody says what they mean.
    let colours = match file.colortype().map_err(|error| refused(&error))? {
        ColorType::RGB(8) => 3,
        ColorType::RGBA(8) => 4,
        _ => return Err(refuse(Refusal::Unsupported)),
    };
    let grid = Grid::of(&mut file, limits)?;
    let most = usize::try_from(limits.address_space_bytes / 2).unwrap_or(usize::MAX);
    let mut bounds = Limits::default();
    bounds.decoding_buffer_size = most;
    let mut file = file.with_limits(bounds);
    let whole = grid.width.checked_mul(grid.height).and_then(|pixels| pixels.checked_mul(colours));
    let whole = whole.filter(|whole| *whole <= most).ok_or_else(|| refuse(Refusal::TooLarge))?;
    let mut pixels = vec![0; whole];
    let places = (0..colours).flat_map(|colour| grid.places().map(move |place| (colour, place)));
    for (index, (colour, place)) in (0..).zip(places) {
        let piece = file.read_chunk(index).map_err(|error| refused(&error))?;
        let DecodingResult::U8(samples) = piece else { return Err(refuse(Refusal::Unsupported)) };
        grid.put(&samples, place, &mut pixels, (colour, colours));
    }
    let mut image = picture(&grid, pixels, colours).ok_or_else(|| refuse(Refusal::Corrupted))?;
    image.apply_orientation(orientation(&mut file));
    Ok(image)
}

fn picture(grid: &Grid, pixels: Vec<u8>, colours: usize) -> Option<DynamicImage> {
    let (width, height) = (u32::try_from(grid.width).ok()?, u32::try_from(grid.height).ok()?);
    match colours {
        3 => RgbImage::from_raw(width, height, pixels).map(DynamicImage::from),
        _ => RgbaImage::from_raw(width, height, pixels).map(DynamicImage::from),
    }
}

/// How the first page was held (TIFF 6.0 page 36).
fn orientation(file: &mut File) -> Orientation {
    let turn = file.find_tag_unsigned::<u8>(Tag::Orientation).ok().flatten();
    turn.and_then(Orientation::from_exif).unwrap_or(Orientation::NoTransforms)
}

fn refused(error: &TiffError) -> Failure {
    refuse(match error {
        TiffError::LimitsExceeded => Refusal::TooLarge,
        TiffError::UnsupportedError(_) => Refusal::Unsupported,
        _ => Refusal::Corrupted,
    })
}

/// How each plane is cut: into strips (TIFF 6.0 page 39), which are as wide as the picture, or into tiles (§15).
struct Grid {
    width: usize,
    height: usize,
    /// Of a strip or tile, with what of it lies outside the picture.
    across: usize,
    down: usize,
}

impl Grid {
    /// The first page's, if all of it may be decoded.
    fn of(file: &mut File, limits: &Convert) -> Result<Self, Failure> {
        let (width, height) = file.dimensions().map_err(|error| refused(&error))?;
        let (across, down) = file.chunk_dimensions();
        if [width, height, across, down].contains(&0) {
            return Err(refuse(Refusal::Corrupted));
        }
        // Tiles are decoded with what of them lies outside: it counts, or a low picture of high tiles would take hours.
        let (wide, high) = match file.get_chunk_type() {
            ChunkType::Strip => (width.into(), height.into()),
            ChunkType::Tile => {
                (u64::from(width).next_multiple_of(across.into()), u64::from(height).next_multiple_of(down.into()))
            }
        };
        if wide.saturating_mul(high) > limits.pixels {
            return Err(refuse(Refusal::TooLarge));
        }
        let [width, height, across, down] = [width, height, across, down].map(|side| side as usize);
        Ok(Self { width, height, across, down })
    }

    /// Where a plane's strips or tiles begin, pixels from the left and from above, in the order in which they lie.
    fn places(&self) -> impl Iterator<Item = (usize, usize)> + use<> {
        let Self { width, height, across, down } = *self;
        (0..height).step_by(down).flat_map(move |above| (0..width).step_by(across).map(move |left| (left, above)))
    }

    /// Puts one colour of a strip or tile among the pixels, which have so many colours each.
    fn put(&self, samples: &[u8], (left, above): (usize, usize), pixels: &mut [u8], (colour, colours): (usize, usize)) {
        // What of a tile lies beyond the right edge was left out; below the lower edge it may be there.
        let row = self.across.min(self.width.saturating_sub(left)).max(1);
        let lines = pixels.chunks_exact_mut(self.width * colours).skip(above);
        for (line, samples) in lines.zip(samples.chunks_exact(row)) {
            for (pixel, sample) in line.chunks_exact_mut(colours).skip(left).zip(samples) {
                pixel[colour] = *sample;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use image::DynamicImage;

    use super::decode;
    use crate::settings::convert::Convert;

    /// A picture of 3 by 5 pixels in pieces of `across` by `down`, whose colours tell where they belong; tags in `tiled` take
    /// the place of those of strips. `more` are further tags, of one number each.
    fn planes(colours: u16, (across, down): (u16, u16), tiled: bool, more: &[(u16, u16)]) -> Vec<u8> {
        let (columns, rows) = (3_u16.div_ceil(across), 5_u16.div_ceil(down));
        let count = u32::from(columns * rows * colours);
        let mut file = b"II*\0\0\0\0\0".to_vec();
        let mut offsets = Vec::new();
        for colour in 0..colours {
            for (row, column) in (0..rows).flat_map(|row| (0..columns).map(move |column| (row, column))) {
                offsets.push(u32::try_from(file.len()).expect("small"));
                // Strips end with the picture, tiles do not.
                let end = if tiled { u16::MAX } else { 5 };
                for y in (row * down..(row + 1) * down).take_while(|y| *y < end) {
                    file.extend((column * across..(column + 1) * across).map(|x| at(x, y, colour)));
                }
            }
        }
        let sizes = vec![u32::from(across * down); offsets.len()];
        let mut long = |numbers: &[u32]| {
            let at = file.len();
            file.extend(numbers.iter().flat_map(|number| number.to_le_bytes()));
            u32::try_from(at).expect("small")
        };
        let (offsets, sizes) = (long(&offsets), long(&sizes));
        let short = |tag: u16, number: u16| (tag, 3_u16, 1, u32::from(number));
        let mut tags =
            vec![short(256, 3), short(257, 5), short(258, 8), short(262, 2), short(277, colours), short(284, 2)];
        match tiled {
            true => {
                tags.extend([short(322, across), short(323, down), (324, 4, count, offsets), (325, 4, count, sizes)])
            }
            false => tags.extend([short(278, down), (273, 4, count, offsets), (279, 4, count, sizes)]),
        }
        tags.extend(more.iter().map(|(tag, number)| short(*tag, *number)));
        tags.sort_unstable();
        let start = u32::try_from(file.len()).expect("small");
        file[4..8].copy_from_slice(&start.to_le_bytes());
        file.extend(u16::try_from(tags.len()).expect("few").to_le_bytes());
        for (tag, form, count, number) in tags {
            file.extend([tag.to_le_bytes(), form.to_le_bytes()].concat());
            file.extend([count.to_le_bytes(), number.to_le_bytes()].concat());
        }
        file.extend([0; 4]);
        file
    }

    fn at(x: u16, y: u16, colour: u16) -> u8 {
        u8::try_from(x * 50 + y * 7 + colour * 13).unwrap_or(u8::MAX)
    }

    fn is_whole(image: &DynamicImage, colours: u16) -> bool {
        let bytes = (0..5).flat_map(|y| (0..3).flat_map(move |x| (0..colours).map(move |colour| at(x, y, colour))));
        (image.width(), image.height()) == (3, 5) && image.as_bytes().iter().copied().eq(bytes)
    }

    #[test]
    fn strips_and_tiles_are_put_together() {
        let limits = Convert::default();
        for (pieces, tiled) in [((3, 5), false), ((3, 2), false), ((3, 1), false), ((2, 2), true), ((16, 16), true)] {
            for (colours, more) in [(3, &[][..]), (4, &[(338, 2)])] {
                let image = decode(&planes(colours, pieces, tiled, more), &limits).expect("a picture");
                assert!(is_whole(&image, colours), "{colours} colours in {pieces:?}");
            }
        }
        // A fourth plane of no known meaning.
        let image = decode(&planes(4, (2, 2), true, &[(338, 0)]), &limits).expect("a picture");
        assert!(is_whole(&image, 3));
        let image = decode(&planes(3, (3, 2), false, &[(274, 6)]), &limits).expect("a picture");
        assert_eq!((image.width(), image.height()), (5, 3));
    }

    #[test]
    fn what_is_too_large_or_cut_short_is_refused() {
        let limits = Convert::default();
        let small = Convert { pixels: 23, ..Convert::default() };
        assert!(decode(&planes(3, (3, 2), false, &[]), &small).is_ok());
        // What lies outside the picture counts: 4 by 6.
        assert!(decode(&planes(3, (2, 2), true, &[]), &small).is_err());
        let file = planes(3, (2, 2), true, &[]);
        for end in 0..file.len() - 4 {
            assert!(decode(&file[..end], &limits).is_err(), "{end}");
        }
        // Neither half a picture nor one in other colours.
        assert!(decode(&planes(5, (3, 2), false, &[]), &limits).is_err());
        assert!(decode(&planes(3, (3, 2), false, &[(339, 2)]), &limits).is_err());
    }
}
