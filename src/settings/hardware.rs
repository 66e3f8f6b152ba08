//! `[hardware]`: the display, its light, and what people touch. Which kind of screen it is stands in `[panel] screen`.

use serde::Deserialize;

use super::SettingsError;

/// `[hardware]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Hardware {
    /// The display's device, `/dev/dri/card1` or `/dev/fb0`; when empty, the first with something connected.
    pub display: String,
    /// The connector's name as the kernel has it, `HDMI-A-1`; when empty, the first with a display.
    pub connector: String,
    /// `WIDTHxHEIGHT` of the mode; when empty, what the display likes best.
    pub mode: String,
    /// Bits of a pixel, 32 or 16: a small board moves half as much with 16. The framebuffer says its own.
    pub depth_bits: u32,
    /// Milliseconds after which a display that did not take a picture is opened anew.
    pub flip_timeout_ms: u64,
    /// The light's name in `/sys/class/backlight`; the first there when empty.
    pub backlight: String,
    /// Percent of the light at the start; as it is when not given.
    pub brightness_percent: Option<u8>,
    /// Devices in `/dev/input` that are read; all that can touch or type when empty.
    pub input: Vec<String>,
    /// Where a finger is, as libinput's calibration matrix; what the service scene found goes before it.
    pub calibration: Option<[f64; 6]>,
    /// Milliseconds after a finger was lifted in which the same place is not touched again: films bounce.
    pub debounce_ms: u64,
    /// Seconds after which a mouse's pointer that nobody moves is taken off.
    pub pointer_hide_s: u64,
    /// Seconds between two looks at what is plugged in.
    pub look_s: u64,
    /// Seconds of the longest pause between two tries to open a display or a device that is there but fails.
    pub retry_max_s: u64,
    /// The console to keep people away from, `/dev/tty1`; when empty, the one that is shown; `none`: nobody's business.
    pub console: String,
}

impl Default for Hardware {
    fn default() -> Self {
        Self {
            display: String::new(),
            connector: String::new(),
            mode: String::new(),
            depth_bits: 32,
            flip_timeout_ms: 1_000,
            backlight: String::new(),
            brightness_percent: None,
            input: Vec::new(),
            calibration: None,
            debounce_ms: 80,
            pointer_hide_s: 10,
            look_s: 1,
            retry_max_s: 5,
            console: String::new(),
        }
    }
}

impl Hardware {
    /// Width and height of the mode that is asked for.
    pub fn mode_size(&self) -> Option<(u32, u32)> {
        let (width, height) = self.mode.split_once('x')?;
        Some((width.parse().ok()?, height.parse().ok()?))
    }

    /// What no display and no finger could have.
    pub(super) fn check(&self) -> Result<(), SettingsError> {
        let refuse = |what: &str| Err(SettingsError(format!("hardware: {what}")));
        if !self.mode.is_empty() && self.mode_size().is_none() {
            return refuse("mode is WIDTHxHEIGHT, such as 1024x600");
        }
        if ![16, 32].contains(&self.depth_bits) {
            return refuse("depth_bits must be 16 or 32");
        }
        if self.brightness_percent.is_some_and(|percent| !(1..=100).contains(&percent)) {
            return refuse("brightness_percent must be 1 to 100");
        }
        let flat = |[a, b, c, d, e, f]: [f64; 6]| !(a * e - b * d + c * 0.0 + f * 0.0).is_normal();
        if self.calibration.is_some_and(flat) {
            return refuse("calibration must be six numbers that reach all of the screen, [1, 0, 0, 0, 1, 0] for none");
        }
        if [self.flip_timeout_ms, self.look_s, self.retry_max_s].contains(&0) {
            return refuse("flip_timeout_ms, look_s and retry_max_s must be 1 or more");
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::Hardware;

    #[test]
    fn what_is_no_mode_light_or_map_is_refused() {
        let good = Hardware::default();
        assert!(good.check().is_ok());
        let with = |change: fn(&mut Hardware)| {
            let mut hardware = good.clone();
            change(&mut hardware);
            hardware.check().is_ok()
        };
        assert!(with(|h| h.mode = "1024x600".into()));
        assert!(!with(|h| h.mode = "big".into()) && !with(|h| h.depth_bits = 24));
        assert!(!with(|h| h.brightness_percent = Some(0)) && with(|h| h.brightness_percent = Some(100)));
        assert!(!with(|h| h.calibration = Some([1.0, 1.0, 0.0, 1.0, 1.0, 0.0])));
        assert!(!with(|h| h.calibration = Some([1.0, 0.0, f64::NAN, 0.0, 1.0, 0.0])));
        assert!(with(|h| h.calibration = Some([0.0, 1.0, 0.0, -1.0, 0.0, 1.0])) && !with(|h| h.look_s = 0));
    }
}
