//! Pictures of every scene, as they should be. `UPDATE=1` draws them anew; look at them before committing.
#![allow(clippy::expect_used, clippy::panic, reason = "a test that fails may panic")]

use std::{env, fs, path::PathBuf};

use ottisk::{
    panel::{canvas::Canvas, paint::paint, sample},
    text::Language,
};

const SIZE: (u32, u32) = (1024, 600);
/// A golden picture larger than this does not belong into a repository.
const MOST_BYTES: usize = 120_000;

fn golden(scene: &str, language: Language) -> PathBuf {
    let name = format!("{scene}_{}.png", language.tag());
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data/panel").join(name)
}

fn drawn(scene: &str, language: Language) -> Canvas {
    let panel = sample::sample(scene, language, SIZE.0, SIZE.1).expect(scene);
    let mut canvas = Canvas::new(SIZE.0, SIZE.1);
    paint(&mut canvas, &panel.layout(sample::now_ms(scene)));
    canvas
}

/// The pixels of an RGB picture; how it was compressed does not matter.
fn pixels(file: &[u8]) -> Vec<u8> {
    let mut reader = png::Decoder::new(std::io::Cursor::new(file)).read_info().expect("a PNG");
    let mut pixels = vec![0; reader.output_buffer_size().expect("a sane size")];
    reader.next_frame(&mut pixels).expect("a whole PNG");
    pixels
}

#[test]
fn scenes_look_as_they_should() {
    let mut changed = Vec::new();
    for language in Language::ALL {
        for scene in sample::SCENES {
            let (path, canvas) = (golden(scene, language), drawn(scene, language));
            if env::var_os("UPDATE").is_some() {
                let file = canvas.to_small_png();
                assert!(file.len() <= MOST_BYTES, "{}: {} bytes", path.display(), file.len());
                fs::write(&path, file).expect("a writable folder");
            }
            let known = fs::read(&path).unwrap_or_else(|why| panic!("{}: {why}", path.display()));
            if pixels(&known) != pixels(&canvas.to_png()) {
                changed.push(path.display().to_string());
            }
        }
    }
    assert!(changed.is_empty(), "these look different now (UPDATE=1 keeps the new look): {changed:#?}");
}

#[test]
fn drawing_twice_is_the_same() {
    assert!(drawn("review", Language::Ru).pixels() == drawn("review", Language::Ru).pixels());
}
