//! Every scene as it should look: pictures of one size are kept, all other combinations of size, language, look and type
//! as hashes in one table. `UPDATE=1` draws them anew; look at them before committing: `CONTACT=FOLDER` writes a contact
//! sheet for each size and look.
#![allow(clippy::expect_used, clippy::panic, reason = "a test that fails may panic")]

use std::{collections::BTreeMap, env, fs, path::PathBuf, process::Command};

use ottisk::{
    panel::{canvas::Canvas, look::Look, paint::paint, sample, scene::Event},
    text::Language,
};
use sha2::{Digest as _, Sha256};

/// Kept as pictures, in the light look with normal type.
const KEPT: (u32, u32) = (1024, 600);
const SIZES: [(u32, u32); 8] =
    [KEPT, (800, 480), (1280, 800), (1920, 1080), (600, 1024), (480, 800), (800, 1280), (1080, 1920)];
/// A golden picture larger than this does not belong into a repository.
const MOST_BYTES: usize = 130_000;

fn data(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name)
}

fn updates() -> bool {
    env::var_os("UPDATE").is_some()
}

/// One way a scene can look.
#[derive(Clone, Copy)]
struct Way {
    scene: &'static str,
    language: Language,
    size: (u32, u32),
    look: Look,
    large: bool,
}

impl Way {
    fn name(self) -> String {
        let large = if self.large { " large-text" } else { "" };
        let (width, height) = self.size;
        format!("{width}x{height} {} {} {}{large}", self.look.name(), self.scene, self.language.tag())
    }

    fn draw(self, canvas: &mut Canvas) {
        let panel = sample::sample(self.scene, self.language, self.size.0, self.size.1).expect(self.scene);
        paint(canvas, &panel.looking(self.look, self.large).layout(sample::now_ms(self.scene)));
    }
}

/// Large type is the same in every look, so it is drawn in one.
fn ways(size: (u32, u32), look: Look) -> impl Iterator<Item = Way> {
    let types: &[bool] = if look == Look::Light { &[false, true] } else { &[false] };
    Language::ALL.into_iter().flat_map(move |language| {
        sample::SCENES
            .into_iter()
            .flat_map(move |scene| types.iter().map(move |large| Way { scene, language, size, look, large: *large }))
    })
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
    for way in ways(KEPT, Look::Light).filter(|way| !way.large) {
        let mut canvas = Canvas::new(KEPT.0, KEPT.1);
        way.draw(&mut canvas);
        let path = data("panel").join(format!("{}_{}.png", way.scene, way.language.tag()));
        if updates() {
            let file = canvas.to_small_png();
            assert!(file.len() <= MOST_BYTES, "{}: {} bytes", path.display(), file.len());
            fs::write(&path, file).expect("a writable folder");
        }
        let known = fs::read(&path).unwrap_or_else(|why| panic!("{}: {why}", path.display()));
        if pixels(&known) != pixels(&canvas.to_png()) {
            changed.push(path.display().to_string());
        }
    }
    assert!(changed.is_empty(), "these look different now (UPDATE=1 keeps the new look): {changed:#?}");
}

#[test]
fn every_size_look_and_language_is_as_it_was() {
    let parts: Vec<_> = SIZES.into_iter().flat_map(|size| Look::ALL.map(|look| (size, look))).collect();
    let threads: Vec<_> = (0..2)
        .map(|half| {
            let parts: Vec<_> = parts.iter().copied().skip(half).step_by(2).collect();
            std::thread::spawn(move || parts.into_iter().flat_map(|part| hashes(part.0, part.1)).collect::<Vec<_>>())
        })
        .collect();
    let now: BTreeMap<String, String> =
        threads.into_iter().flat_map(|thread| thread.join().expect("no panic")).collect();
    let table: String = now.iter().map(|(name, hash)| format!("{hash} {name}\n")).collect();
    let golden = data("panels.txt");
    if updates() {
        fs::write(&golden, &table).expect("written");
    }
    let kept = fs::read_to_string(&golden).unwrap_or_default();
    let kept: BTreeMap<&str, &str> =
        kept.lines().filter_map(|line| line.split_once(' ')).map(|(hash, name)| (name, hash)).collect();
    let changed: Vec<_> = now.iter().filter(|(name, hash)| kept.get(name.as_str()) != Some(&hash.as_str())).collect();
    let some: Vec<_> = changed.iter().take(20).map(|(name, _)| name.as_str()).collect();
    // Floating point is not the same on every processor.
    if cfg!(target_arch = "x86_64") {
        assert!(changed.is_empty(), "{} look different now (UPDATE=1 keeps them): {some:#?}", changed.len());
        assert_eq!(kept.len(), now.len(), "the table has other combinations (UPDATE=1 writes it anew)");
    }
}

/// Name and hash of each way of this size and look.
fn hashes(size: (u32, u32), look: Look) -> Vec<(String, String)> {
    let mut canvas = Canvas::new(size.0, size.1);
    let mut contact = Contact::new(size, look);
    let all = ways(size, look).map(|way| {
        way.draw(&mut canvas);
        contact.add(way, &canvas);
        let mut hash = Sha256::new();
        canvas.pixels().iter().for_each(|pixel| hash.update(pixel.to_be_bytes()));
        let hash = hash.finalize()[..8].iter().map(|byte| format!("{byte:02x}")).collect();
        (way.name(), hash)
    });
    let all = all.collect();
    contact.write();
    all
}

/// All scenes of one size and look side by side, small, to be looked at.
struct Contact {
    file: Option<PathBuf>,
    tile: (usize, usize),
    tiles: Vec<Vec<u8>>,
}

impl Contact {
    const COLUMNS: usize = 6;

    fn new(size: (u32, u32), look: Look) -> Self {
        let name = format!("{}x{}_{}.png", size.0, size.1, look.name());
        let file = env::var_os("CONTACT").map(|folder| PathBuf::from(folder).join(name));
        let width = if size.0 > size.1 { 480 } else { 300 };
        let tile = (width, width * size.1 as usize / size.0 as usize);
        Self { file, tile, tiles: Vec::new() }
    }

    fn add(&mut self, way: Way, canvas: &Canvas) {
        let (width, height) = self.tile;
        if self.file.is_none() || way.large {
            return;
        }
        let part = canvas.width() as usize * 256 / width;
        let mut tile = Vec::with_capacity(width * height * 3);
        for y in 0..height {
            for x in 0..width {
                // The mean of what a small pixel covers.
                let (mut sum, mut count) = ([0_u32; 3], 0);
                for row in y * part / 256..((y + 1) * part / 256).min(canvas.height() as usize) {
                    for column in x * part / 256..((x + 1) * part / 256).min(canvas.width() as usize) {
                        let [_, bytes @ ..] = canvas.pixels()[row * canvas.width() as usize + column].to_be_bytes();
                        sum.iter_mut().zip(bytes).for_each(|(sum, byte)| *sum += u32::from(byte));
                        count += 1;
                    }
                }
                tile.extend(sum.map(|sum| (sum / count.max(1)) as u8));
            }
        }
        self.tiles.push(tile);
    }

    fn write(self) {
        let Some(file) = self.file else { return };
        let (width, height) = (self.tile.0 + 8, self.tile.1 + 8);
        let rows = self.tiles.len().div_ceil(Self::COLUMNS);
        let row_bytes = width * Self::COLUMNS * 3;
        let mut picture = vec![0x80_u8; row_bytes * height * rows];
        for (index, tile) in self.tiles.iter().enumerate() {
            let (left, top) = (index % Self::COLUMNS * width * 3, index / Self::COLUMNS * height);
            for (y, line) in tile.chunks_exact(self.tile.0 * 3).enumerate() {
                picture[(top + y) * row_bytes + left..][..line.len()].copy_from_slice(line);
            }
        }
        let out = fs::File::create(file).expect("a writable folder");
        let mut encoder = png::Encoder::new(out, (width * Self::COLUMNS) as u32, (height * rows) as u32);
        encoder.set_color(png::ColorType::Rgb);
        encoder.write_header().and_then(|mut writer| writer.write_image_data(&picture)).expect("written");
    }
}

#[test]
fn drawing_twice_is_the_same() {
    let way = Way { scene: "review", language: Language::Ru, size: KEPT, look: Look::NewYear, large: false };
    let (mut once, mut twice) = (Canvas::new(KEPT.0, KEPT.1), Canvas::new(KEPT.0, KEPT.1));
    way.draw(&mut once);
    way.draw(&mut twice);
    way.draw(&mut twice);
    assert!(once.pixels() == twice.pixels());
}

/// Resident memory in KiB.
fn resident_kib() -> u64 {
    let status = fs::read_to_string("/proc/self/status").expect("Linux");
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).expect("a size");
    line.split_whitespace().nth(1).and_then(|size| size.parse().ok()).expect("KiB")
}

/// Alone in a process of its own, since tests beside it would be counted too.
#[test]
fn ten_thousand_codes_leave_no_memory_behind() {
    const ALONE: &str = "OTTISK_TEST_ALONE";
    if env::var_os(ALONE).is_none() {
        let child = Command::new(env::current_exe().expect("a test program"))
            .args(["--exact", "panel::ten_thousand_codes_leave_no_memory_behind", "--nocapture"])
            .env(ALONE, "1")
            .output()
            .expect("started");
        let said = String::from_utf8_lossy(&child.stdout);
        assert!(child.status.success(), "{said}{}", String::from_utf8_lossy(&child.stderr));
        assert!(said.contains("KiB after 10000 codes"), "the child measured nothing: {said}");
        return;
    }
    let size = (320, 240);
    let mut panel = sample::sample("idle", Language::Ru, size.0, size.1).expect("a scene");
    let mut canvas = Canvas::new(size.0, size.1);
    let mut refresh = |number: u64| {
        let url = format!("http://print.local/?qr={number:012x}");
        let now_ms = sample::NOW_MS + number * 60_000;
        panel.step(Event::Qr { url: url.clone(), until_ms: now_ms + 60_000 }, now_ms);
        let layout = panel.layout(now_ms);
        assert_eq!(layout.qr.as_deref(), Some(url.as_str()), "the new code is on the screen");
        paint(&mut canvas, &layout);
    };
    // A day of them, in which the clock has shown every digit.
    (0..1_440).for_each(&mut refresh);
    let before = resident_kib();
    (1_440..11_440).for_each(&mut refresh);
    let grown = resident_kib().saturating_sub(before);
    println!("{grown} KiB after 10000 codes");
    assert!(grown < 1_024, "resident memory grew by {grown} KiB");
}
