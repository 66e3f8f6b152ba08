//! A virtual machine with a display, a tablet and a keyboard: Debian's kernel, a folder in memory, the real binary, and a
//! shell on the serial line. Driven by QEMU's machine protocol (QMP).

use std::{
    fs,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex},
    thread,
    time::Duration,
};

use serde_json::{Value, json};

use crate::support::{free_port, have, temporary, until};

/// What the display, the input and the network need; what these need is found out.
const MODULES: [&str; 6] = ["virtio_pci", "virtio_gpu", "bochs", "virtio_input", "evdev", "virtio_net"];

/// Put in, but loaded only when its device is wanted.
const LATER: &str = "psmouse";

/// Long: everything is emulated, and slowly on a busy machine.
pub const LONG: Duration = Duration::from_secs(90);

/// The first process: mounts, modules, network, then a shell that reads the serial line.
const INIT: &str = "#!/bin/busybox sh
/bin/busybox --install -s /bin
export PATH=/bin
mount -t proc proc /proc; mount -t sysfs sysfs /sys; mount -t devtmpfs dev /dev; mount -t tmpfs data /data
echo 3 > /proc/sys/kernel/printk
for module in $(cat /modules/order); do insmod /modules/$module; done
ip link set lo up; ip link set eth0 up; ip addr add 10.0.2.15/24 dev eth0
(exec sleep 100000 < /dev/tty2) &
stty -F /dev/ttyS0 -echo
exec < /dev/ttyS0 > /dev/ttyS0 2>&1
echo SHELL READY
while read line; do eval \"$line\"; done
";

/// The kernel and its modules, where `tests/run` puts them.
fn kernel() -> Option<PathBuf> {
    let cache = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
    let cache = cache.or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".cache")))?;
    let folder = cache.join("ottisk-ci/kernel");
    if folder.join("vmlinuz").exists() {
        return Some(folder);
    }
    let missing = format!("SKIPPED: no kernel in {}; tests/run fetches it", folder.display());
    assert!(std::env::var("OTTISK_PEERS").as_deref() != Ok("all"), "{missing}");
    println!("{missing}");
    None
}

/// A file of a `cpio` archive (`newc`).
fn pack(archive: &mut Vec<u8>, name: &str, mode: u32, content: &[u8]) {
    let name_size = name.len() + 1;
    let fields = [0, mode, 0, 0, 1, 0, content.len() as u32, 0, 0, 0, 0, name_size as u32, 0];
    archive.extend_from_slice(b"070701");
    fields.iter().for_each(|field| archive.extend_from_slice(format!("{field:08x}").as_bytes()));
    archive.extend_from_slice(name.as_bytes());
    archive.push(0);
    archive.resize(archive.len().next_multiple_of(4), 0);
    archive.extend_from_slice(content);
    archive.resize(archive.len().next_multiple_of(4), 0);
}

/// `module` after all that it needs.
fn with_needs(modules: &[PathBuf], module: &str, order: &mut Vec<PathBuf>) {
    let plain = |path: &Path| path.file_stem().expect("a name").to_string_lossy().replace('-', "_");
    let Some(path) = modules.iter().find(|path| plain(path) == module.replace('-', "_")) else {
        return; // Built into the kernel.
    };
    if order.contains(path) {
        return;
    }
    let needs = Command::new("modinfo").args(["-F", "depends"]).arg(path).output().expect("modinfo runs");
    for need in String::from_utf8_lossy(&needs.stdout).trim().split(',').filter(|need| !need.is_empty()) {
        with_needs(modules, need, order);
    }
    order.push(path.clone());
}

fn find_modules(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("readable").map(|entry| entry.expect("an entry").path()) {
        if entry.is_dir() && !entry.is_symlink() {
            find_modules(&entry, found);
        } else if entry.extension().is_some_and(|ending| ending == "ko") {
            found.push(entry);
        }
    }
}

/// The libraries that the binary is linked with, by their places; and those that libpdfium, which it carries, asks for.
fn libraries(program: &Path) -> Vec<PathBuf> {
    let output = Command::new("ldd").arg(program).output().expect("ldd runs");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let mut found: Vec<PathBuf> =
        text.split_whitespace().filter(|word| word.starts_with('/')).map(PathBuf::from).collect();
    let libc = found.iter().find(|path| path.ends_with("libc.so.6")).and_then(|path| path.parent());
    let libc = libc.map(Path::to_path_buf).expect("linked with libc");
    for name in ["libpthread.so.0", "libdl.so.2", "librt.so.1", "libm.so.6"] {
        let path = libc.join(name);
        if path.exists() && !found.contains(&path) {
            found.push(path);
        }
    }
    found
}

fn initramfs(kernel: &Path, folder: &Path, configs: &[(&str, &str)]) -> PathBuf {
    let mut archive = Vec::new();
    for name in ["bin", "dev", "proc", "sys", "data", "tmp", "lib", "lib64", "modules", "root"] {
        pack(&mut archive, name, 0o040_755, b"");
    }
    let program = folder.join("ottisk");
    // Debug information is most of it, and every byte is unpacked by an emulated processor.
    let stripped =
        Command::new("strip").args(["--strip-all", "-o"]).arg(&program).arg(env!("CARGO_BIN_EXE_ottisk")).status();
    assert!(stripped.is_ok_and(|status| status.success()), "strip (apt-get install binutils)");
    let read = |path: &Path| fs::read(path).unwrap_or_else(|why| panic!("{}: {why}", path.display()));
    let busybox = ["/bin/busybox", "/usr/bin/busybox"].into_iter().map(Path::new).find(|path| path.exists());
    pack(&mut archive, "bin/busybox", 0o100_755, &read(busybox.expect("busybox")));
    pack(&mut archive, "bin/ottisk", 0o100_755, &read(&program));
    for library in libraries(&program) {
        let name = library.file_name().expect("a name").to_string_lossy().into_owned();
        let content = read(&library);
        let place = if name.starts_with("ld-linux") { "lib64" } else { "lib" };
        pack(&mut archive, &format!("{place}/{name}"), 0o100_755, &content);
    }
    let (mut all, mut order) = (Vec::new(), Vec::new());
    find_modules(&kernel.join("modules"), &mut all);
    MODULES.iter().for_each(|module| with_needs(&all, module, &mut order));
    let names: Vec<String> =
        order.iter().map(|path| path.file_name().expect("a name").to_string_lossy().into_owned()).collect();
    for (path, name) in order.iter().zip(&names) {
        pack(&mut archive, &format!("modules/{name}"), 0o100_644, &read(path));
    }
    let later = all.iter().find(|path| path.file_stem().is_some_and(|name| name == LATER)).expect(LATER);
    pack(&mut archive, &format!("modules/{LATER}.ko"), 0o100_644, &read(later));
    pack(&mut archive, "modules/order", 0o100_644, names.join("\n").as_bytes());
    for (name, config) in configs {
        pack(&mut archive, name, 0o100_644, config.as_bytes());
    }
    pack(&mut archive, "init", 0o100_755, INIT.as_bytes());
    pack(&mut archive, "TRAILER!!!", 0, b"");
    let path = folder.join("initramfs");
    fs::write(&path, archive).expect("written");
    assert!(fs::metadata(&path).expect("there").size() > 1_000_000);
    path
}

/// A picture, three bytes a pixel.
#[derive(Clone, PartialEq, Eq)]
pub struct Shot {
    pub width: usize,
    pub height: usize,
    pub pixels: Vec<u8>,
}

impl Shot {
    /// As `screendump` writes it.
    fn of_ppm(file: &[u8]) -> Option<Self> {
        let mut words = file.splitn(4, |byte| byte.is_ascii_whitespace());
        let number = |bytes: &[u8]| std::str::from_utf8(bytes).ok()?.parse().ok();
        (words.next()? == b"P6").then_some(())?;
        let (width, height) = (number(words.next()?)?, number(words.next()?)?);
        let rest = words.next()?;
        let start = rest.iter().position(|byte| byte.is_ascii_whitespace())? + 1;
        let pixels = rest[start..].to_vec();
        (pixels.len() == width * height * 3).then_some(Self { width, height, pixels })
    }

    pub fn of_png(file: &[u8]) -> Self {
        let mut reader = png::Decoder::new(std::io::Cursor::new(file)).read_info().expect("a PNG");
        let mut pixels = vec![0; reader.output_buffer_size().expect("a sane size")];
        let about = reader.next_frame(&mut pixels).expect("a whole PNG");
        Self { width: about.width as usize, height: about.height as usize, pixels }
    }

    /// Turned clockwise by a quarter.
    pub fn turned(&self) -> Self {
        let (width, height) = (self.height, self.width);
        let mut pixels = vec![0; self.pixels.len()];
        for y in 0..self.height {
            for x in 0..self.width {
                let (from, to) = ((y * self.width + x) * 3, (x * width + width - 1 - y) * 3);
                pixels[to..to + 3].copy_from_slice(&self.pixels[from..from + 3]);
            }
        }
        Self { width, height, pixels }
    }
}

/// See the module.
pub struct Machine {
    child: Child,
    qmp: BufReader<TcpStream>,
    serial: TcpStream,
    said: Arc<Mutex<String>>,
    folder: PathBuf,
    pub http: u16,
}

impl Machine {
    /// Boots one; `None`, said aloud, where that cannot be. `configs` are files in its root.
    pub fn boot(configs: &[(&str, &str)]) -> Option<Self> {
        if !cfg!(target_arch = "x86_64") {
            println!("SKIPPED: the virtual machine is an x86_64");
            return None;
        }
        let tools = [("qemu-system-x86_64", "qemu-system-x86"), ("busybox", "busybox-static"), ("modinfo", "kmod")];
        if !tools.into_iter().all(|(program, package)| have(program, package)) {
            return None;
        }
        let (kernel, folder) = (kernel()?, temporary("machine"));
        let initramfs = initramfs(&kernel, &folder, configs);
        let (qmp, serial, http) = (free_port(), free_port(), free_port());
        let child = Command::new("qemu-system-x86_64")
            .args(["-machine", "pc,accel=tcg", "-cpu", "max", "-smp", "2", "-m", "1024"])
            .args(["-nodefaults", "-no-user-config", "-display", "none", "-kernel"])
            .arg(kernel.join("vmlinuz"))
            .arg("-initrd")
            .arg(initramfs)
            .args(["-append", "console=tty1 quiet panic=-1 mitigations=off rdinit=/init vt.global_cursor_default=0"])
            .args(["-device", "virtio-gpu-pci,id=gpu,xres=1024,yres=600"])
            .args(["-device", "bochs-display,id=plain,xres=800,yres=480"])
            .args(["-device", "virtio-tablet-pci,id=tablet"])
            .args(["-serial", &format!("tcp:127.0.0.1:{serial},server=on,wait=off")])
            .args(["-qmp", &format!("tcp:127.0.0.1:{qmp},server=on,wait=off")])
            .args(["-netdev", &format!("user,id=net,restrict=on,hostfwd=tcp:127.0.0.1:{http}-:8080")])
            .args(["-device", "virtio-net-pci,netdev=net,romfile="])
            .stdout(Stdio::null())
            .stderr(fs::File::create(folder.join("qemu.log")).expect("a log"))
            .spawn()
            .expect("qemu starts");
        let connect =
            |port: u16| until("qemu", Duration::from_secs(20), || TcpStream::connect(("127.0.0.1", port)).ok());
        let (qmp, serial) = (connect(qmp), connect(serial));
        let said: Arc<Mutex<String>> = Arc::default();
        let (mut reading, hearing) = (serial.try_clone().expect("another"), Arc::clone(&said));
        thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(count @ 1..) = reading.read(&mut bytes) {
                hearing.lock().expect("unharmed").push_str(&String::from_utf8_lossy(&bytes[..count]));
            }
        });
        let mut machine = Self { child, qmp: BufReader::new(qmp), serial, said, folder, http };
        let mut greeting = String::new();
        machine.qmp.read_line(&mut greeting).expect("a greeting");
        machine.ask("qmp_capabilities", &json!({}));
        machine.hears("SHELL READY");
        Some(machine)
    }

    pub fn ask(&mut self, command: &str, arguments: &Value) -> Value {
        let line = json!({"execute": command, "arguments": arguments}).to_string() + "\n";
        self.qmp.get_mut().write_all(line.as_bytes()).expect("written");
        loop {
            let mut line = String::new();
            assert!(self.qmp.read_line(&mut line).expect("read") > 0, "qemu is gone: {}", self.log());
            let answer: Value = serde_json::from_str(&line).expect("JSON");
            // Events come in between.
            if answer.get("return").is_some() || answer.get("error").is_some() {
                return answer;
            }
        }
    }

    /// All that the serial line said.
    pub fn log(&self) -> String {
        self.said.lock().expect("unharmed").clone()
    }

    /// Forgets what was said, so that it is heard when it is said again.
    pub fn forget(&self) {
        self.said.lock().expect("unharmed").clear();
    }

    pub fn hears(&self, words: &str) -> String {
        let limit = std::time::Instant::now() + LONG;
        loop {
            let said = self.log();
            if said.contains(words) {
                return said;
            }
            assert!(std::time::Instant::now() < limit, "{words:?} was not said in {LONG:?}: {said}");
            thread::sleep(Duration::from_millis(50));
        }
    }

    /// A line for the shell.
    pub fn run(&mut self, line: &str) {
        self.serial.write_all(format!("{line}\n").as_bytes()).expect("written");
    }

    /// What is said until a command of the shell has ended.
    pub fn says(&mut self, line: &str) -> String {
        self.forget();
        self.run(&format!("{line}; echo ENDED"));
        self.hears("ENDED")
    }

    /// Whether keys come through to the kernel: of the console's switch and of SysRq's help.
    pub fn keys_leave(&mut self) -> (bool, bool) {
        self.says("dmesg -c > /dev/null");
        for keys in [&["ctrl", "alt", "f2"][..], &["ctrl", "c"], &["alt", "sysrq", "h"]] {
            self.keys(keys);
        }
        thread::sleep(Duration::from_millis(500));
        let said = self.says("echo SHOWN $(cat /sys/class/tty/tty0/active) HELP $(dmesg | grep -c 'sysrq: HELP')");
        self.says("chvt 1");
        (!said.contains("SHOWN tty1 "), !said.contains("HELP 0"))
    }

    /// A mouse moves, and clicks.
    pub fn click(&mut self, (right, down): (i64, i64)) {
        let step = |axis: &str, value: i64| json!({"type": "rel", "data": {"axis": axis, "value": value}});
        let button = |down: bool| json!({"type": "btn", "data": {"down": down, "button": "left"}});
        self.ask("input-send-event", &json!({"events": [step("x", right), step("y", down)]}));
        thread::sleep(Duration::from_secs(1));
        for down in [true, false] {
            self.ask("input-send-event", &json!({"events": [button(down)]}));
            thread::sleep(Duration::from_millis(100));
        }
    }

    /// What the display `device` shows.
    pub fn shot(&mut self, device: &str) -> Option<Shot> {
        let file = self.folder.join("shot.ppm");
        let answer = self.ask("screendump", &json!({"filename": file, "device": device}));
        assert!(answer.get("return").is_some(), "{answer}");
        Shot::of_ppm(&fs::read(file).ok()?)
    }

    /// A finger at these fractions of the tablet.
    pub fn touch(&mut self, (x, y): (f64, f64)) {
        let place = |axis: &str, part: f64| json!({"type": "abs", "data": {"axis": axis, "value": (part * 32_767.0).round() as i64}});
        let button = |down: bool| json!({"type": "btn", "data": {"down": down, "button": "left"}});
        self.ask("input-send-event", &json!({"events": [place("x", x), place("y", y), button(true)]}));
        thread::sleep(Duration::from_millis(60));
        self.ask("input-send-event", &json!({"events": [button(false)]}));
    }

    /// Many fingers at once, all over the glass, as fast as they are taken.
    pub fn mash(&mut self, taps: u32) {
        for tap in 0..taps {
            let value = |step: u32| (tap * step) % 32_768;
            let place = |axis: &str, value: u32| json!({"type": "abs", "data": {"axis": axis, "value": value}});
            for down in [true, false] {
                let button = json!({"type": "btn", "data": {"down": down, "button": "left"}});
                let events = [place("x", value(12_345)), place("y", value(7_919)), button];
                self.ask("input-send-event", &json!({"events": events}));
            }
        }
    }

    /// Kilobytes of memory that the process of this file needs.
    pub fn resident(&mut self) -> u64 {
        let said = self.says("grep VmRSS /proc/$(cat /pid)/status");
        let number = said.split("VmRSS:").nth(1).and_then(|rest| rest.split_whitespace().next()?.parse().ok());
        number.unwrap_or_else(|| panic!("no VmRSS in {said}"))
    }

    /// Keys held together, by QEMU's names.
    pub fn keys(&mut self, keys: &[&str]) {
        let keys: Vec<Value> = keys.iter().map(|key| json!({"type": "qcode", "data": key})).collect();
        self.ask("send-key", &json!({"keys": keys, "hold-time": 60}));
        thread::sleep(Duration::from_millis(150));
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        if thread::panicking() {
            eprintln!("the machine said: {}", self.log());
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
