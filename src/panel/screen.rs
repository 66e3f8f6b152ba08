//! Displays: what the canvas becomes on hardware. A screen is one of two; memory needs none, its mirror reads the canvas.
//!
//! Not here: who draws. [`driver`] has a thread that does, with all waiting in it.

pub mod backlight;
pub mod damage;
pub mod driver;
pub mod drm;
pub mod fbdev;
pub mod pixels;
pub mod rotation;

use std::{io, os::fd::BorrowedFd, time::Duration};

use super::{canvas::Canvas, layout::area::Area};
use crate::settings::{self, hardware::Hardware};
use rotation::Rotation;

/// A display that is open.
pub enum Screen {
    /// By DRM/KMS.
    Drm(drm::Drm),
    /// A framebuffer.
    Fbdev(fbdev::Fbdev),
}

impl Screen {
    /// Opens the display that the settings name; `None` for memory.
    ///
    /// # Errors
    /// A sentence for the log, why there is no picture now.
    pub fn open(kind: settings::Screen, hardware: &Hardware, rotation: Rotation) -> io::Result<Option<Self>> {
        Ok(match kind {
            settings::Screen::Memory => None,
            settings::Screen::Drm => Some(Self::Drm(drm::Drm::open(hardware, rotation)?)),
            settings::Screen::Fbdev => {
                let screen = fbdev::Fbdev::open(hardware, rotation)?;
                screen.light();
                Some(Self::Fbdev(screen))
            }
        })
    }

    /// The display's own size in pixels.
    pub fn size(&self) -> (u32, u32) {
        match self {
            Self::Drm(screen) => screen.size(),
            Self::Fbdev(screen) => screen.size(),
        }
    }

    /// What it is, for the log.
    pub fn name(&self) -> String {
        match self {
            Self::Drm(screen) => screen.name(),
            Self::Fbdev(screen) => screen.name(),
        }
    }

    /// Shows what changed on the canvas; waits for the display.
    ///
    /// # Errors
    /// When the display is gone, or another program has it.
    pub fn present(&mut self, canvas: &Canvas, damage: &[Area]) -> io::Result<()> {
        match self {
            Self::Drm(screen) => screen.present(canvas, damage),
            Self::Fbdev(screen) => {
                screen.present(canvas, damage);
                Ok(())
            }
        }
    }

    /// Switches the display off or on, where it can be.
    ///
    /// # Errors
    /// When it cannot.
    pub fn set_power(&mut self, on: bool) -> io::Result<()> {
        match self {
            Self::Drm(screen) => screen.set_power(on),
            Self::Fbdev(screen) => screen.set_power(on),
        }
    }

    /// Whether the display is still there and as large as it was.
    ///
    /// # Errors
    /// When it is to be opened anew.
    pub fn check(&mut self) -> io::Result<()> {
        match self {
            Self::Drm(screen) => screen.check(),
            Self::Fbdev(screen) => screen.check(),
        }
    }
}

/// Waits until there is something to read, or for so long.
fn readable(fd: BorrowedFd<'_>, limit: Duration) -> io::Result<bool> {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    let limit = Timespec { tv_sec: limit.as_secs() as i64, tv_nsec: limit.subsec_nanos().into() };
    Ok(poll(&mut [PollFd::new(&fd, PollFlags::IN)], Some(&limit))? > 0)
}
