//! Peers that are not ours: libcups' raster reader, pdfium as pypdfium2 ships it, CUPS' ippeveprinter (`tests/peers/`).

use std::{
    fs,
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use ottisk::{
    job::plan::{ColorSpace, Media, Scaling},
    printer::{Limits, Printer, error::PrinterError},
    raster::place::place,
};
use serde_json::Value;

use crate::support::{free_port, have, temporary, until};

/// What the tests give a printer on loopback.
pub const PRINTER_LIMITS: Limits = Limits {
    connect_timeout: Duration::from_secs(2),
    answer_timeout: Duration::from_secs(10),
    send_stall_timeout: Duration::from_secs(10),
    answer_bytes: 1 << 20,
};

/// A page as libcups reads it: its header, and its pixels.
pub type DecodedPage = (Value, Vec<u8>);

/// What libcups reads in a raster. `None` without libcups, said aloud.
pub fn decode(raster: &Path) -> Option<Vec<DecodedPage>> {
    if !have("python3", "python3") {
        return None;
    }
    let cups = Command::new("python3").args(["-c", "import ctypes; ctypes.CDLL('libcups.so.2')"]).output();
    if !cups.is_ok_and(|output| output.status.success()) {
        let missing = "SKIPPED: no libcups.so.2; apt-get install libcups2";
        assert!(std::env::var("OTTISK_PEERS").as_deref() != Ok("all"), "{missing}");
        println!("{missing}");
        return None;
    }
    let folder = temporary("decoded");
    let output = Command::new("python3")
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/peers/raster_decode.py"))
        .arg(raster)
        .arg("--raw-folder")
        .arg(&folder)
        .output()
        .expect("python3");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let found: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let pages = found["pages"].as_array().expect("pages").iter();
    let pages = pages.map(|page| {
        let raw = folder.join(format!("page-{:04}.raw", page["number"].as_u64().expect("a number")));
        (page.clone(), fs::read(raw).expect("pixels"))
    });
    let pages = pages.collect();
    let _ = fs::remove_dir_all(&folder);
    Some(pages)
}

/// The reference renderer, or `None` said aloud.
pub struct Reference(std::ffi::OsString);

impl Reference {
    pub fn find() -> Option<Self> {
        let cache = || std::env::var_os("XDG_CACHE_HOME").filter(|cache| !cache.is_empty()).map(PathBuf::from);
        let home = || std::env::var_os("HOME").map(|home| Path::new(&home).join(".cache"));
        let usual = || Some(cache().or_else(home)?.join("ottisk-ci/python/pypdfium2-5.15.2").into_os_string());
        let path = std::env::var_os("OTTISK_PYTHONPATH").or_else(usual)?;
        let here = Command::new("python3").args(["-c", "import pypdfium2.raw"]).env("PYTHONPATH", &path).output();
        if here.is_ok_and(|output| output.status.success()) {
            return Some(Self(path));
        }
        println!("SKIPPED: no pypdfium2; pip install pypdfium2==5.15.2 and tell its folder in OTTISK_PYTHONPATH");
        None
    }

    fn draw(&self, document: &Path, page: u32, arguments: &[String]) -> (Value, Vec<u8>) {
        let folder = temporary("reference");
        let out = folder.join("page.raw");
        let output = Command::new("python3")
            .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/peers/pdfium_render.py"))
            .arg("--pdf")
            .arg(document)
            .args(["--page", &page.to_string()])
            .args(arguments)
            .arg("--out")
            .arg(&out)
            .env("PYTHONPATH", &self.0)
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .output()
            .expect("python3");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let drawn = (serde_json::from_slice(&output.stdout).expect("JSON"), fs::read(&out).expect("pixels"));
        let _ = fs::remove_dir_all(&folder);
        drawn
    }

    /// The page as it must lie on the medium, front side up.
    pub fn page(&self, document: &Path, page: u32, media: &Media, resolution: u32, color: ColorSpace) -> Vec<u8> {
        let words = |text: String| -> Vec<String> { text.split(' ').map(str::to_owned).collect() };
        let (told, _) = self.draw(document, page, &words("--width 1 --height 1 --gray".into()));
        let side = |index: usize| told["page_size"][index].as_f64().expect("points") as f32;
        let p = place(side(0), side(1), media, resolution, Scaling::Fit);
        let color = if color == ColorSpace::Sgray8 { "--gray" } else { "--rgb" };
        let arguments = format!(
            "--width {} --height {} {color} --rotate {} --canvas {}x{} --origin={},{}",
            p.width, p.height, p.quarter_turns, p.media_width, p.media_height, p.x, p.y
        );
        self.draw(document, page, &words(arguments)).1
    }
}

/// Pixels that are the same, or differ by rounding alone: a band begins elsewhere than the page does, and each thin line
/// that crosses a pixel may round by one.
#[track_caller]
pub fn assert_same_pixels(what: &str, ours: &[u8], theirs: &[u8]) {
    assert_eq!(ours.len(), theirs.len(), "{what}: another size");
    if ours == theirs {
        return;
    }
    let differences = ours.iter().zip(theirs).map(|(a, b)| u64::from(a.abs_diff(*b)));
    let (worst, sum) = differences.fold((0, 0), |(worst, sum), d| (d.max(worst), sum + d));
    assert!(worst <= 3 && sum * 100 <= ours.len() as u64, "{what}: differs by {worst} at worst, {sum} in all");
}

/// CUPS' ippeveprinter and its folder, gone after the test.
pub struct PrinterPeer {
    script: Child,
    pub folder: PathBuf,
    pub printer: Printer,
}

impl PrinterPeer {
    /// With A4 in its tray. `None` when it is not installed, which is said aloud.
    pub fn start(arguments: &[&str]) -> Option<Self> {
        Self::start_at(free_port(), arguments)
    }

    pub fn start_at(port: u16, arguments: &[&str]) -> Option<Self> {
        if !(have("ippeveprinter", "cups-ipp-utils") && have("dbus-daemon", "dbus")) {
            return None;
        }
        let folder = temporary("printer");
        let mut script = Command::new("bash")
            .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/peers/ippeveprinter.sh"))
            .arg(port.to_string())
            .arg(&folder)
            .args(arguments)
            .env("PAPER", "iso_a4_210x297mm")
            .stdout(Stdio::piped())
            .spawn()
            .expect("bash");
        let mut line = String::new();
        BufReader::new(script.stdout.take().expect("piped")).read_line(&mut line).expect("a line");
        assert_eq!(line.trim(), "READY", "ippeveprinter did not start: see {}", folder.display());
        let printer = Printer::open(&format!("ipp://localhost:{port}/ipp/print"), PRINTER_LIMITS).expect("an address");
        let peer = Self { script, folder, printer };
        // It says that the paper was changed a moment before it is.
        until("A4 in the tray", Duration::from_secs(10), || match smol::block_on(peer.printer.capabilities()) {
            Ok(able) => (able.media[0].name == "iso_a4_210x297mm").then_some(()),
            Err(PrinterError::Unsuitable) => Some(()),
            Err(_) => None,
        });
        Some(peer)
    }

    pub fn uri(&self) -> String {
        self.printer.uri().to_owned()
    }

    pub fn switch_off(&mut self) {
        if matches!(self.script.try_wait(), Ok(None)) {
            let _ = Command::new("kill").arg(self.script.id().to_string()).status();
            let _ = self.script.wait();
        }
    }

    /// Asks for misbehaviour, or with `None` ends it.
    pub fn fault(&self, name: &str, content: Option<&str>) {
        let file = self.folder.join(format!("fault-{name}"));
        match content {
            Some(content) => fs::write(file, content).expect("written"),
            None => fs::remove_file(file).expect("there"),
        }
    }

    /// Sides that came out in all.
    pub fn sides(&self) -> u32 {
        let log = fs::read_to_string(self.folder.join("sides.log")).unwrap_or_default();
        u32::try_from(log.lines().count()).expect("few")
    }

    /// What each job asked, as the printer had it.
    pub fn tickets(&self) -> Vec<Value> {
        let log = fs::read_to_string(self.folder.join("tickets.log")).unwrap_or_default();
        log.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
    }
}

impl Drop for PrinterPeer {
    fn drop(&mut self) {
        self.switch_off();
        if std::thread::panicking() {
            println!("the printer's folder stays: {}", self.folder.display());
        } else {
            let _ = fs::remove_dir_all(&self.folder);
        }
    }
}

/// CUPS' scheduler with one queue, gone after the test.
pub struct Scheduler {
    script: Child,
    pub folder: PathBuf,
    port: u16,
}

impl Scheduler {
    /// A queue before the two-sided printer at `device`. `None` when CUPS is not installed, which is said aloud.
    pub fn start(device: &str) -> Option<Self> {
        if !(have("cupsd", "cups") && have("lpadmin", "cups")) {
            return None;
        }
        // Its filters run as another user, who may not enter the home that the build may lie in.
        let port = free_port();
        let folder = std::env::temp_dir().join(format!("ottisk-cups-{}-{port}", std::process::id()));
        let mut script = Command::new("bash")
            .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/peers/cupsd.sh"))
            .arg(port.to_string())
            .arg(&folder)
            .arg(device)
            .stdout(Stdio::piped())
            .spawn()
            .expect("bash");
        let mut line = String::new();
        BufReader::new(script.stdout.take().expect("piped")).read_line(&mut line).expect("a line");
        assert_eq!(line.trim(), "READY", "cupsd did not start: see {}", folder.display());
        let cups = Self { script, folder, port };
        // The queue is there a moment before its description.
        let printer = Printer::open(&cups.uri(), PRINTER_LIMITS).expect("an address");
        until("a two-sided queue", Duration::from_secs(10), || {
            smol::block_on(printer.capabilities()).ok().filter(|able| able.sides.len() == 3)
        });
        Some(cups)
    }

    pub fn uri(&self) -> String {
        format!("ipp://127.0.0.1:{}/printers/kiosk", self.port)
    }

    /// Documents of a job as they arrived.
    pub fn documents(&self, job: i32) -> Vec<PathBuf> {
        let name = |number| self.folder.join("spool").join(format!("d{job:05}-{number:03}"));
        (1..).map(name).take_while(|path| path.exists()).collect()
    }
}

impl Drop for Scheduler {
    fn drop(&mut self) {
        let _ = Command::new("kill").arg(self.script.id().to_string()).status();
        let _ = self.script.wait();
        if std::thread::panicking() {
            println!("the scheduler's folder stays: {}", self.folder.display());
        } else {
            let _ = fs::remove_dir_all(&self.folder);
        }
    }
}
