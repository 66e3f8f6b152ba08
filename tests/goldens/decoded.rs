//! Documents for printers back into pixels: PWG Raster by the product's decoder, the others by what is written here anew.

use std::io::Read as _;

use flate2::read::ZlibDecoder;
use ottisk::{
    job::plan::{ColorSpace, Format, Plan},
    raster::{
        halftone,
        place::media_pixels,
        pwg::decode::{Decoder, Limits},
    },
};

/// The pages' pixels, 1 or 3 bytes each; dots are 0 and 255. `None` for JPEG, which is not what was drawn.
pub fn pages(plan: &Plan, document: &[u8]) -> Option<Vec<Vec<u8>>> {
    let (width, height) = media_pixels(&plan.media, plan.resolution);
    match plan.format {
        Format::PwgRaster => Some(pwg(plan, document)),
        Format::Urf => Some(urf(document, width as usize, height as usize)),
        Format::Pdf => Some(pdf(plan.color_space, document, width as usize)),
        Format::Jpeg => None,
    }
}

fn unpacked(color_space: ColorSpace, line: &[u8], width: usize) -> Vec<u8> {
    match color_space {
        ColorSpace::Black1 => halftone::unpack(line, width).collect(),
        _ => line.to_vec(),
    }
}

fn pwg(plan: &Plan, document: &[u8]) -> Vec<Vec<u8>> {
    let (max_width, max_height) = media_pixels(&plan.media, plan.resolution);
    let mut decoder = Decoder::new(document, Limits { max_width, max_height, max_pages: plan.raster_pages() });
    let mut pages = Vec::new();
    while let Some(header) = decoder.next_page().expect("whole") {
        assert_eq!((header.width, header.height, header.resolution), (max_width, max_height, plan.resolution));
        assert_eq!((header.color_space, header.sides), (plan.color_space, plan.sides));
        assert_eq!((header.total_pages, header.media_name.as_str()), (plan.raster_pages(), plan.media.name.as_str()));
        let mut pixels = Vec::new();
        while let Some(row) = decoder.next_row().expect("whole") {
            pixels.extend(unpacked(plan.color_space, row, max_width as usize));
        }
        pages.push(pixels);
    }
    pages
}

/// Apple Raster: 12 bytes, then for each page 32 and its lines.
pub fn urf(document: &[u8], width: usize, height: usize) -> Vec<Vec<u8>> {
    let number = |at: usize| u32::from_be_bytes(document[at..at + 4].try_into().expect("four")) as usize;
    assert_eq!(&document[..8], b"UNIRAST\0");
    let (mut at, mut pages) = (12, Vec::new());
    while at < document.len() {
        assert_eq!((number(at + 12), number(at + 16)), (width, height));
        let size = usize::from(document[at]) / 8;
        at += 32;
        let mut pixels = Vec::new();
        while pixels.len() < width * height * size {
            let times = usize::from(document[at]) + 1;
            at += 1;
            let mut line = Vec::new();
            while line.len() < width * size {
                let control = usize::from(document[at]);
                at += 1;
                assert_ne!(control, 128, "the rest of the line as white is never sent");
                let (length, repeat) = if control < 128 { (size, control + 1) } else { ((257 - control) * size, 1) };
                line.extend(document[at..at + length].repeat(repeat));
                at += length;
            }
            assert_eq!(line.len(), width * size, "a run goes over the end of its line");
            pixels.extend(line.repeat(times));
        }
        assert_eq!(pixels.len(), width * height * size, "a line stands below the page");
        pages.push(pixels);
    }
    assert_eq!(pages.len(), number(8), "the number of pages is told first");
    pages
}

fn pdf(color_space: ColorSpace, document: &[u8], width: usize) -> Vec<Vec<u8>> {
    let mark = b"/Filter/FlateDecode/Length ";
    let begins = (0..document.len() - mark.len()).filter(|at| document[*at..].starts_with(mark));
    begins
        .map(|at| {
            let begin = at + document[at..].windows(7).position(|bytes| bytes == b"stream\n").expect("a stream") + 7;
            let mut lines = Vec::new();
            ZlibDecoder::new(&document[begin..]).read_to_end(&mut lines).expect("whole");
            let length = color_space.bytes_per_line(u32::try_from(width).expect("small"));
            lines.chunks_exact(length).flat_map(|line| unpacked(color_space, line, width)).collect()
        })
        .collect()
}
