//! What a frame costs the processor, in milliseconds of this thread (least and median): the layout alone, all of a scene, a
//! key, a second that nothing happens in, a clock that goes on, and the way to a display's memory.
//!
//! usage: cargo bench --bench frame [-- ROUNDS]
#![allow(clippy::expect_used, reason = "a bench that fails may panic")]

use std::hint::black_box;

use ottisk::{
    panel::{
        canvas::Canvas,
        layout::Layout,
        paint::paint,
        sample,
        scene::{Event, Panel},
        screen::{
            damage::Painting,
            pixels::{Format, Target, copy},
            rotation::Rotation,
        },
    },
    text::Language,
};

const SIZES: [(u32, u32); 4] = [(800, 480), (1024, 600), (1280, 800), (1920, 1080)];

/// Milliseconds that this thread has worked.
fn worked() -> f64 {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: a live timespec for the kernel to write.
    unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &raw mut time) };
    time.tv_sec as f64 * 1e3 + time.tv_nsec as f64 / 1e6
}

/// The least and the median of so many rounds.
fn measure(rounds: usize, mut round: impl FnMut(usize)) -> String {
    let mut times: Vec<f64> = (0..rounds)
        .map(|number| {
            let began = worked();
            round(number);
            worked() - began
        })
        .collect();
    times.sort_by(f64::total_cmp);
    format!("{:.3} / {:.3}", times[0], times[rounds / 2])
}

fn scene(name: &str, size: (u32, u32)) -> Panel {
    sample::sample(name, Language::Ru, size.0, size.1).expect("a scene")
}

/// The code scene before and after a key.
fn key(size: (u32, u32)) -> [Layout; 2] {
    let mut panel = scene("idle", size);
    let now_ms = sample::now_ms("idle");
    panel.step(Event::Press("enter-code".into()), now_ms);
    panel.step(Event::Press("key-4".into()), now_ms);
    let before = panel.layout(now_ms);
    panel.step(Event::Press("key-F".into()), now_ms);
    [before, panel.layout(now_ms)]
}

fn main() {
    let rounds = std::env::args().skip(1).find_map(|word| word.parse().ok()).unwrap_or(101);
    let mut rows: Vec<(&str, Vec<String>)> = [
        "layout of idle",
        "idle, all of it",
        "review, all of it",
        "a key",
        "a tick, nothing new",
        "a minute later",
        "to 32 bit, all of it",
        "to 16 bit, turned",
    ]
    .map(|name| (name, Vec::new()))
    .into();
    for size in SIZES {
        let (idle, review) = (scene("idle", size), scene("review", size));
        let now_ms = sample::now_ms("idle");
        let mut canvas = Canvas::new(size.0, size.1);
        let mut cells = vec![measure(rounds, |_| drop(black_box(idle.layout(now_ms))))];
        for panel in [&idle, &review] {
            let layout = panel.layout(now_ms);
            // The first one draws the glyphs.
            paint(&mut canvas, &layout);
            cells.push(measure(rounds, |_| paint(&mut canvas, &layout)));
        }
        let mut painting = Painting::new(size.0, size.1);
        let keys = key(size);
        keys.iter().for_each(|layout| drop(painting.show(layout.clone())));
        cells.push(measure(rounds, |round| drop(black_box(painting.show(keys[round % 2].clone())))));
        painting.show(idle.layout(now_ms));
        cells.push(measure(rounds, |_| drop(black_box(painting.show(idle.layout(now_ms))))));
        let minute = |round: usize| now_ms + round as u64 % 2 * 60_000;
        cells.push(measure(rounds, |round| drop(black_box(painting.show(idle.layout(minute(round)))))));
        for (format, rotation) in [(Format::Xrgb8888, Rotation::Upright), (Format::Rgb565, Rotation::Right)] {
            let size = rotation.size(size);
            let stride = size.0 as usize * format.bytes();
            let mut memory = vec![0; stride * size.1 as usize];
            cells.push(measure(rounds, |_| {
                let mut target = Target { memory: &mut memory, stride, size, format };
                copy(&canvas, canvas.whole(), rotation, &mut target);
            }));
        }
        rows.iter_mut().zip(cells).for_each(|((_, row), cell)| row.push(cell));
    }
    let sizes: String = SIZES.iter().map(|(width, height)| format!(" {:>17} |", format!("{width}x{height}"))).collect();
    println!("| ms, least / median   |{sizes}\n|---|{}", "---|".repeat(SIZES.len()));
    for (name, cells) in rows {
        let cells: String = cells.iter().map(|cell| format!(" {cell:>17} |")).collect();
        println!("| {name:<20} |{cells}");
    }
}
