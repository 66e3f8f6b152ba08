//! Where a page lies on the medium (`print-scaling`, PWG 5100.13 §6.2.9; `media-col`, PWG 5100.7 §6.3).
//!
//! Pages are measured in points (1/72 inch) as PDF does, media in 1/100 mm as IPP does, the answer is in device pixels.
//! A page's size is a stranger's word: whatever it says, the numbers here stay small enough for 32 bits.

use crate::job::plan::{Media, NumberUp, Scaling};

/// The longest side that is ever drawn, in pixels; a page that would be larger is made smaller as a whole.
const MAX_SIDE: f64 = 1_000_000.0;

/// What may be called equal: one pixel, or this part of the length.
const SNAP: f64 = 0.005;

/// A rectangle on the medium in device pixels, from its top left corner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Area {
    /// From the left edge of the medium.
    pub x: u32,
    /// From the top edge of the medium.
    pub y: u32,
    /// 1 or more.
    pub width: u32,
    /// 1 or more.
    pub height: u32,
}

/// Where the page is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Placement {
    /// Width of the raster, in pixels: the whole medium.
    pub media_width: u32,
    /// Height of the raster, in pixels.
    pub media_height: u32,
    /// Left edge of the drawn page; negative when it hangs over.
    pub x: i32,
    /// Top edge of the drawn page; negative when it hangs over.
    pub y: i32,
    /// Width of the drawn page after turning, in pixels, 1 or more.
    pub width: u32,
    /// Height of the drawn page after turning, in pixels, 1 or more.
    pub height: u32,
    /// Clockwise quarter turns the renderer gives the page: 0 or 3.
    pub quarter_turns: u8,
    /// The printable area; nothing is drawn outside it.
    pub clip: Area,
}

/// Size of a medium in pixels at `resolution` dots per inch.
pub fn media_pixels(media: &Media, resolution: u32) -> (u32, u32) {
    (pixels(media.width, resolution).max(1), pixels(media.height, resolution).max(1))
}

/// Lays a page of `page_width_pt` × `page_height_pt` points (its `/Rotate` applied already) on `media`.
///
/// A page whose long side lies across the medium's is turned counter-clockwise, as PWG 5100.13 has landscape.
pub fn place(page_width_pt: f32, page_height_pt: f32, media: &Media, resolution: u32, scaling: Scaling) -> Placement {
    let sheet = sheet(media, resolution);
    place_in((page_width_pt, page_height_pt), sheet, printable(media, resolution, sheet), sheet, resolution, scaling)
}

/// Lays pages of these sizes in points, [`NumberUp::get`] at the most, on one side of a sheet.
///
/// More than one stand in equal cells of the printable area, each fitted to its own whatever `scaling` says, and are read
/// in the order of lines (`presentation-direction-number-up` `toright-tobottom`) the way the first of them is held.
pub fn place_all(
    pages: &[(f32, f32)],
    media: &Media,
    resolution: u32,
    scaling: Scaling,
    number_up: NumberUp,
) -> Vec<Placement> {
    let sheet = sheet(media, resolution);
    let clip = printable(media, resolution, sheet);
    let Some(&first) = pages.first() else { return Vec::new() };
    if number_up == NumberUp::One {
        return vec![place_in(first, sheet, clip, sheet, resolution, scaling)];
    }
    let cells = cells(clip, number_up, first);
    let placed = pages.iter().zip(cells);
    placed.map(|(page, cell)| place_in(*page, cell, cell, sheet, resolution, Scaling::Fit)).collect()
}

/// Equal cells of `area` in the order in which they are read.
fn cells(area: Area, number_up: NumberUp, first: (f32, f32)) -> Vec<Area> {
    let (columns, rows) = match number_up {
        NumberUp::One => (1, 1),
        NumberUp::Two if area.width < area.height => (1, 2),
        NumberUp::Two => (2, 1),
        NumberUp::Four => (2, 2),
    };
    let (width, height) = ((area.width / columns).max(1), (area.height / rows).max(1));
    let cell = |column: u32, row: u32| Area { x: area.x + column * width, y: area.y + row * height, width, height };
    match turns((points(first.0), points(first.1)), cell(0, 0)) {
        false => (0..rows).flat_map(|row| (0..columns).map(move |column| cell(column, row))).collect(),
        // Turned counter-clockwise, a line runs from the bottom to the top, and the next is to its right.
        true => (0..columns).flat_map(|column| (0..rows).rev().map(move |row| cell(column, row))).collect(),
    }
}

/// Whether the page's long side lies across the area's.
fn turns(page: (f64, f64), area: Area) -> bool {
    (page.0 > page.1 && area.width < area.height) || (page.0 < page.1 && area.width > area.height)
}

fn sheet(media: &Media, resolution: u32) -> Area {
    let (width, height) = media_pixels(media, resolution);
    Area { x: 0, y: 0, width, height }
}

/// Lays a page in `whole`, of which `clip` can be printed, on `medium`.
fn place_in(page: (f32, f32), whole: Area, clip: Area, medium: Area, resolution: u32, scaling: Scaling) -> Placement {
    let mut page = (points(page.0), points(page.1));
    let turned = turns(page, clip);
    if turned {
        page = (page.1, page.0);
    }
    let own = f64::from(resolution) / 72.0;
    let scaling = match scaling {
        Scaling::Auto => automatic(page, own, whole, clip),
        asked => asked,
    };
    let (within, (width, height)) = match scaling {
        Scaling::None => (whole, capped(page, own)),
        Scaling::Fill => (whole, snapped(capped(page, ratios(page, whole, f64::max)), whole)),
        Scaling::Fit | Scaling::Auto => (clip, fitted(page, clip)),
    };
    Placement {
        media_width: medium.width,
        media_height: medium.height,
        x: centred(within.x, within.width, width),
        y: centred(within.y, within.height, height),
        width,
        height,
        quarter_turns: if turned { 3 } else { 0 },
        clip,
    }
}

/// PWG 5100.13 `auto`: a page that is larger than the medium is fitted, or fills a medium without margins;
/// any other keeps its size.
fn automatic(page: (f64, f64), own: f64, sheet: Area, clip: Area) -> Scaling {
    let larger = |side: f64, limit: u32| side * own > f64::from(limit) + slack(limit);
    match larger(page.0, sheet.width) || larger(page.1, sheet.height) {
        false => Scaling::None,
        true if clip == sheet => Scaling::Fill,
        true => Scaling::Fit,
    }
}

/// The medium without its margins. Margins that leave nothing are not believed.
fn printable(media: &Media, resolution: u32, sheet: Area) -> Area {
    let span = |before: u32, after: u32, side: u32| {
        let (before, after) = (pixels(before, resolution), pixels(after, resolution));
        match side.checked_sub(before.saturating_add(after)) {
            Some(inside) if inside > 0 => (before, inside),
            _ => (0, side),
        }
    };
    let (x, width) = span(media.margins.left, media.margins.right, sheet.width);
    let (y, height) = span(media.margins.top, media.margins.bottom, sheet.height);
    Area { x, y, width, height }
}

/// 1/100 mm to pixels.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped just before")]
fn pixels(hundredths: u32, resolution: u32) -> u32 {
    (f64::from(hundredths) / 2_540.0 * f64::from(resolution)).round().clamp(0.0, MAX_SIDE) as u32
}

/// A page's side as a number that can be divided by.
fn points(side: f32) -> f64 {
    if side.is_nan() { 1.0 } else { f64::from(side).clamp(0.001, 1e12) }
}

fn ratios(page: (f64, f64), area: Area, choose: fn(f64, f64) -> f64) -> f64 {
    choose(f64::from(area.width) / page.0, f64::from(area.height) / page.1)
}

/// The page's size in pixels at `scale` pixels a point, both sides between 1 and [`MAX_SIDE`].
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped just before")]
fn capped(page: (f64, f64), scale: f64) -> (u32, u32) {
    let scale = scale.min(MAX_SIDE / page.0.max(page.1));
    let side = |points: f64| (points * scale).round().clamp(1.0, MAX_SIDE) as u32;
    (side(page.0), side(page.1))
}

fn fitted(page: (f64, f64), area: Area) -> (u32, u32) {
    let (width, height) = capped(page, ratios(page, area, f64::min));
    snapped((width.min(area.width), height.min(area.height)), area)
}

/// A size that all but equals the area becomes the area, so that A4 on A4 leaves no stripe of one pixel.
fn snapped((width, height): (u32, u32), area: Area) -> (u32, u32) {
    let snap = |side: u32, limit: u32| if f64::from(side.abs_diff(limit)) <= slack(limit) { limit } else { side };
    (snap(width, area.width), snap(height, area.height))
}

fn slack(side: u32) -> f64 {
    (f64::from(side) * SNAP).max(1.0)
}

/// Where `side` begins when it lies in the middle of `within`; both are [`MAX_SIDE`] at the most.
fn centred(start: u32, within: u32, side: u32) -> i32 {
    let wide = i64::from(start) + (i64::from(within) - i64::from(side)).div_euclid(2);
    i32::try_from(wide).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{Just, any, prop_assert, prop_oneof, proptest};

    use super::{Placement, place, place_all};
    use crate::job::plan::{Margins, Media, NumberUp, Scaling};

    const A4: (f32, f32) = (595.276, 841.89);

    fn bordered() -> Media {
        Media { margins: Margins { top: 423, right: 423, bottom: 423, left: 423 }, ..Media::a4() }
    }

    fn rect(p: Placement) -> (i32, i32, u32, u32, u8) {
        (p.x, p.y, p.width, p.height, p.quarter_turns)
    }

    #[test]
    fn a4_on_a4_is_the_medium_to_the_pixel() {
        for size in [A4, (595.0, 842.0), (595.32, 841.92)] {
            let p = place(size.0, size.1, &Media::a4(), 300, Scaling::Fit);
            assert_eq!((p.media_width, p.media_height), (2480, 3508));
            assert_eq!(rect(p), (0, 0, 2480, 3508, 0));
        }
        assert_eq!(rect(place(A4.0, A4.1, &Media::a4(), 600, Scaling::Fit)), (0, 0, 4961, 7016, 0));
    }

    #[test]
    fn a_landscape_page_is_turned_counter_clockwise() {
        assert_eq!(rect(place(A4.1, A4.0, &Media::a4(), 300, Scaling::Fit)), (0, 0, 2480, 3508, 3));
        let wide = Media::by_size(29_700, 21_000, Margins::default());
        assert_eq!(rect(place(A4.0, A4.1, &wide, 300, Scaling::Fit)), (0, 0, 3508, 2480, 3));
        assert_eq!(place(500.0, 500.0, &Media::a4(), 300, Scaling::Fit).quarter_turns, 0);
    }

    #[test]
    fn fit_stays_inside_the_margins_and_keeps_the_shape() {
        let p = place(A4.0, A4.1, &bordered(), 300, Scaling::Fit);
        assert_eq!((p.clip.x, p.clip.y, p.clip.width, p.clip.height), (50, 50, 2380, 3408));
        assert_eq!(rect(p), (50, 71, 2380, 3366, 0));
        let small = place(100.0, 100.0, &Media::a4(), 300, Scaling::Fit);
        assert_eq!(rect(small), (0, 514, 2480, 2480, 0));
    }

    #[test]
    fn fill_covers_the_medium_and_none_keeps_the_size() {
        assert_eq!(rect(place(100.0, 100.0, &Media::a4(), 300, Scaling::Fill)), (-514, 0, 3508, 3508, 0));
        assert_eq!(rect(place(72.0, 144.0, &bordered(), 300, Scaling::None)), (1090, 1454, 300, 600, 0));
        assert_eq!(rect(place(720.0, 1440.0, &Media::a4(), 300, Scaling::None)), (-260, -1246, 3000, 6000, 0));
    }

    #[test]
    fn auto_touches_only_what_is_larger() {
        let is = |w, h, media: &Media, same| {
            assert_eq!(place(w, h, media, 300, Scaling::Auto), place(w, h, media, 300, same));
        };
        is(A4.0, A4.1, &bordered(), Scaling::None);
        is(419.5, 595.3, &Media::a4(), Scaling::None);
        is(842.0, 1191.0, &Media::a4(), Scaling::Fill);
        is(842.0, 1191.0, &bordered(), Scaling::Fit);
        is(612.0, 792.0, &bordered(), Scaling::Fit);
    }

    #[test]
    fn margins_that_leave_nothing_are_not_believed() {
        let margins = Margins { top: u32::MAX, right: 20_000, bottom: 0, left: 20_000 };
        let p = place(A4.0, A4.1, &Media { margins, ..Media::a4() }, 300, Scaling::Fit);
        assert_eq!(rect(p), (0, 0, 2480, 3508, 0));
    }

    fn side() -> impl proptest::strategy::Strategy<Value = f32> {
        prop_oneof![
            1.0_f32..3_000.0,
            Just(0.0),
            Just(-5.0),
            Just(f32::NAN),
            Just(f32::INFINITY),
            Just(2_147_483_648.0),
            any::<f32>()
        ]
    }

    #[test]
    fn pages_that_share_a_side_are_read_in_order() {
        let (portrait, landscape) = ((595.0, 842.0), (842.0, 595.0));
        let corners = |page, up: NumberUp| {
            let placed = place_all(&vec![page; up.get()], &Media::a4(), 72, Scaling::Fit, up);
            let turned = placed.iter().all(|p| p.quarter_turns == 3);
            let middle = |p: &Placement| (p.clip.x * 2 >= 590, p.clip.y * 2 >= 838);
            (turned, placed.iter().map(middle).collect::<Vec<_>>())
        };
        // (right, below): two portraits lie on their left sides, the first at the bottom.
        assert_eq!(corners(portrait, NumberUp::Two), (true, vec![(false, true), (false, false)]));
        assert_eq!(corners(landscape, NumberUp::Two), (false, vec![(false, false), (false, true)]));
        let rows = vec![(false, false), (true, false), (false, true), (true, true)];
        assert_eq!(corners(portrait, NumberUp::Four), (false, rows));
        let turned = vec![(false, true), (false, false), (true, true), (true, false)];
        assert_eq!(corners(landscape, NumberUp::Four), (true, turned));
        assert_eq!(place_all(&[], &Media::a4(), 72, Scaling::Fit, NumberUp::One), []);
    }

    proptest! {
        #[test]
        fn pages_that_share_a_side_stay_in_their_cells(sizes in proptest::collection::vec((side(), side()), 1..=4)) {
            for placement in place_all(&sizes, &Media::a4(), 300, Scaling::Fill, NumberUp::Four) {
                let (x, y, cell) = (placement.x, placement.y, placement.clip);
                prop_assert!(x >= cell.x.cast_signed() && y >= cell.y.cast_signed());
                prop_assert!(x.unsigned_abs() + placement.width <= cell.x + cell.width);
                prop_assert!(y.unsigned_abs() + placement.height <= cell.y + cell.height);
                prop_assert!(cell.x + cell.width <= placement.media_width);
            }
        }

        #[test]
        fn no_page_is_too_absurd(
            w in side(), h in side(), width in 0_u32..200_000, height in any::<u32>(), margin in 0_u32..3_000,
            resolution in prop_oneof![72_u32..2_400, any::<u32>()], scaling in 0..4_usize,
        ) {
            let margins = Margins { top: margin, right: margin, bottom: margin, left: margin };
            let media = Media { name: String::new(), width, height, margins };
            let scaling = [Scaling::Auto, Scaling::Fit, Scaling::Fill, Scaling::None][scaling];
            let p = place(w, h, &media, resolution, scaling);
            prop_assert!(p.media_width >= 1 && p.media_height >= 1 && p.width >= 1 && p.height >= 1);
            prop_assert!(p.width <= 1_000_000 && p.height <= 1_000_000);
            prop_assert!(p.clip.x + p.clip.width <= p.media_width && p.clip.y + p.clip.height <= p.media_height);
            if scaling == Scaling::Fit {
                let (right, bottom) = (i64::from(p.x) + i64::from(p.width), i64::from(p.y) + i64::from(p.height));
                prop_assert!(p.x >= i32::try_from(p.clip.x).expect("small"));
                prop_assert!(p.y >= i32::try_from(p.clip.y).expect("small"));
                prop_assert!(right <= i64::from(p.clip.x + p.clip.width));
                prop_assert!(bottom <= i64::from(p.clip.y + p.clip.height));
            }
        }
    }
}
