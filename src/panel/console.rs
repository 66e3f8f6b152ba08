//! The console (`ioctl_console(2)`) is kept to ourselves: no cursor over the picture, no key that reaches a shell, no
//! Ctrl-Alt-F2. Given back when this is dropped.
//!
//! Not here: SysRq and Ctrl-Alt-Del, which are the kernel's and init's. A keyboard that we have grabbed
//! ([`touch::devices`]) reaches neither; for the moment before it is grabbed `kernel.sysrq = 0` and a masked
//! `ctrl-alt-del.target` are the system's to set. A kiosk that is killed gives nothing back; the next one takes over as it is.
//!
//! [`touch::devices`]: crate::panel::touch::devices

use std::{
    fs::{self, File},
    io,
    os::fd::AsRawFd as _,
};

const KDGETMODE: libc::Ioctl = 0x4B3B;
const KDSETMODE: libc::Ioctl = 0x4B3A;
const KDGKBMODE: libc::Ioctl = 0x4B44;
const KDSKBMODE: libc::Ioctl = 0x4B45;
const VT_GETMODE: libc::Ioctl = 0x5601;
const VT_SETMODE: libc::Ioctl = 0x5602;

const KD_TEXT: libc::c_int = 0;
const KD_GRAPHICS: libc::c_int = 1;
const K_UNICODE: libc::c_int = 3;
const K_OFF: libc::c_int = 4;
const VT_AUTO: i8 = 0;
const VT_PROCESS: i8 = 1;

/// The console that is shown now.
const ACTIVE: &str = "/sys/class/tty/tty0/active";
/// The setting for leaving it alone.
const NONE: &str = "none";

/// `struct vt_mode`
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Mode {
    mode: i8,
    waitv: i8,
    relsig: i16,
    acqsig: i16,
    frsig: i16,
}

/// A console that nobody else uses.
pub struct Console {
    tty: File,
    display: libc::c_int,
    keyboard: libc::c_int,
    switching: Mode,
}

impl Console {
    /// Takes the console of this device, the one that is shown when it is empty; `None` when it is `none`, or there is no
    /// console, or it is not for us. That is said in the log: the kiosk works without.
    pub fn take(device: &str) -> Option<Self> {
        if device == NONE {
            return None;
        }
        let shown = || Some(format!("/dev/{}", fs::read_to_string(ACTIVE).ok()?.trim()));
        let Some(path) = Some(device.to_owned()).filter(|path| !path.is_empty()).or_else(shown) else {
            tracing::info!("no console to keep people away from");
            return None;
        };
        match Self::open(&path) {
            Ok(console) => {
                tracing::info!(console = path, "the console is ours: no keys, no switching");
                Some(console)
            }
            Err(error) => {
                tracing::warn!(console = path, %error, "the console is not ours: a keyboard may leave the kiosk");
                None
            }
        }
    }

    fn open(path: &str) -> io::Result<Self> {
        let tty = File::options().read(true).write(true).open(path)?;
        let (mut display, mut keyboard, mut switching) = (KD_TEXT, K_UNICODE, Mode::default());
        give(&tty, KDGETMODE, &mut display)?;
        give(&tty, KDGKBMODE, &mut keyboard)?;
        give(&tty, VT_GETMODE, &mut switching)?;
        // What a killed kiosk left is nobody's wish.
        if keyboard == K_OFF {
            (display, keyboard) = (KD_TEXT, K_UNICODE);
        }
        let console = Self { tty, display, keyboard, switching: Mode { mode: VT_AUTO, ..switching } };
        // From here on dropping it puts back what was changed.
        set(&console.tty, KDSKBMODE, K_OFF)?;
        // The kernel asks for leave by this signal, which is ignored, and so never gets it.
        let signal = libc::SIGURG as i16;
        let mut ours = Mode { mode: VT_PROCESS, relsig: signal, acqsig: signal, ..Mode::default() };
        give(&console.tty, VT_SETMODE, &mut ours)?;
        set(&console.tty, KDSETMODE, KD_GRAPHICS)?;
        Ok(console)
    }
}

impl Drop for Console {
    fn drop(&mut self) {
        let mut switching = self.switching;
        let back = [
            set(&self.tty, KDSETMODE, self.display),
            give(&self.tty, VT_SETMODE, &mut switching),
            set(&self.tty, KDSKBMODE, self.keyboard),
        ];
        if let Some(error) = back.into_iter().find_map(Result::err) {
            tracing::warn!(%error, "the console was not given back");
        }
    }
}

/// A request with a number.
fn set(tty: &File, request: libc::Ioctl, value: libc::c_int) -> io::Result<()> {
    // SAFETY: these requests take a number, not a pointer.
    match unsafe { libc::ioctl(tty.as_raw_fd(), request, value) } {
        -1 => Err(io::Error::last_os_error()),
        _ => Ok(()),
    }
}

/// A request that reads or writes a value.
fn give<T>(tty: &File, request: libc::Ioctl, value: &mut T) -> io::Result<()> {
    // SAFETY: each caller gives the type that the request is defined with, alive for the call.
    match unsafe { libc::ioctl(tty.as_raw_fd(), request, &raw mut *value) } {
        -1 => Err(io::Error::last_os_error()),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::{Console, Mode};

    #[test]
    fn what_is_no_console_is_left_alone() {
        assert!(Console::take("none").is_none());
        assert!(Console::take("/dev/null").is_none());
        assert!(Console::take("/nowhere/tty1").is_none());
        assert_eq!(size_of::<Mode>(), 8);
    }
}
