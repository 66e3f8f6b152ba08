//! The screen's own thread: takes the newest layout, redraws what changed, waits for the display. A display that is not
//! there is looked for again; meanwhile the kiosk goes on, and its mirror too.
//!
//! Drawing and waiting are here so that the executor does neither.

use std::{
    io,
    path::Path,
    thread,
    time::{Duration, Instant},
};

use smol::{Timer, channel, future::FutureExt as _};

use super::{
    Screen,
    backlight::{self, Backlight},
    damage::Painting,
    rotation::Rotation,
};
use crate::{
    panel::layout::Layout,
    settings::{Settings, hardware::Hardware},
};

/// What the display should show.
#[derive(Clone, PartialEq)]
pub struct Wanted {
    /// This, if it has the display's size.
    pub layout: Layout,
    /// And whether it is lit.
    pub lit: bool,
}

/// What became of the display.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum News {
    /// It is there, and this is the size of pictures for it, in pixels.
    Found((u32, u32)),
    /// It is not.
    Lost,
}

/// News that nobody heard yet: two are more than a display has in a second.
const NEWS: usize = 8;

/// Begins to drive the display of these settings. Only the newest of what is wanted is kept, so
/// [`channel::Sender::force_send`] it; the thread ends when the sender is gone.
///
/// # Errors
/// When there cannot be another thread.
pub fn start(settings: &Settings) -> io::Result<(channel::Sender<Wanted>, channel::Receiver<News>)> {
    let (wanted, taking) = channel::bounded(1);
    let (telling, news) = channel::bounded(NEWS);
    let (kind, hardware) = (settings.panel.screen, settings.hardware.clone());
    let rotation = Rotation::from_degrees(settings.panel.rotation).unwrap_or_default();
    let open = move |hardware: &Hardware| Screen::open(kind, hardware, rotation);
    let drive = move || Driver { hardware, rotation, taking, telling }.drive(open);
    thread::Builder::new().name("screen".into()).spawn(drive)?;
    Ok((wanted, news))
}

struct Driver {
    hardware: Hardware,
    rotation: Rotation,
    taking: channel::Receiver<Wanted>,
    telling: channel::Sender<News>,
}

enum Next {
    Wanted(Wanted),
    /// So long nobody wanted anything.
    Silence,
    /// Nobody ever will.
    Closed,
}

impl Driver {
    fn drive(&self, open: impl Fn(&Hardware) -> io::Result<Option<Screen>>) {
        let (shortest, longest) = (self.hardware.look_s, self.hardware.retry_max_s);
        let (mut pause, mut said) = (shortest, String::new());
        loop {
            let ended = match open(&self.hardware) {
                Ok(None) => return,
                Ok(Some(mut screen)) => {
                    tracing::info!(display = screen.name(), "the display is there");
                    let size = self.rotation.size(screen.size());
                    let ended = self.tell(News::Found(size)).and_then(|()| self.show(&mut screen, size, &mut pause));
                    if ended.is_err() {
                        self.tell(News::Lost).ok();
                    }
                    ended
                }
                Err(error) => Err(error),
            };
            let Err(error) = ended else { return };
            // Once for each reason, not for each try.
            let why = error.to_string();
            if why != said {
                tracing::warn!(%error, "no display; the kiosk goes on without and looks for it");
                said = why;
            }
            match self.next(Duration::from_secs(pause)) {
                Next::Closed => return,
                Next::Silence => {}
                // Not lost: a display that is found asks for the newest.
                Next::Wanted(_) => thread::sleep(Duration::from_secs(pause)),
            }
            pause = (pause * 2).min(longest);
        }
    }

    fn tell(&self, news: News) -> io::Result<()> {
        self.telling.send_blocking(news).map_err(|_| io::ErrorKind::BrokenPipe.into())
    }

    /// Shows what is wanted until the display fails, or nobody wants anything any more.
    fn show(&self, screen: &mut Screen, size: (u32, u32), pause: &mut u64) -> io::Result<()> {
        let mut painting = Painting::new(size.0, size.1);
        let light = Backlight::find(Path::new(backlight::CLASS), &self.hardware.backlight);
        let (mut lit, mut checked, look) = (true, Instant::now(), Duration::from_secs(self.hardware.look_s));
        loop {
            match self.next(look) {
                Next::Closed => return Ok(()),
                Next::Silence => {}
                Next::Wanted(wanted) => {
                    let fits = (wanted.layout.width, wanted.layout.height) == size;
                    let changed = if fits { painting.show(wanted.layout) } else { Default::default() };
                    let switched = wanted.lit != lit;
                    if switched {
                        lit = wanted.lit;
                        power(screen, light.as_ref(), lit)?;
                    }
                    if switched || !changed.is_empty() {
                        screen.present(painting.canvas(), &changed)?;
                        *pause = self.hardware.look_s;
                    }
                }
            }
            // Also of a display that is never left in peace.
            if checked.elapsed() >= look {
                checked = Instant::now();
                screen.check()?;
            }
        }
    }

    fn next(&self, limit: Duration) -> Next {
        let wanted = async { self.taking.recv().await.map_or(Next::Closed, Next::Wanted) };
        smol::block_on(wanted.or(async {
            Timer::after(limit).await;
            Next::Silence
        }))
    }
}

/// The display and its light; a light that cannot be put out stays.
fn power(screen: &mut Screen, light: Option<&Backlight>, on: bool) -> io::Result<()> {
    if let Some(Err(error)) = light.map(|light| light.set_power(on)) {
        tracing::debug!(%error, "the light stays as it is");
    }
    match screen.set_power(on) {
        // What cannot be switched off needs no switching on.
        Err(error) if !on => tracing::debug!(%error, "the display stays on"),
        Err(error) => return Err(error),
        Ok(()) => {}
    }
    Ok(())
}
