//! A serial scanner of QR codes and bar codes: what it reads comes to the same place as a remote scan. Here is the device:
//! opened, read, lost, opened again. What is a line is in [`frame`]; what a line means, the scene decides.
//!
//! A scanner that types like a keyboard has no device here: its line, typed fast and ended by Enter ([`typed`]), comes from
//! the keyboard as the same [`Event::Scan`].

pub mod frame;
pub mod typed;

use std::{
    fs::File,
    io,
    os::fd::{FromRawFd as _, IntoRawFd as _},
    path::Path,
    rc::Rc,
    time::{Duration, Instant},
};

use serialport::ErrorKind;
use smol::{
    Async, Timer,
    future::FutureExt as _,
    io::{AsyncReadExt as _, AsyncWriteExt as _},
};

use self::frame::Frame;
use super::{
    live::LivePanel,
    scene::{Event, desk::ScannerState},
};
use crate::settings::scanner::Scanner;

/// Bytes taken at once: a scan is shorter, and whoever floods us waits between.
const CHUNK: usize = 256;

/// The answer to a scan, at which some scanners beep.
const BEL: &[u8] = b"\x07";

/// Lives for ever: what is pulled out is waited for.
pub async fn run(panel: Rc<LivePanel>, settings: Scanner) {
    if settings.device.as_os_str().is_empty() {
        return std::future::pending().await;
    }
    let mut wait = settings.retry_ms;
    loop {
        let (device, baud) = (settings.device.clone(), settings.baud);
        match smol::unblock(move || open(&device, baud)).await {
            Ok(port) => {
                tell(&panel, ScannerState::Open, None);
                if read(&panel, port, &settings).await {
                    wait = settings.retry_ms;
                }
                tell(&panel, ScannerState::Gone, None);
            }
            Err(error) => tell(&panel, state(&error), Some(&error)),
        }
        Timer::after(Duration::from_millis(wait)).await;
        wait = wait.saturating_mul(2).min(settings.retry_max_ms);
    }
}

/// How a scanner is that cannot be opened.
pub fn state(error: &serialport::Error) -> ScannerState {
    match error.kind() {
        ErrorKind::NoDevice | ErrorKind::Io(io::ErrorKind::ResourceBusy) => ScannerState::Held,
        _ => ScannerState::Gone,
    }
}

/// Opens the device for us alone.
pub fn open(device: &Path, baud: u32) -> Result<File, serialport::Error> {
    if !device.exists() {
        let words = format!("{} is not there", device.display());
        return Err(serialport::Error::new(ErrorKind::Io(io::ErrorKind::NotFound), words));
    }
    let port = serialport::new(device.to_string_lossy(), baud).open_native()?;
    // SAFETY: `into_raw_fd` gives the descriptor away, so that nobody else closes it.
    Ok(unsafe { File::from_raw_fd(port.into_raw_fd()) })
}

/// Once each time it changes: a scanner that is gone all night must not fill the log.
fn tell(panel: &LivePanel, now: ScannerState, error: Option<&serialport::Error>) {
    if panel.scanner.replace(now) == now {
        return;
    }
    match (now, error) {
        (ScannerState::Open, _) => tracing::info!("scanner: open"),
        (_, Some(error)) => tracing::warn!(%error, "scanner: not open"),
        (_, None) => tracing::warn!("scanner: gone"),
    }
}

/// Reads until the scanner is gone; whether it ever said anything.
async fn read(panel: &LivePanel, port: File, settings: &Scanner) -> bool {
    let Ok(mut port) = Async::new(port) else { return false };
    let mut frame = Frame::new(settings);
    let (mut buffer, mut heard, born) = ([0; CHUNK], false, Instant::now());
    loop {
        let pause = async {
            match frame.pause_ms() {
                Some(pause) => Timer::after(Duration::from_millis(pause)).await,
                None => std::future::pending().await,
            };
            Ok(None)
        };
        let bytes = async { port.read(&mut buffer).await.map(Some) };
        let read: io::Result<Option<usize>> = bytes.or(pause).await;
        let now_ms = u64::try_from(born.elapsed().as_millis()).unwrap_or(u64::MAX);
        let lines = match read {
            Ok(Some(0)) | Err(_) => return heard,
            Ok(Some(count)) => {
                heard = true;
                frame.take(&buffer[..count], now_ms)
            }
            Ok(None) => frame.pause(now_ms).into_iter().collect(),
        };
        for line in lines {
            panel.event(Event::Scan(line));
            // Nobody waits for the beep: a scanner that takes no byte is none that beeps.
            if settings.bell {
                let late = async {
                    Timer::after(Duration::from_millis(50)).await;
                    Ok(0)
                };
                let _ = port.write(BEL).or(late).await;
            }
        }
        // A flood must not keep the others of this thread waiting.
        smol::future::yield_now().await;
    }
}
