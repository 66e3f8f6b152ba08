//! Input devices (`/dev/input/event*`, Linux' evdev): which of them people use, opened, grabbed and read. What is plugged in is
//! looked for again and again; what is pulled out is forgotten.
//!
//! A grabbed device's events reach nobody else, the console least of all. Events are read in the executor from non-blocking
//! devices: a hand on the glass for minutes is a queue in the kernel that is emptied and costs no memory.

use std::{
    cell::RefCell,
    collections::{HashMap, HashSet},
    fs, io,
    os::{fd::AsFd as _, unix::fs::MetadataExt as _},
    path::{Path, PathBuf},
    rc::Rc,
    time::{Duration, Instant},
};

use evdev::{AbsoluteAxisCode, EventSummary, KeyCode, PropType, RelativeAxisCode, raw_stream::RawDevice};
use smol::{Async, LocalExecutor, Timer, future};

use super::{
    keyboard::{Key, Keyboard},
    pointer::{self, Axes, Kind, Pointer},
};
use crate::settings::hardware::Hardware;

const FOLDER: &str = "/dev/input";

/// What people did.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Act {
    /// With a finger or a mouse.
    Pointed(pointer::Act),
    /// With a key.
    Typed(Key),
}

/// What a device is to us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    /// It points.
    Points(Kind),
    /// It types.
    Types,
}

/// What `device` is good for; most are for nothing here.
pub fn use_of(device: &RawDevice) -> Option<Use> {
    let keys =
        |codes: &[KeyCode]| codes.iter().all(|code| device.supported_keys().is_some_and(|all| all.contains(*code)));
    let axes = |codes: &[AbsoluteAxisCode]| {
        codes.iter().all(|code| device.supported_absolute_axes().is_some_and(|all| all.contains(*code)))
    };
    let steps = [RelativeAxisCode::REL_X, RelativeAxisCode::REL_Y]
        .iter()
        .all(|code| device.supported_relative_axes().is_some_and(|all| all.contains(*code)));
    // A laptop's pad says places too, but they are not the screen's.
    let is_pad = keys(&[KeyCode::BTN_TOOL_FINGER]) && !device.properties().contains(PropType::DIRECT);
    let multi = [
        AbsoluteAxisCode::ABS_MT_SLOT,
        AbsoluteAxisCode::ABS_MT_POSITION_X,
        AbsoluteAxisCode::ABS_MT_POSITION_Y,
        AbsoluteAxisCode::ABS_MT_TRACKING_ID,
    ];
    match () {
        () if is_pad => None,
        () if axes(&multi) => Some(Use::Points(Kind::Multi)),
        () if axes(&[AbsoluteAxisCode::ABS_X, AbsoluteAxisCode::ABS_Y])
            && (keys(&[KeyCode::BTN_TOUCH]) || keys(&[KeyCode::BTN_LEFT])) =>
        {
            Some(Use::Points(Kind::Single))
        }
        () if steps && keys(&[KeyCode::BTN_LEFT]) => Some(Use::Points(Kind::Mouse)),
        () if keys(&[KeyCode::KEY_A, KeyCode::KEY_ENTER]) => Some(Use::Types),
        () => None,
    }
}

/// The devices there are, or those of the settings.
fn paths(hardware: &Hardware) -> Vec<PathBuf> {
    if !hardware.input.is_empty() {
        return hardware.input.iter().map(PathBuf::from).collect();
    }
    let entries = fs::read_dir(FOLDER).into_iter().flatten();
    let mut paths: Vec<PathBuf> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("event")))
        .collect();
    paths.sort();
    paths
}

/// A device that could not be opened, and why.
pub type Closed = (PathBuf, io::Error);

/// Each device that people can use, its name and its use, without grabbing it; and those that may not be opened.
pub fn list(hardware: &Hardware) -> (Vec<(String, Use)>, Vec<Closed>) {
    let (mut found, mut failed) = (Vec::new(), Vec::new());
    for path in paths(hardware) {
        match RawDevice::open(&path) {
            Ok(device) => found.extend(use_of(&device).map(|what| (name(&device, &path), what))),
            Err(error) => failed.push((path, error)),
        }
    }
    (found, failed)
}

fn name(device: &RawDevice, path: &Path) -> String {
    format!("{} at {}", device.name().unwrap_or("a device without a name").trim(), path.display())
}

/// A device's file, which is another one when the device was plugged in anew.
type Node = (PathBuf, u64);

/// Reads all that people use, for ever; each act goes to `act`.
pub async fn watch(hardware: &Hardware, executor: Rc<LocalExecutor<'static>>, act: Rc<dyn Fn(Act)>) {
    let started = Instant::now();
    let read: Rc<RefCell<HashSet<Node>>> = Rc::default();
    let mut useless: HashSet<Node> = HashSet::new();
    // When to try again, and the pause after that.
    let mut failed: HashMap<Node, (Instant, u64)> = HashMap::new();
    loop {
        let there: Vec<Node> = paths(hardware)
            .into_iter()
            .filter_map(|path| Some((path.clone(), fs::metadata(&path).ok()?.ino())))
            .collect();
        useless.retain(|node| there.contains(node));
        failed.retain(|node, _| there.contains(node));
        for node in there {
            let waits = failed.get(&node).is_some_and(|(again, _)| Instant::now() < *again);
            if waits || useless.contains(&node) || read.borrow().contains(&node) {
                continue;
            }
            match open(&node.0, hardware) {
                Ok(Some(device)) => {
                    failed.remove(&node);
                    read.borrow_mut().insert(node.clone());
                    let (read, act) = (Rc::clone(&read), Rc::clone(&act));
                    let reading = async move {
                        let name = device.name.clone();
                        let error = device.read(started, &*act).await;
                        tracing::info!(device = name, %error, "an input device is gone");
                        read.borrow_mut().remove(&node);
                    };
                    executor.spawn(reading).detach();
                }
                Ok(None) => {
                    useless.insert(node);
                }
                Err(error) => {
                    let pause = failed.get(&node).map_or(hardware.look_s, |(_, pause)| *pause);
                    if !failed.contains_key(&node) {
                        tracing::warn!(device = %node.0.display(), %error, "an input device does not open; tried again");
                    }
                    let longer = (pause * 2).min(hardware.retry_max_s);
                    failed.insert(node, (Instant::now() + Duration::from_secs(pause), longer));
                }
            }
        }
        Timer::after(Duration::from_secs(hardware.look_s)).await;
    }
}

enum Reader {
    Pointer(Box<Pointer>),
    Keyboard(Keyboard),
}

struct Open {
    name: String,
    device: RawDevice,
    ready: Async<std::os::fd::OwnedFd>,
    reader: Reader,
}

fn open(path: &Path, hardware: &Hardware) -> io::Result<Option<Open>> {
    let mut device = RawDevice::open(path)?;
    let Some(what) = use_of(&device) else { return Ok(None) };
    let name = name(&device, path);
    if let Err(error) = device.grab() {
        tracing::warn!(device = name, %error, "is shared with others");
    }
    let reader = match what {
        Use::Types => Reader::Keyboard(Keyboard::default()),
        Use::Points(kind) => {
            let mut axes = Axes { x: (0, 0), y: (0, 0) };
            let mut at = (0, 0);
            let (x, y) = match kind {
                Kind::Multi => (AbsoluteAxisCode::ABS_MT_POSITION_X, AbsoluteAxisCode::ABS_MT_POSITION_Y),
                Kind::Single | Kind::Mouse => (AbsoluteAxisCode::ABS_X, AbsoluteAxisCode::ABS_Y),
            };
            for (code, about) in device.get_absinfo()? {
                let range = (about.minimum(), about.maximum());
                if code == x {
                    axes.x = range;
                } else if code == y {
                    axes.y = range;
                }
                // Also of a panel with slots: where its first finger was last.
                match code {
                    AbsoluteAxisCode::ABS_X => at.0 = about.value(),
                    AbsoluteAxisCode::ABS_Y => at.1 = about.value(),
                    _ => {}
                }
            }
            Reader::Pointer(Box::new(Pointer::new(kind, axes, at, hardware.debounce_ms)))
        }
    };
    // The copy shares the device's state with it, and makes both non-blocking.
    let ready = Async::new(device.as_fd().try_clone_to_owned()?)?;
    tracing::info!(device = name, ?what, "an input device is there");
    Ok(Some(Open { name, device, ready, reader }))
}

impl Open {
    /// Reads until that fails.
    async fn read(mut self, started: Instant, act: &dyn Fn(Act)) -> io::Error {
        loop {
            if let Err(error) = self.ready.readable().await {
                return error;
            }
            match self.device.fetch_events() {
                Ok(events) => {
                    for event in events {
                        // When it was read, near enough to when it was done; the clocks of devices may be any.
                        let now_ms = started.elapsed().as_millis() as u64;
                        let done = match &mut self.reader {
                            Reader::Pointer(pointer) => pointer.feed(event, now_ms).map(Act::Pointed),
                            Reader::Keyboard(keyboard) => match event.destructure() {
                                EventSummary::Key(_, code, value) => keyboard.feed(code, value).map(Act::Typed),
                                _ => None,
                            },
                        };
                        done.into_iter().for_each(act);
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return error,
            }
            // Others are on this executor too.
            future::yield_now().await;
        }
    }
}
