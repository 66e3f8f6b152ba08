//! Damage: what of the screen changed between two layouts, and a picture that is only redrawn there.
//!
//! Inks are compared, not pixels: a layout is a few hundred of them. Those of the one that are not in the other, in the same
//! order, are damage in both; what lies elsewhere was drawn by the same inks in the same order, and is the same.

use crate::panel::{
    canvas::Canvas,
    layout::{Ink, Layout, area::Area},
    paint::{paint_within, reach},
};

/// Areas of one frame; more are drawn as one: past this the walk through the inks costs more than their pixels.
const MOST: usize = 12;
/// Inks to look through for one that moved down the list; the rest of the frame is then damage, never wrong.
const AHEAD: usize = 48;

/// Where `new` differs from `old`, in areas of the screen that do not overlap.
pub fn damage(old: &Layout, new: &Layout) -> Vec<Area> {
    let screen = Area::new(0, 0, new.width as i32, new.height as i32);
    if (old.width, old.height) != (new.width, new.height) {
        return vec![screen];
    }
    let same = old.inks.iter().zip(&new.inks).take_while(|(old, new)| old == new).count();
    let (old, new) = (&old.inks[same..], &new.inks[same..]);
    let tail = old.iter().rev().zip(new.iter().rev()).take_while(|(old, new)| old == new).count();
    let (mut old, new) = (&old[..old.len() - tail], &new[..new.len() - tail]);
    let mut areas = Vec::new();
    let mut changed = |inks: &[Ink]| areas.extend(inks.iter().map(|ink| reach(ink).overlap(screen)));
    for ink in new {
        match old.iter().take(AHEAD).position(|before| before == ink) {
            Some(gone) => {
                changed(&old[..gone]);
                old = &old[gone + 1..];
            }
            None => changed(std::slice::from_ref(ink)),
        }
    }
    changed(old);
    merge(areas)
}

/// The same pixels, and some more, in few areas that do not overlap.
pub fn merge(mut areas: Vec<Area>) -> Vec<Area> {
    areas.retain(|area| !area.is_empty());
    let mut apart: Vec<Area> = Vec::new();
    while let Some(mut area) = areas.pop() {
        // What it grows by may reach others, which were apart before.
        while let Some(other) = apart.iter().position(|other| belong(*other, area)) {
            area = area.around(apart.swap_remove(other));
        }
        apart.push(area);
        if apart.len() > MOST {
            let all = apart.drain(..).reduce(Area::around);
            areas.extend(all);
            let all = areas.drain(..).reduce(Area::around);
            return all.into_iter().collect();
        }
    }
    apart
}

/// Whether two are cheaper as one, which those that overlap always are said to be.
fn belong(one: Area, other: Area) -> bool {
    let pixels = |area: Area| i64::from(area.w) * i64::from(area.h);
    !one.overlap(other).is_empty() || pixels(one.around(other)) * 10 <= (pixels(one) + pixels(other)) * 12
}

/// A picture of the last layout, brought to the next one by its damage.
pub struct Painting {
    canvas: Canvas,
    shown: Option<Layout>,
}

impl Painting {
    /// A blank one for layouts of this size.
    pub fn new(width: u32, height: u32) -> Self {
        Self { canvas: Canvas::new(width, height), shown: None }
    }

    /// The picture.
    pub fn canvas(&self) -> &Canvas {
        &self.canvas
    }

    /// What it shows.
    pub fn shown(&self) -> Option<&Layout> {
        self.shown.as_ref()
    }

    /// Shows `layout`; where the picture changed, if anywhere. A layout of another size makes another picture.
    pub fn show(&mut self, layout: Layout) -> Vec<Area> {
        if (self.canvas.width(), self.canvas.height()) != (layout.width, layout.height) {
            *self = Self::new(layout.width, layout.height);
        }
        let areas = self.shown.as_ref().map_or_else(|| vec![self.canvas.whole()], |shown| damage(shown, &layout));
        paint_within(&mut self.canvas, &layout, &areas);
        self.shown = Some(layout);
        areas
    }
}

#[cfg(test)]
mod tests {
    use super::{Area, MOST, merge};
    use proptest::prelude::*;

    fn areas() -> impl Strategy<Value = Vec<Area>> {
        let area = (0..200, 0..200, 0..40, 0..40).prop_map(|(x, y, w, h)| Area::new(x, y, w, h));
        prop::collection::vec(area, 0..40)
    }

    fn holds(areas: &[Area], x: i32, y: i32) -> usize {
        areas.iter().filter(|area| !area.overlap(Area::new(x, y, 1, 1)).is_empty()).count()
    }

    proptest! {
        #[test]
        fn merged_areas_hold_all_pixels_once(areas in areas()) {
            let merged = merge(areas.clone());
            prop_assert!(merged.len() <= MOST);
            for at in 0..60 * 60 {
                let (x, y) = (at % 60 * 4, at / 60 * 4);
                let held = holds(&merged, x, y);
                prop_assert!(held <= 1);
                prop_assert!(held == 1 || holds(&areas, x, y) == 0);
            }
        }
    }
}
