//! The panel's devices at work: layouts to the display's thread, acts of people to the scenes.
//!
//! Not here: how a display is driven ([`screen`]) or a finger read ([`touch`]). With `screen = "memory"` nothing is opened, and
//! no keyboard of a desk is grabbed: the mirror is all there is.
//!
//! [`screen`]: crate::panel::screen
//! [`touch`]: crate::panel::touch

use std::{
    cell::{Cell, RefCell},
    io,
    path::Path,
    rc::Rc,
    time::Duration,
};

use smol::{LocalExecutor, Timer, channel, future::FutureExt as _};

use super::{LivePanel, now};
use crate::{
    panel::{
        canvas::Argb,
        console::Console,
        layout::{Ink, Layout, area::Area},
        scanner::typed::Typed,
        scene::Event,
        screen::{
            backlight::{self, Backlight},
            driver::{self, News, Wanted},
            rotation::Rotation,
        },
        touch::{
            calibration::{self, Matrix, Tap},
            devices::{self, Act, Use},
            keyboard::Key,
            pointer::{self, Kind},
        },
    },
    settings::Screen,
};

/// The pointer of a mouse, in pixels: a dark ring around a light dot is seen on any ground.
const POINTER: i32 = 18;
const RING: i32 = 4;
const DARK: Argb = Argb::rgb(0x10_1828);
const LIGHT: Argb = Argb::rgb(0xFF_FFFF);

/// What the panel knows of its devices.
pub(super) struct Devices {
    /// Rings when the picture may have changed.
    changed: event_listener::Event,
    /// The mouse's place, while it is seen.
    mouse: Cell<Option<(i32, i32)>>,
    moved_ms: Cell<u64>,
    /// From a device's fractions to the display's.
    pub(super) calibration: Cell<Matrix>,
    /// What a scanner that is a keyboard types.
    typed: RefCell<Typed>,
}

impl Devices {
    pub(super) fn new(calibration: Matrix) -> Self {
        let (changed, mouse, moved_ms) = (event_listener::Event::new(), Cell::new(None), Cell::new(0));
        let (calibration, typed) = (Cell::new(calibration), RefCell::default());
        Self { changed, mouse, moved_ms, calibration, typed }
    }

    /// The picture may have changed.
    pub(super) fn ring(&self) {
        self.changed.notify(usize::MAX);
    }
}

/// What was found on the spot, before what the settings say.
pub(super) fn calibration(folder: &Path, setting: Option<[f64; 6]>) -> Matrix {
    calibration::load(folder).or(setting.map(Matrix)).unwrap_or(Matrix::IDENTITY)
}

impl LivePanel {
    /// The console, kept from people for as long as this is held; `None` when it is not ours to keep.
    pub fn keep_console(&self) -> Option<Console> {
        match self.settings.panel.screen {
            Screen::Memory => None,
            Screen::Drm | Screen::Fbdev => Console::take(&self.settings.hardware.console),
        }
    }

    /// Lays what `taps` say over the calibration in use, and uses it. Whether they make sense.
    pub fn calibrate(&self, taps: &[Tap]) -> bool {
        let Some(correction) = calibration::solve(taps) else { return false };
        // Taps are told as people see them; a calibration belongs to the device, and outlives another rotation.
        let turn = self.rotation();
        let matrix = turn.inverse().matrix().after(&correction).after(&turn.matrix());
        let matrix = matrix.after(&self.devices.calibration.get());
        if !matrix.is_sane() {
            return false;
        }
        self.devices.calibration.set(matrix);
        true
    }

    /// Percent of the display's light; `None` when it has none that can be set.
    pub fn brightness(&self) -> Option<u8> {
        self.backlight()?.brightness()
    }

    /// Sets the display's light, 1 to 100 percent.
    ///
    /// # Errors
    /// When there is none, or the kernel does not let us.
    pub fn set_brightness(&self, percent: u8) -> io::Result<()> {
        self.backlight().ok_or(io::ErrorKind::NotFound)?.set_brightness(percent)
    }

    fn backlight(&self) -> Option<Backlight> {
        match self.settings.panel.screen {
            Screen::Memory => None,
            Screen::Drm | Screen::Fbdev => {
                Backlight::find(Path::new(backlight::CLASS), &self.settings.hardware.backlight)
            }
        }
    }

    /// Whether there is a finger's device at this display.
    pub fn can_touch(&self) -> bool {
        let touches = |(_, used): &(String, Use)| matches!(used, Use::Points(Kind::Single | Kind::Multi));
        self.settings.panel.screen != Screen::Memory && devices::list(&self.settings.hardware).0.iter().any(touches)
    }

    fn rotation(&self) -> Rotation {
        Rotation::from_degrees(self.settings.panel.rotation).unwrap_or_default()
    }

    /// Drives the display and reads what people do, for ever.
    pub(super) async fn drive(self: Rc<Self>, executor: Rc<LocalExecutor<'static>>) {
        if self.settings.panel.screen == Screen::Memory {
            return std::future::pending().await;
        }
        if let Some(Err(error)) = self.settings.hardware.brightness_percent.map(|percent| self.set_brightness(percent))
        {
            tracing::warn!(%error, "hardware.brightness_percent has no effect");
        }
        let panel = Rc::clone(&self);
        let act: Rc<dyn Fn(Act)> = Rc::new(move |act| panel.acted(act));
        let reading = devices::watch(&self.settings.hardware, executor, act);
        let showing = async {
            match driver::start(&self.settings) {
                Ok((wanted, news)) => self.show(&wanted, &news).await,
                Err(error) => tracing::error!(%error, "no thread for the display"),
            }
            // What can be touched is in the mirror, which goes on.
            std::future::pending().await
        };
        reading.or(showing).or(self.hide_pointer()).await;
    }

    /// The newest layout to the display, whenever there is another one.
    async fn show(&self, wanted: &channel::Sender<Wanted>, news: &channel::Receiver<News>) {
        let mut sent: Option<Wanted> = None;
        loop {
            let bell = self.devices.changed.listen();
            let (layout, lit) = {
                let panel = self.panel.borrow();
                (panel.layout(now(self.clock)), !panel.is_asleep())
            };
            let next = Wanted { layout: self.with_pointer(layout), lit };
            if sent.as_ref() != Some(&next) {
                if wanted.force_send(next.clone()).is_err() {
                    return;
                }
                sent = Some(next);
            }
            let rung = async {
                bell.await;
                Ok(None)
            };
            match rung.or(async { news.recv().await.map(Some) }).await {
                Ok(Some(News::Found((width, height)))) => {
                    self.panel.borrow_mut().resize(width, height);
                    // A display that was found shows nothing yet.
                    sent = None;
                }
                Ok(_) => {}
                Err(_) => return,
            }
        }
    }

    fn with_pointer(&self, mut layout: Layout) -> Layout {
        if let Some((x, y)) = self.devices.mouse.get() {
            let dot = |size: i32, color: Argb| {
                let area = Area::new(x - size / 2, y - size / 2, size, size);
                Ink::Box { area, radius: size / 2, fill: (color, color) }
            };
            layout.inks.extend([dot(POINTER, DARK), dot(POINTER - 2 * RING, LIGHT)]);
        }
        layout
    }

    async fn hide_pointer(&self) {
        let seconds = self.settings.hardware.pointer_hide_s.max(1);
        loop {
            Timer::after(Duration::from_secs(1)).await;
            let still = now(self.clock).saturating_sub(self.devices.moved_ms.get()) >= seconds * 1_000;
            if still && self.devices.mouse.take().is_some() {
                self.devices.ring();
            }
        }
    }

    /// Somebody did something.
    fn acted(&self, act: Act) {
        let (width, height) = self.panel.borrow().size();
        let within = |at: i32, size: u32| at.clamp(0, size.saturating_sub(1) as i32);
        match act {
            Act::Pointed(pointer::Act::Touch(felt)) => {
                let (x, y) = self.rotation().matrix().after(&self.devices.calibration.get()).apply(felt);
                let pixel = |part: f64, size: u32| within((part * f64::from(size)).floor() as i32, size);
                self.event(Event::Tap { x: pixel(x, width), y: pixel(y, height) });
            }
            Act::Pointed(pointer::Act::Moved(right, down)) => {
                let (x, y) = self.devices.mouse.get().unwrap_or((width as i32 / 2, height as i32 / 2));
                let place = (within(x.saturating_add(right), width), within(y.saturating_add(down), height));
                self.devices.mouse.set(Some(place));
                self.devices.moved_ms.set(now(self.clock));
                self.devices.ring();
            }
            // A pointer that nobody sees points at nothing.
            Act::Pointed(pointer::Act::Click) => {
                self.devices.moved_ms.set(now(self.clock));
                if let Some((x, y)) = self.devices.mouse.get() {
                    self.event(Event::Tap { x, y });
                }
            }
            Act::Typed(key) => {
                let (mut typed, at_ms) = (self.devices.typed.borrow_mut(), now(self.clock));
                let line = match key {
                    Key::Symbol(symbol) | Key::Mark(symbol) => {
                        typed.symbol(symbol, at_ms);
                        None
                    }
                    Key::Enter => typed.enter(at_ms),
                    Key::Backspace | Key::Escape => None,
                };
                drop(typed);
                if let Some(line) = line {
                    return self.event(Event::Scan(line));
                }
                let layout = self.panel.borrow().layout(now(self.clock));
                key.presses(&layout).into_iter().for_each(|id| self.event(Event::Press(id)));
            }
        }
    }
}
