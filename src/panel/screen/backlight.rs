//! The light behind a display: `/sys/class/backlight` (Documentation/ABI/stable/sysfs-class-backlight).

use std::{
    fs, io,
    path::{Path, PathBuf},
};

/// Where the kernel has them.
pub const CLASS: &str = "/sys/class/backlight";

/// `bl_power` of a light that is off, `FB_BLANK_POWERDOWN`.
const OFF: &str = "4";
const ON: &str = "0";

/// A light.
#[derive(Clone, Debug)]
pub struct Backlight(PathBuf);

impl Backlight {
    /// The light of this name in `class`, or the first when it is empty; `None` when there is none.
    pub fn find(class: &Path, name: &str) -> Option<Self> {
        let mut lights: Vec<PathBuf> = fs::read_dir(class).ok()?.filter_map(|entry| Some(entry.ok()?.path())).collect();
        lights.sort();
        let mut named = lights.into_iter().filter(|path| name.is_empty() || path.ends_with(name));
        named.next().map(Self)
    }

    fn number(&self, file: &str) -> Option<u64> {
        fs::read_to_string(self.0.join(file)).ok()?.trim().parse().ok()
    }

    /// Percent of the brightest, rounded; `None` when the kernel does not say.
    pub fn brightness(&self) -> Option<u8> {
        let (now, most) = (self.number("brightness")?, self.number("max_brightness")?.max(1));
        u8::try_from((now.min(most) * 100 + most / 2) / most).ok()
    }

    /// Sets it, from 1 to 100 percent; never so dark that nobody finds the way back.
    ///
    /// # Errors
    /// When the kernel does not let us.
    pub fn set_brightness(&self, percent: u8) -> io::Result<()> {
        let most = self.number("max_brightness").ok_or(io::ErrorKind::Unsupported)?;
        let value = (most * u64::from(percent.clamp(1, 100)) / 100).max(1);
        fs::write(self.0.join("brightness"), value.to_string())
    }

    /// Puts it out, or on again as bright as before.
    ///
    /// # Errors
    /// When the kernel does not let us, or the light cannot be put out.
    pub fn set_power(&self, on: bool) -> io::Result<()> {
        fs::write(self.0.join("bl_power"), if on { ON } else { OFF })
    }
}

#[cfg(test)]
mod tests {
    use super::Backlight;
    use std::fs;

    #[test]
    fn percents_are_the_lights_own_steps() {
        let class = std::env::temp_dir().join(format!("ottisk-backlight-{}", std::process::id()));
        for (name, most) in [("b", "255"), ("a", "7")] {
            fs::create_dir_all(class.join(name)).expect("a folder");
            fs::write(class.join(name).join("max_brightness"), most).expect("written");
            fs::write(class.join(name).join("brightness"), "3\n").expect("written");
        }
        let (first, named) = (Backlight::find(&class, ""), Backlight::find(&class, "b"));
        let (first, named) = (first.expect("a light"), named.expect("a light"));
        assert_eq!((first.brightness(), named.brightness()), (Some(43), Some(1)));
        for (percent, steps, said) in [(50, "127", 50), (100, "255", 100), (0, "2", 1), (1, "2", 1)] {
            named.set_brightness(percent).expect("set");
            assert_eq!(fs::read_to_string(class.join("b/brightness")).expect("read"), steps);
            assert_eq!(named.brightness(), Some(said));
        }
        first.set_brightness(1).expect("set");
        assert_eq!(first.brightness(), Some(14), "one step, not none");
        first.set_power(false).expect("set");
        assert_eq!(fs::read_to_string(class.join("a/bl_power")).expect("read"), "4");
        assert!(Backlight::find(&class, "c").is_none() && Backlight::find(&class.join("none"), "").is_none());
        fs::remove_dir_all(class).expect("removed");
    }
}
