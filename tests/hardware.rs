//! The panel on hardware: DRM/KMS, a framebuffer, a tablet, a keyboard and the console, as a virtual machine has them. And
//! hardware that is not there.

mod machine;

use std::{fs, process::Command, time::Duration};

use serde_json::{Value, json};

use crate::support::{Kiosk, Start, until};
use machine::{LONG, Machine, Shot};

const DRM: &str = "[panel]\nscreen = \"drm\"\n[hardware]\ndisplay = \"/dev/dri/card0\"\n";
const TURNED: &str =
    "[panel]\nscreen = \"drm\"\nrotation = 90\n[hardware]\ndisplay = \"/dev/dri/card0\"\nmode = \"800x600\"\n";
const FBDEV: &str = "[panel]\nscreen = \"fbdev\"\n[hardware]\ndisplay = \"/dev/fb1\"\n";

/// A kiosk in a machine, seen over its network.
struct Seen {
    machine: Machine,
    token: String,
    display: &'static str,
}

impl Seen {
    /// Starts a kiosk with one of the configurations and waits until it shows and answers.
    fn start(mut machine: Machine, config: &str, display: &'static str) -> Self {
        machine.forget();
        machine.run(&format!(
            "ottisk demo --config /{config} --data /data/{config} --listen 0.0.0.0:8080 & echo $! > /pid"
        ));
        let said = machine.hears("the display is there");
        assert!(!said.contains("panicked"), "{said}");
        let said = until("a token", LONG, || {
            let said = machine.log();
            let rest = said.split("admin token").nth(1)?;
            rest.contains('\n').then(|| rest.lines().next().unwrap_or_default().trim().to_owned())
        });
        machine.hears("an input device is there");
        Self { machine, token: said, display }
    }

    fn get(&self, path: &str) -> Option<Vec<u8>> {
        let agent: ureq::Agent =
            ureq::Agent::config_builder().timeout_global(Some(Duration::from_secs(30))).build().into();
        let url = format!("http://127.0.0.1:{}{path}", self.machine.http);
        let request = agent.get(url).header("authorization", &format!("Bearer {}", self.token));
        request.call().ok()?.body_mut().read_to_vec().ok()
    }

    fn scene(&self) -> Value {
        self.get("/panel/scene").and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default()
    }

    fn wait_scene(&self, name: &str) -> Value {
        until(&format!("scene {name}"), LONG, || Some(self.scene()).filter(|scene| scene["scene"] == name))
    }

    /// Waits until the display shows what the mirror shows, pixel for pixel; on the idle screen but for the bar of the time
    /// that is left, which moves while we look at one after the other.
    fn shows_the_mirror(&mut self, turned: bool) -> Shot {
        let most = if self.scene()["scene"] == "idle" { 500 } else { 0 };
        let mut last = String::new();
        for _ in 0..60 {
            let mirror = self.get("/panel/screen.png").map(|png| Shot::of_png(&png)).expect("a mirror");
            let mirror = if turned { mirror.turned() } else { mirror };
            let Some(shot) = self.machine.shot(self.display) else { continue };
            let differ = shot.pixels.chunks(3).zip(mirror.pixels.chunks(3)).filter(|(one, other)| one != other).count();
            let sizes = [(shot.width, shot.height), (mirror.width, mirror.height)];
            if sizes[0] == sizes[1] && differ <= most {
                return shot;
            }
            last = format!("sizes {sizes:?}, pixels that differ: {differ}");
            std::thread::sleep(Duration::from_millis(500));
        }
        panic!("the display does not show what the mirror does: {last}");
    }

    /// The middle of an element as a fraction of the picture.
    fn middle(&self, id: &str) -> (f64, f64) {
        let scene = self.scene();
        let elements = scene["elements"].as_array().cloned().unwrap_or_default();
        let element = elements.iter().find(|element| element["id"] == id).unwrap_or_else(|| panic!("{id} in {scene}"));
        let number = |value: &Value| value.as_f64().expect("a number");
        let rect: Vec<f64> = element["rect"].as_array().expect("a rect").iter().map(number).collect();
        ((rect[0] + rect[2] / 2.0) / number(&scene["width"]), (rect[1] + rect[3] / 2.0) / number(&scene["height"]))
    }

    fn touch(&mut self, id: &str) {
        let place = self.middle(id);
        self.machine.touch(place);
    }

    fn stop(mut self) -> Machine {
        self.machine.run("kill -TERM $(cat /pid); wait $(cat /pid); echo STOPPED");
        self.machine.hears("STOPPED");
        self.machine
    }
}

#[test]
fn the_panel_works_on_a_display_with_a_tablet_and_nobody_leaves_it_by_keys() {
    let began = std::time::Instant::now();
    let stage = |what: &str| println!("{:>6.1} s  {what}", began.elapsed().as_secs_f32());
    let Some(mut machine) = Machine::boot(&[("drm.toml", DRM), ("turned.toml", TURNED), ("fbdev.toml", FBDEV)]) else {
        return;
    };
    assert_eq!(machine.keys_leave(), (true, true), "without the panel keys do leave");
    stage("booted");
    let mut kiosk = Seen::start(machine, "drm.toml", "gpu");
    touches(&mut kiosk);
    stage("touched");
    checks(&mut kiosk);
    stage("checked");
    types(&mut kiosk);
    stage("typed");
    loses_the_display(&mut kiosk);
    stage("display pulled out and plugged in");
    loses_the_tablet(&mut kiosk);
    stage("tablet pulled out and plugged in");
    let mut machine = kiosk.stop();
    assert_eq!(machine.keys_leave(), (true, true), "the console is given back");
    stage("console given back");
    let mut kiosk = Seen::start(machine, "turned.toml", "gpu");
    is_turned(&mut kiosk);
    stage("turned");
    let mut kiosk = Seen::start(kiosk.stop(), "fbdev.toml", "plain");
    shows_on_a_framebuffer(&mut kiosk);
    stage("framebuffer");
    is_mashed(&mut kiosk);
    stage("mashed");
}

/// What the mirror shows is on the display, and what is touched on the glass happens.
fn touches(kiosk: &mut Seen) {
    kiosk.wait_scene("idle");
    let idle = kiosk.shows_the_mirror(false);
    assert_eq!((idle.width, idle.height), (1024, 600));
    kiosk.touch("enter-code");
    let empty = kiosk.wait_scene("code");
    let code = kiosk.shows_the_mirror(false);
    assert!(code != idle, "the picture changed");
    kiosk.touch("key-4");
    until("a typed symbol", LONG, || (kiosk.scene() != empty).then_some(()));
    assert!(kiosk.shows_the_mirror(false) != code);
}

/// The doctor sees the same devices, beside the kiosk that has them.
fn checks(kiosk: &mut Seen) {
    let said = kiosk.machine.says("ottisk check --config /drm.toml --data /data/drm.toml");
    let line = |name: &str| said.lines().find(|line| line.contains(name)).unwrap_or_default();
    assert!(line("panel  ").contains("screen = \"drm\": Virtual-1 at /dev/dri/card0, 1024x600"), "{said}");
    assert!(line("touch  ").contains("QEMU Virtio Tablet at /dev/input/event1 (one finger)"), "{said}");
}

/// A technician's keyboard; and the keys that would leave any other program.
fn types(kiosk: &mut Seen) {
    let before = kiosk.scene();
    kiosk.machine.keys(&["f"]);
    until("a key", LONG, || (kiosk.scene() != before).then_some(()));
    kiosk.machine.keys(&["esc"]);
    kiosk.wait_scene("idle");
    assert_eq!(kiosk.machine.keys_leave(), (false, false), "no key leaves the panel");
    assert_eq!(kiosk.scene()["scene"], "idle", "and no combination types");
    kiosk.shows_the_mirror(false);
}

/// The kiosk goes on without a display, and shows what is then as soon as it is back.
fn loses_the_display(kiosk: &mut Seen) {
    kiosk.machine.forget();
    kiosk.machine.run("echo off > /sys/class/drm/card0-Virtual-1/status");
    kiosk.machine.hears("no display; the kiosk goes on");
    kiosk.touch("enter-code");
    kiosk.wait_scene("code");
    kiosk.machine.run("echo detect > /sys/class/drm/card0-Virtual-1/status");
    kiosk.machine.hears("the display is there");
    kiosk.shows_the_mirror(false);
    kiosk.machine.keys(&["esc"]);
    kiosk.wait_scene("idle");
}

/// Without its tablet a mouse will do: from the middle of the screen, where its pointer begins, to the key.
fn loses_the_tablet(kiosk: &mut Seen) {
    kiosk.machine.forget();
    kiosk.machine.ask("device_del", &json!({"id": "tablet"}));
    kiosk.machine.hears("an input device is gone");
    kiosk.machine.forget();
    kiosk.machine.run("insmod /modules/psmouse.ko");
    kiosk.machine.hears("an input device is there");
    let (x, y) = kiosk.middle("enter-code");
    kiosk.machine.click((((x - 0.5) * 1024.0) as i64, ((y - 0.5) * 600.0) as i64));
    kiosk.wait_scene("code");
    kiosk.machine.keys(&["esc"]);
    kiosk.wait_scene("idle");
    kiosk.machine.forget();
    kiosk.machine.run("rmmod psmouse");
    kiosk.machine.hears("an input device is gone");
    kiosk.machine.forget();
    kiosk.machine.ask("device_add", &json!({"driver": "virtio-tablet-pci", "id": "tablet2"}));
    kiosk.machine.hears("an input device is there");
    kiosk.touch("enter-code");
    kiosk.wait_scene("code");
}

/// Another mode, on its side: 600 wide and 800 high, and a finger is where the picture is.
fn is_turned(kiosk: &mut Seen) {
    let scene = kiosk.wait_scene("idle");
    assert_eq!((&scene["width"], &scene["height"]), (&json!(600), &json!(800)));
    let turned = kiosk.shows_the_mirror(true);
    assert_eq!((turned.width, turned.height), (800, 600));
    let (x, y) = kiosk.middle("enter-code");
    // The picture's left is the display's top, its top is the display's right.
    kiosk.machine.touch((1.0 - y, x));
    kiosk.wait_scene("code");
    kiosk.shows_the_mirror(true);
}

/// On the framebuffer of another card, which no console is on.
fn shows_on_a_framebuffer(kiosk: &mut Seen) {
    kiosk.wait_scene("idle");
    let idle = kiosk.shows_the_mirror(false);
    assert_eq!((idle.width, idle.height), (800, 480));
    kiosk.touch("enter-code");
    kiosk.wait_scene("code");
    assert!(kiosk.shows_the_mirror(false) != idle);
}

/// A hand that will not stop: nothing grows, and the panel answers.
fn is_mashed(kiosk: &mut Seen) {
    // Glyphs of every scene are drawn once and kept.
    kiosk.machine.mash(900);
    let before = kiosk.machine.resident();
    kiosk.machine.mash(900);
    let said = kiosk.machine.log();
    assert!(!said.contains("an effect was dropped") && !said.contains("panicked"), "{said}");
    let after = kiosk.machine.resident();
    assert!(after < before + 3_072, "{before} KB, then {after} KB");
    assert!(kiosk.scene()["scene"].is_string());
}

#[test]
fn a_display_that_is_not_there_leaves_the_kiosk_and_its_mirror_alive() {
    for screen in ["drm", "fbdev"] {
        let config = format!(
            "[panel]\nscreen = \"{screen}\"\n[hardware]\ndisplay = \"/nowhere/display\"\ninput = [\"/nowhere/input\"]\nconsole = \"none\"\n"
        );
        let kiosk = Kiosk::start(&Start { config: Some(&config), ..Start::default() });
        let logged = || Some(()).filter(|()| kiosk.log().contains("no display; the kiosk goes on"));
        until("a line in the log", Duration::from_secs(10), logged);
        kiosk.wait_scene("idle", Duration::from_secs(20));
        assert_eq!(kiosk.get("/panel/screen.png").0, 200);
        kiosk.review(&kiosk.pin);
        let log = fs::read_to_string(kiosk.folder.join("log")).expect("a log");
        assert_eq!(log.matches("no display; the kiosk goes on").count(), 1, "said once: {log}");
        let check = Command::new(env!("CARGO_BIN_EXE_ottisk"))
            .args(["check", "--config"])
            .arg(kiosk.folder.join("test.toml"))
            .arg("--data")
            .arg(&kiosk.folder)
            .output()
            .expect("it runs");
        let said = String::from_utf8_lossy(&check.stdout).into_owned();
        assert!(said.contains("fail panel ") && said.contains("fail touch "), "{said}");
    }
}
