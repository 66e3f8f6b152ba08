//! Only damage is redrawn: over walks through scenes the picture is, pixel for pixel, the one that is drawn at once.

use proptest::prelude::*;

use super::walk::events;
use crate::{
    panel::{
        canvas::Canvas,
        layout::Layout,
        paint::paint,
        sample,
        scene::Panel,
        screen::{
            damage::{Painting, damage},
            pixels::{Format, Target, copy},
            rotation::Rotation,
        },
    },
    text::Language,
};

const SIZE: (u32, u32) = (640, 400);
const STEPS: usize = 60;

fn whole(layout: &Layout) -> Canvas {
    let mut canvas = Canvas::new(layout.width, layout.height);
    paint(&mut canvas, layout);
    canvas
}

/// A display's memory that has only been told of what changed.
fn bring(memory: &mut [u8], painting: &mut Painting, layout: &Layout) {
    for area in painting.show(layout.clone()) {
        copy(painting.canvas(), area, Rotation::Left, &mut target(memory));
    }
}

fn target(memory: &mut [u8]) -> Target<'_> {
    let size = Rotation::Left.size(SIZE);
    Target { memory, stride: size.0 as usize * 2, size, format: Format::Rgb565 }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 6, max_shrink_iters: 30, ..ProptestConfig::default() })]

    #[test]
    fn what_is_redrawn_in_parts_is_what_is_drawn_at_once(
        walk in prop::collection::vec((events(), 0..9_000_u64), STEPS),
    ) {
        let mut now_ms = sample::NOW_MS;
        let mut panel = Panel::new(sample::settings(Language::Ru), SIZE.0, SIZE.1, now_ms);
        let mut painting = Painting::new(SIZE.0, SIZE.1);
        let mut memory = vec![0; SIZE.0 as usize * SIZE.1 as usize * 2];
        for (event, pause) in walk {
            now_ms += pause;
            let said = format!("{event:?}");
            panel.step(event, now_ms);
            let layout = panel.layout(now_ms);
            bring(&mut memory, &mut painting, &layout);
            let whole = whole(&layout);
            let differs = painting.canvas().pixels().iter().zip(whole.pixels()).position(|(one, other)| one != other);
            let place = differs.map(|at| (at as u32 % SIZE.0, at as u32 / SIZE.0));
            prop_assert_eq!(place, None, "{} after {}", layout.scene, said);
            let mut other = vec![0; memory.len()];
            copy(&whole, whole.whole(), Rotation::Left, &mut target(&mut other));
            prop_assert!(memory == other, "the display, at {} after {}", layout.scene, said);
        }
    }
}

#[test]
fn a_second_later_little_is_redrawn_and_the_same_is_nothing() {
    let mut panel = Panel::new(sample::settings(Language::Ru), 1024, 600, sample::NOW_MS);
    panel.step(crate::panel::scene::Event::Tick, sample::NOW_MS + 60_000);
    panel.step(
        crate::panel::scene::Event::Printer(crate::panel::scene::PrinterView::Ready(sample::offer())),
        sample::NOW_MS + 60_000,
    );
    let at = |ms: u64| panel.layout(sample::NOW_MS + ms);
    assert_eq!(damage(&at(60_000), &at(60_000)), []);
    let minute = damage(&at(60_000), &at(120_000));
    let pixels: i32 = minute.iter().map(|area| area.w * area.h).sum();
    assert!(!minute.is_empty() && pixels < 1024 * 600 / 10, "{minute:?}");
}

#[test]
fn a_display_of_another_size_is_drawn_whole() {
    let settings = || sample::settings(Language::En);
    let one = Panel::new(settings(), 800, 480, sample::NOW_MS).layout(sample::NOW_MS);
    let other = Panel::new(settings(), 480, 800, sample::NOW_MS).layout(sample::NOW_MS);
    let mut painting = Painting::new(800, 480);
    painting.show(one);
    assert_eq!(painting.show(other.clone()).len(), 1);
    assert_eq!(painting.canvas().pixels(), whole(&other).pixels());
}
