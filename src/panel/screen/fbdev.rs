//! The Linux framebuffer (`linux/fb.h`): one picture in memory that the display shows as it is written.
//!
//! For boards whose display has no DRM driver. There are no flips: a change may be seen half done for a frame.

use std::{fs::File, io, os::fd::AsRawFd as _};

use super::{
    pixels::{Format, Target, copy},
    rotation::Rotation,
};
use crate::{
    panel::{canvas::Canvas, layout::area::Area},
    settings::hardware::Hardware,
};

const FBIOGET_VSCREENINFO: libc::Ioctl = 0x4600;
const FBIOPUT_VSCREENINFO: libc::Ioctl = 0x4601;
const FBIOGET_FSCREENINFO: libc::Ioctl = 0x4602;
const FBIOBLANK: libc::Ioctl = 0x4611;
/// `FB_BLANK_UNBLANK` and `FB_BLANK_POWERDOWN`.
const UNBLANK: libc::c_int = 0;
const POWERDOWN: libc::c_int = 4;

/// `FB_ACTIVATE_FORCE`: set the mode even when it is the one that was.
const FORCE: u32 = 128;

/// `struct fb_bitfield`
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Bits {
    offset: u32,
    length: u32,
    msb_right: u32,
}

/// `struct fb_var_screeninfo`
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
struct Variable {
    xres: u32,
    yres: u32,
    xres_virtual: u32,
    yres_virtual: u32,
    xoffset: u32,
    yoffset: u32,
    bits_per_pixel: u32,
    grayscale: u32,
    red: Bits,
    green: Bits,
    blue: Bits,
    transp: Bits,
    nonstd: u32,
    activate: u32,
    /// Timing and more, which nobody asks here.
    rest: [u32; 18],
}

/// `struct fb_fix_screeninfo`
#[repr(C)]
#[derive(Clone, Copy, Default)]
struct Fixed {
    id: [u8; 16],
    smem_start: libc::c_ulong,
    smem_len: u32,
    kind: u32,
    kind_aux: u32,
    visual: u32,
    xpanstep: u16,
    ypanstep: u16,
    ywrapstep: u16,
    line_length: u32,
    mmio_start: libc::c_ulong,
    mmio_len: u32,
    accel: u32,
    capabilities: u16,
    reserved: [u16; 2],
}

/// A framebuffer, mapped.
pub struct Fbdev {
    file: File,
    path: String,
    variable: Variable,
    stride: usize,
    format: Format,
    memory: *mut u8,
    length: usize,
    rotation: Rotation,
}

// SAFETY: the mapping is ours alone and goes where this value goes.
unsafe impl Send for Fbdev {}

/// How these bits hold a colour, if it is a way we know.
fn format(variable: &Variable) -> Option<Format> {
    let bits = |bits: Bits| (bits.offset, bits.length);
    match (variable.bits_per_pixel, bits(variable.red), bits(variable.green), bits(variable.blue)) {
        (32, (16, 8), (8, 8), (0, 8)) => Some(Format::Xrgb8888),
        (16, (11, 5), (5, 6), (0, 5)) => Some(Format::Rgb565),
        _ => None,
    }
}

fn ask<T: Copy>(file: &File, request: libc::Ioctl, mut about: T) -> io::Result<T> {
    // SAFETY: the kernel writes a T as this request defines it, into a live one.
    match unsafe { libc::ioctl(file.as_raw_fd(), request, &raw mut about) } {
        -1 => Err(io::Error::last_os_error()),
        _ => Ok(about),
    }
}

impl Fbdev {
    /// Opens and maps it.
    ///
    /// # Errors
    /// When it is not there, may not be opened, or holds pixels in a way we do not know.
    pub fn open(hardware: &Hardware, rotation: Rotation) -> io::Result<Self> {
        let path = if hardware.display.is_empty() { "/dev/fb0" } else { &hardware.display };
        let told = |error: io::Error| io::Error::new(error.kind(), format!("{path}: {error}"));
        let file = File::options().read(true).write(true).open(path).map_err(told)?;
        let variable = ask(&file, FBIOGET_VSCREENINFO, Variable::default()).map_err(told)?;
        let fixed = ask(&file, FBIOGET_FSCREENINFO, Fixed::default()).map_err(told)?;
        let Some(format) = format(&variable) else {
            let bits = variable.bits_per_pixel;
            return Err(io::Error::other(format!("{path}: pixels of {bits} bits in an unknown order")));
        };
        let (length, stride) = (fixed.smem_len as usize, fixed.line_length as usize);
        let (access, shared) = (libc::PROT_READ | libc::PROT_WRITE, libc::MAP_SHARED);
        // SAFETY: a new mapping of a device; nobody else in this process has it.
        let memory = unsafe { libc::mmap(std::ptr::null_mut(), length, access, shared, file.as_raw_fd(), 0) };
        if memory == libc::MAP_FAILED {
            return Err(told(io::Error::last_os_error()));
        }
        let (path, memory) = (path.to_owned(), memory.cast());
        Ok(Self { file, path, variable, stride, format, memory, length, rotation })
    }

    /// Sets its mode as it is: one that no console was shown on is dark until somebody does.
    pub fn light(&self) {
        let wanted = Variable { activate: FORCE, ..self.variable };
        if let Err(error) = ask(&self.file, FBIOPUT_VSCREENINFO, wanted) {
            tracing::debug!(%error, "the framebuffer's mode is left as it is");
        }
    }

    /// In pixels, before it is turned.
    pub fn size(&self) -> (u32, u32) {
        (self.variable.xres, self.variable.yres)
    }

    /// The device and what it is.
    pub fn name(&self) -> String {
        let ((width, height), bits) = (self.size(), self.variable.bits_per_pixel);
        format!("{}, {width}x{height}, {bits} bit", self.path)
    }

    /// Copies what changed.
    pub fn present(&mut self, canvas: &Canvas, damage: &[Area]) {
        // SAFETY: mapped for so many bytes until this is dropped, and borrowed by nobody else.
        let memory = unsafe { std::slice::from_raw_parts_mut(self.memory, self.length) };
        let (x, y) = (self.variable.xoffset as usize, self.variable.yoffset as usize);
        let Some(memory) = memory.get_mut(y * self.stride + x * self.format.bytes()..) else { return };
        let mut target = Target { memory, stride: self.stride, size: self.size(), format: self.format };
        for area in damage {
            copy(canvas, *area, self.rotation, &mut target);
        }
    }

    /// Switches the display off or on.
    ///
    /// # Errors
    /// When the driver cannot.
    pub fn set_power(&mut self, on: bool) -> io::Result<()> {
        let wanted = if on { UNBLANK } else { POWERDOWN };
        // SAFETY: this request takes a number.
        match unsafe { libc::ioctl(self.file.as_raw_fd(), FBIOBLANK, wanted) } {
            -1 => Err(io::Error::last_os_error()),
            _ => Ok(()),
        }
    }

    /// Whether it is still there and as large as it was.
    ///
    /// # Errors
    /// When it is not.
    pub fn check(&mut self) -> io::Result<()> {
        let now = ask(&self.file, FBIOGET_VSCREENINFO, Variable::default())?;
        let same = (now.xres, now.yres, now.bits_per_pixel)
            == (self.variable.xres, self.variable.yres, self.variable.bits_per_pixel);
        // Its console may have moved the visible part.
        self.variable = now;
        if same { Ok(()) } else { Err(io::Error::other("another mode")) }
    }
}

impl Drop for Fbdev {
    fn drop(&mut self) {
        // SAFETY: mapped in `open` with this length, unmapped once.
        unsafe { libc::munmap(self.memory.cast(), self.length) };
    }
}

/// A framebuffer's name, size and depth without writing to it.
///
/// # Errors
/// When it cannot be opened.
pub fn look(hardware: &Hardware) -> io::Result<String> {
    Fbdev::open(hardware, Rotation::Upright).map(|screen| screen.name())
}

#[cfg(test)]
mod tests {
    use super::{Bits, Fixed, Format, Variable, format};

    #[test]
    fn structures_are_the_kernels() {
        assert_eq!(size_of::<Variable>(), 160);
        assert_eq!(size_of::<Fixed>(), if cfg!(target_pointer_width = "64") { 80 } else { 68 });
    }

    #[test]
    fn two_ways_of_pixels_are_known() {
        let bits = |offset, length| Bits { offset, length, msb_right: 0 };
        let variable =
            |bits_per_pixel, red, green, blue| Variable { bits_per_pixel, red, green, blue, ..Default::default() };
        let wide = variable(32, bits(16, 8), bits(8, 8), bits(0, 8));
        assert_eq!(format(&wide), Some(Format::Xrgb8888));
        assert_eq!(format(&variable(16, bits(11, 5), bits(5, 6), bits(0, 5))), Some(Format::Rgb565));
        assert_eq!(format(&variable(32, bits(0, 8), bits(8, 8), bits(16, 8))), None);
        assert_eq!(format(&variable(24, bits(16, 8), bits(8, 8), bits(0, 8))), None);
    }
}
