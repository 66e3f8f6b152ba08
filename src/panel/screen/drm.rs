//! DRM/KMS: two dumb buffers shown in turn by page flips (`drm-kms(7)`), on the first connected connector or a chosen one.
//!
//! Not here: when to try again. Every failure is told, and whoever drives the screen opens it anew.

use std::{
    fs::{self, File},
    io,
    os::fd::{AsFd, BorrowedFd},
    time::{Duration, Instant},
};

use ::drm::{
    Device,
    buffer::{Buffer as _, DrmFourcc},
    control::{Device as Control, Event, Mode, ModeTypeFlags, PageFlipFlags, connector, crtc, dumbbuffer, framebuffer},
};

use super::{
    damage::merge,
    pixels::{Format, Target, copy},
    rotation::Rotation,
};
use crate::{
    panel::{canvas::Canvas, layout::area::Area},
    settings::hardware::Hardware,
};

/// Values of the connector's property `DPMS`.
const DPMS_ON: u64 = 0;
const DPMS_OFF: u64 = 3;

/// Areas of a buffer that wait to be copied; more become one.
const STALE: usize = 24;

struct Card(File);

impl AsFd for Card {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}

impl Device for Card {}
impl Control for Card {}

/// A buffer, and what of it is older than the canvas.
struct Buffer {
    memory: dumbbuffer::DumbBuffer,
    shown_as: framebuffer::Handle,
    stale: Vec<Area>,
}

/// A lit display.
pub struct Drm {
    card: Card,
    name: String,
    connector: connector::Handle,
    crtc: crtc::Handle,
    mode: Mode,
    chosen: bool,
    format: Format,
    buffers: [Buffer; 2],
    /// The buffer that is not on the display.
    back: usize,
    lit: bool,
    /// Some drivers only know how to set a picture, not how to flip to it.
    flips: bool,
    flip_timeout: Duration,
    rotation: Rotation,
}

/// A connector as it was found, for people.
pub fn name_of(connector: &connector::Info) -> String {
    format!("{}-{}", connector.interface().as_str(), connector.interface_id())
}

/// The cards there are, in their order.
fn cards(wanted: &str) -> io::Result<Vec<String>> {
    if !wanted.is_empty() {
        return Ok(vec![wanted.to_owned()]);
    }
    let mut cards: Vec<String> = fs::read_dir("/dev/dri")?
        .filter_map(|entry| Some(entry.ok()?.path().to_string_lossy().into_owned()))
        .filter(|path| path.starts_with("/dev/dri/card"))
        .collect();
    cards.sort();
    Ok(cards)
}

/// A connector's name, and the mode it would have, when a display is there.
pub type Connected = (String, Option<(u32, u32)>);

/// What is connected where, one line a connector, without taking the display from whoever has it.
///
/// # Errors
/// When there is no card.
pub fn list(hardware: &Hardware) -> io::Result<Vec<Connected>> {
    let mut found = Vec::new();
    for path in cards(&hardware.display)? {
        let card = Card(File::options().read(true).write(true).open(&path)?);
        for handle in card.resource_handles()?.connectors() {
            let connector = card.get_connector(*handle, false)?;
            let size = mode(&connector, None).map(|mode| (u32::from(mode.size().0), u32::from(mode.size().1)));
            let lit = connector.state() == connector::State::Connected;
            found.push((format!("{} at {path}", name_of(&connector)), size.filter(|_| lit)));
        }
    }
    Ok(found)
}

/// The mode of this size, or the one that the display likes best.
fn mode(connector: &connector::Info, wanted: Option<(u32, u32)>) -> Option<Mode> {
    let modes = connector.modes();
    match wanted {
        Some(wanted) => modes.iter().find(|mode| (u32::from(mode.size().0), u32::from(mode.size().1)) == wanted),
        None => modes.iter().find(|mode| mode.mode_type().contains(ModeTypeFlags::PREFERRED)).or(modes.first()),
    }
    .copied()
}

impl Drm {
    /// Lights the first display that fits.
    ///
    /// # Errors
    /// A sentence for the log: no card, nothing connected, no such mode, or somebody else has the display.
    pub fn open(hardware: &Hardware, rotation: Rotation) -> io::Result<Self> {
        let mut why = io::Error::other("no card in /dev/dri");
        for path in cards(&hardware.display).map_err(|error| io::Error::new(error.kind(), "no /dev/dri"))? {
            match Self::open_card(&path, hardware, rotation) {
                Ok(screen) => return Ok(screen),
                Err(error) => why = io::Error::new(error.kind(), format!("{path}: {error}")),
            }
        }
        Err(why)
    }

    fn open_card(path: &str, hardware: &Hardware, rotation: Rotation) -> io::Result<Self> {
        let card = Card(File::options().read(true).write(true).open(path)?);
        let resources = card.resource_handles()?;
        let wanted = hardware.mode_size();
        let mut seen = Vec::new();
        for handle in resources.connectors() {
            let connector = card.get_connector(*handle, true)?;
            let name = name_of(&connector);
            let asked = hardware.connector.is_empty() || hardware.connector == name;
            let Some(mode) =
                mode(&connector, wanted).filter(|_| connector.state() == connector::State::Connected && asked)
            else {
                seen.push(name);
                continue;
            };
            let crtc = connector.encoders().iter().filter_map(|encoder| card.get_encoder(*encoder).ok());
            let crtc = crtc.flat_map(|encoder| resources.filter_crtcs(encoder.possible_crtcs())).next();
            let crtc = crtc.ok_or_else(|| io::Error::other(format!("{name}: nothing drives it")))?;
            let connector = connector.handle();
            let (format, buffers) = buffers(&card, mode, hardware.depth_bits)?;
            let (back, lit, flips, chosen) = (0, true, true, wanted.is_some());
            let flip_timeout = Duration::from_millis(hardware.flip_timeout_ms);
            let name = format!("{name} at {path}");
            let mut screen = Self {
                card,
                name,
                connector,
                crtc,
                mode,
                chosen,
                format,
                buffers,
                back,
                lit,
                flips,
                flip_timeout,
                rotation,
            };
            // Black until there is a picture, and a failure now rather than then.
            screen.set()?;
            return Ok(screen);
        }
        let size = if hardware.mode.is_empty() { String::new() } else { format!(" with {}", hardware.mode) };
        Err(io::Error::new(io::ErrorKind::NotFound, format!("no display{size} at {}", seen.join(", "))))
    }

    /// In pixels, before it is turned.
    pub fn size(&self) -> (u32, u32) {
        let (width, height) = self.mode.size();
        (width.into(), height.into())
    }

    /// The connector, the device and the mode.
    pub fn name(&self) -> String {
        let ((width, height), bits) = (self.size(), self.format.bytes() * 8);
        format!("{}, {width}x{height}, {bits} bit", self.name)
    }

    /// Copies what changed and shows it; returns when it is on the display.
    ///
    /// # Errors
    /// When the display did not take it: it is gone, or somebody else has it.
    pub fn present(&mut self, canvas: &Canvas, damage: &[Area]) -> io::Result<()> {
        for buffer in &mut self.buffers {
            buffer.stale.extend_from_slice(damage);
            if buffer.stale.len() > STALE {
                buffer.stale = merge(std::mem::take(&mut buffer.stale));
            }
        }
        if !self.lit {
            return Ok(());
        }
        let buffer = &mut self.buffers[self.back];
        let (stride, size) = (buffer.memory.pitch() as usize, buffer.memory.size());
        let mut memory = self.card.map_dumb_buffer(&mut buffer.memory)?;
        let mut target = Target { memory: memory.as_mut(), stride, size, format: self.format };
        for area in merge(std::mem::take(&mut buffer.stale)) {
            copy(canvas, area, self.rotation, &mut target);
        }
        drop(memory);
        match self.flips {
            true => self.flip()?,
            false => self.set()?,
        }
        self.back = 1 - self.back;
        Ok(())
    }

    fn flip(&mut self) -> io::Result<()> {
        let shown = self.buffers[self.back].shown_as;
        if let Err(error) = self.card.page_flip(self.crtc, shown, PageFlipFlags::EVENT, None) {
            // A driver without flips says so at once; setting the picture works with all.
            tracing::debug!(%error, "no page flip");
            self.flips = false;
            return self.set();
        }
        let end = Instant::now() + self.flip_timeout;
        loop {
            let left = end.saturating_duration_since(Instant::now());
            if !super::readable(self.card.as_fd(), left)? {
                return Err(io::Error::new(io::ErrorKind::TimedOut, "the display did not take the picture"));
            }
            if self.card.receive_events()?.any(|event| matches!(event, Event::PageFlip(_))) {
                return Ok(());
            }
        }
    }

    /// Shows the back buffer with its mode, which also lights the display.
    fn set(&mut self) -> io::Result<()> {
        let shown = self.buffers[self.back].shown_as;
        self.card.set_crtc(self.crtc, Some(shown), (0, 0), &[self.connector], Some(self.mode))?;
        // For drivers that send pictures away; the others do not know it.
        let _ = self.card.dirty_framebuffer(shown, &[]);
        Ok(())
    }

    /// Switches the display off or on. Pictures that come meanwhile are shown then.
    ///
    /// # Errors
    /// When the display does not come on again.
    pub fn set_power(&mut self, on: bool) -> io::Result<()> {
        if self.lit == on {
            return Ok(());
        }
        self.lit = on;
        if let Some(dpms) = self.dpms()? {
            self.card.set_property(self.connector, dpms, if on { DPMS_ON } else { DPMS_OFF })?;
        }
        Ok(())
    }

    fn dpms(&self) -> io::Result<Option<::drm::control::property::Handle>> {
        let properties = self.card.get_properties(self.connector)?;
        let (handles, _) = properties.as_props_and_values();
        let is_dpms = |handle: &&_| self.card.get_property(**handle).is_ok_and(|info| info.name() == c"DPMS");
        Ok(handles.iter().find(is_dpms).copied())
    }

    /// Whether the display is still there, and still likes this mode.
    ///
    /// # Errors
    /// When it was unplugged, or another one was plugged in.
    pub fn check(&mut self) -> io::Result<()> {
        let connector = self.card.get_connector(self.connector, false)?;
        if connector.state() == connector::State::Disconnected {
            return Err(io::Error::new(io::ErrorKind::NotFound, "unplugged"));
        }
        match mode(&connector, None) {
            Some(best) if !self.chosen && best.size() != self.mode.size() => {
                Err(io::Error::other("another display, or another mode"))
            }
            _ => Ok(()),
        }
    }
}

/// Two buffers of this many bits, or of the other number when the card does not have that.
fn buffers(card: &Card, mode: Mode, bits: u32) -> io::Result<(Format, [Buffer; 2])> {
    let size = (u32::from(mode.size().0), u32::from(mode.size().1));
    let make = |format: Format| {
        let (code, depth, bits) = match format {
            Format::Xrgb8888 => (DrmFourcc::Xrgb8888, 24, 32),
            Format::Rgb565 => (DrmFourcc::Rgb565, 16, 16),
        };
        let one = || {
            let memory = card.create_dumb_buffer(size, code, bits)?;
            let shown_as = card.add_framebuffer(&memory, depth, bits)?;
            io::Result::Ok(Buffer { memory, shown_as, stale: Vec::new() })
        };
        io::Result::Ok((format, [one()?, one()?]))
    };
    let (first, second) = match bits {
        16 => (Format::Rgb565, Format::Xrgb8888),
        _ => (Format::Xrgb8888, Format::Rgb565),
    };
    make(first).or_else(|why| make(second).map_err(|_| why))
}

impl Drop for Drm {
    fn drop(&mut self) {
        for buffer in &self.buffers {
            // Closing the card frees them all the same.
            let _ = self.card.destroy_framebuffer(buffer.shown_as);
            let _ = self.card.destroy_dumb_buffer(buffer.memory);
        }
    }
}
