//! Every scene in both languages on eight screens, in three looks, with small and large type: nothing clipped, nothing
//! overlapping, nothing too small for a finger, every word readable. What states are looked at is in `states`.

use std::collections::HashMap;

use super::{contrast::contrast, states::states};
use crate::{
    panel::{
        canvas::{Argb, Canvas},
        font::{CAP_HEIGHT, Face},
        layout::{Element, Ink, Layout, Run, area::Area, measures::density},
        look::Look,
        paint::{draw, paint},
        sample,
        scene::Panel,
    },
    text::Language,
};

const SIZES: [(u32, u32); 8] =
    [(1024, 600), (800, 480), (1280, 800), (1920, 1080), (600, 1024), (480, 800), (800, 1280), (1080, 1920)];

/// Millimetres between two things that are touched; half a pixel's rounding is forgiven.
const APART_MM: f32 = 1.9;
/// Capitals of the smallest words, where much has to be said on a small screen.
const LEAST_MM: f32 = 1.25;
/// Part of the height above which no control of a tall screen stands.
const UPPER: f32 = 0.45;

/// For each state of each screen: its name, the panel, the time.
fn all(size: (u32, u32)) -> impl Iterator<Item = (String, Panel, u64)> {
    Language::ALL.into_iter().flat_map(move |language| {
        states(language, size).into_iter().map(move |(name, panel)| {
            let now_ms = sample::now_ms(&name);
            (format!("{name} {} {}x{}", language.tag(), size.0, size.1), panel, now_ms)
        })
    })
}

#[test]
fn nothing_is_clipped_and_nothing_overlaps() {
    let mut faults = Vec::new();
    for size in SIZES {
        for (what, panel, now_ms) in all(size) {
            for large in [false, true] {
                let panel = panel.clone().looking(Look::Light, large);
                let layout = panel.layout(now_ms);
                let large = if large { " large" } else { "" };
                let found = [faults_of(&layout), reach(&layout, panel.settings.size_mm)].concat();
                faults.extend(found.into_iter().map(|fault| format!("{what}{large}: {fault}")));
            }
        }
    }
    report(&faults);
}

/// Told by what is wrong, since one mistake shows in many states.
fn report(faults: &[String]) {
    let all = faults.join("\n");
    if let Ok(file) = std::env::var("PANEL_FAULTS") {
        std::fs::write(file, &all).expect("a writable file");
    }
    let some: Vec<_> = faults.iter().take(40).cloned().collect();
    assert!(faults.is_empty(), "{} faults, such as\n{}", faults.len(), some.join("\n"));
}

fn area([x, y, w, h]: [i32; 4]) -> Area {
    Area::new(x, y, w, h)
}

fn touchable(layout: &Layout) -> Vec<&Element> {
    layout.elements.iter().filter(|e| e.role.is_touchable()).collect()
}

fn faults_of(layout: &Layout) -> Vec<String> {
    let mut faults = Vec::new();
    let screen = Area::new(0, 0, layout.width as i32, layout.height as i32);
    for (index, element) in layout.elements.iter().enumerate() {
        if !screen.holds(area(element.rect)) || element.label.trim().is_empty() {
            faults.push(format!("{} is off the screen or says nothing: {:?}", element.id, element.rect));
        }
        if layout.elements[..index].iter().any(|other| other.id == element.id) {
            faults.push(format!("{} is there twice", element.id));
        }
    }
    let mut words: Vec<(Area, &Run)> = Vec::new();
    for run in runs(layout) {
        let ink = run.area();
        if !run.frame.inset(-1, -1).holds(ink) || !screen.holds(ink) {
            faults.push(format!("{:?} leaves its frame: {ink:?} {:?}", run.text, run.frame));
        }
        if run.face != Face::Icons && run.size < 11.5 {
            faults.push(format!("{:?} is too small: {}", run.text, run.size));
        }
        for (_, other) in words.iter().filter(|(other, _)| other.meets(ink)) {
            // A tick sits on the corner of the letters that say "large".
            if (run.face, other.face) != (Face::Icons, Face::Icons) {
                faults.push(format!("{:?} lies over {:?}", run.text, other.text));
            }
        }
        words.push((ink, run));
    }
    faults
}

fn runs(layout: &Layout) -> impl Iterator<Item = &Run> {
    layout.inks.iter().filter_map(|ink| if let Ink::Run(run) = ink { Some(run) } else { None })
}

/// What fingers need, in millimetres: size, distance, and on tall screens a place in the lower half.
fn reach(layout: &Layout, mm: (u32, u32)) -> Vec<String> {
    let mut faults = Vec::new();
    let (across, down) = density((layout.width, layout.height), mm);
    let (wide, high) = (|w: i32| w as f32 / across, |h: i32| h as f32 / down);
    let shorter = wide(layout.width as i32).min(high(layout.height as i32));
    let least = if shorter < 105.0 { 8.9 } else { 10.9 };
    // The table in `layout::measures` says why the smallest screens have no more.
    let key = match shorter {
        ..105.0 => 11.0,
        ..160.0 => 15.0,
        _ => 20.0,
    };
    for run in runs(layout).filter(|run| run.face != Face::Icons) {
        let capitals = run.size * CAP_HEIGHT / down;
        if capitals < LEAST_MM {
            faults.push(format!("{:?} has capitals of {capitals:.2} mm", run.text));
        }
    }
    let all = touchable(layout);
    for (index, one) in all.iter().enumerate() {
        let [_, y, w, h] = one.rect;
        let least = if one.id.starts_with("key-") { key } else { least };
        if wide(w) < least || high(h) < least {
            faults.push(format!("{} is {:.1} x {:.1} mm", one.id, wide(w), high(h)));
        }
        // The header, and what belongs to the page it stands on.
        let above =
            ["back", "language-", "large-text", "preview-", "mend-", "paper-is-there", "file-", "drop-file", "reveal"];
        let above = above.iter().any(|start| one.id.starts_with(start));
        let small_key = shorter < 105.0 && one.id.starts_with("key-");
        let upper = if small_key { 0.37 } else { UPPER };
        let middle = (y + h / 2) as f32 / layout.height as f32;
        if layout.height > layout.width && !above && middle < upper {
            faults.push(format!("{} is at {:.0} % of the height", one.id, middle * 100.0));
        }
        for other in &all[..index] {
            let gap = |from: i32, size: i32, other: i32, others: i32| (other - from - size).max(from - other - others);
            let across = wide(gap(one.rect[0], one.rect[2], other.rect[0], other.rect[2]));
            let down = high(gap(one.rect[1], one.rect[3], other.rect[1], other.rect[3]));
            if across.max(down) < APART_MM {
                faults.push(format!("{} is {:.1} mm from {}", one.id, across.max(down), other.id));
            }
        }
    }
    faults
}

/// Contrast is measured: each run's colour against every pixel that was there before it was drawn.
#[test]
fn every_word_stands_out_from_what_is_under_it() {
    let mut faults = Vec::new();
    let mut known = HashMap::new();
    for size in [(800, 480), (600, 1024)] {
        for (what, panel, now_ms) in all(size) {
            for look in Look::ALL {
                let layout = panel.clone().looking(look, false).layout(now_ms);
                let found = too_faint(&layout, &mut known);
                faults.extend(found.into_iter().map(|fault| format!("{what} {}: {fault}", look.name())));
            }
        }
    }
    report(&faults);
}

fn too_faint(layout: &Layout, known: &mut HashMap<(u32, u32), f64>) -> Vec<String> {
    let mut faults = Vec::new();
    let mut canvas = Canvas::new(layout.width, layout.height);
    for ink in &layout.inks {
        if let Ink::Run(run) = ink {
            let area = run.area();
            // An icon is a picture that helps; words have to be read.
            let least = if run.face == Face::Icons { 3.0 } else { 4.5 };
            let mut worst = f64::MAX;
            for y in area.y.max(0)..area.bottom().min(layout.height as i32) {
                let row = y as usize * layout.width as usize;
                let from = row + area.x.max(0) as usize;
                let to = row + area.right().clamp(0, layout.width as i32) as usize;
                for pixel in canvas.pixels().get(from..to).unwrap_or_default() {
                    let now = known.entry((run.color.0, *pixel));
                    worst = worst.min(*now.or_insert_with(|| contrast(run.color, Argb(*pixel))));
                }
            }
            if worst < least {
                faults.push(format!("{:?} {:x?} has {worst:.2}:1", run.text, run.color));
            }
        }
        let Ok(()) = draw(&mut canvas, ink);
    }
    faults
}

#[test]
fn any_screen_and_any_code_is_drawn_without_a_panic() {
    for (width, height) in [(1, 1), (320, 240), (240, 320), (480, 800), (1920, 1080)] {
        for scene in sample::SCENES {
            let mut panel = sample::sample(scene, Language::Ru, 1024, 600).expect(scene);
            (panel.width, panel.height) = (width, height);
            for length in [0, 1, 6, 64] {
                for mm in [(0, 0), (1, 1), (154, 86), (9_999, 3)] {
                    let look = if length == 6 { Look::NewYear } else { Look::Dark };
                    let mut panel = panel.clone().looking(look, length == 1);
                    panel.settings.size_mm = mm;
                    panel.settings.code_length = length;
                    panel.settings.code_symbols = ('0'..='z').take(length).collect();
                    let layout = panel.layout(sample::now_ms(scene));
                    if mm == (154, 86) {
                        paint(&mut Canvas::new(width, height), &layout);
                    }
                }
            }
        }
    }
}
