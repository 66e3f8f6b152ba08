//! `[panel]`: what the touch screen shows, and how long it waits. Its devices are in `[hardware]`.

use serde::Deserialize;

use super::{SettingsError, look};
use crate::text::Language;

/// Where the panel is drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Screen {
    /// In memory only, mirrored at `/panel`.
    #[default]
    Memory,
    /// A Linux framebuffer.
    Fbdev,
    /// DRM/KMS.
    Drm,
}

/// `[panel]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Panel {
    /// The display.
    pub screen: Screen,
    /// Width in pixels of the memory screen.
    pub width: u32,
    /// Height in pixels of the memory screen.
    pub height: u32,
    /// Millimetres its picture is wide; all sizes follow. A 7″ screen has 154.
    pub width_mm: u32,
    /// Millimetres its picture is high.
    pub height_mm: u32,
    /// How it looks; by day, night and season by itself.
    pub look: look::Look,
    /// The hour at which the night begins, and the dark look with it.
    pub dark_from_h: u32,
    /// The hour at which it ends; the same hour twice is no night.
    pub dark_until_h: u32,
    /// The name of the kiosk's own Wi-Fi, when phones have to join it first; no such Wi-Fi when empty.
    pub wifi_ssid: String,
    /// Its password; it is on the screen for everybody.
    pub wifi_password: String,
    /// Degrees clockwise: 0, 90, 180 or 270.
    pub rotation: u16,
    /// The language an idle panel has.
    pub language: Language,
    /// What the kiosk is called.
    pub name: String,
    /// Minutes east of UTC of the clock on the screen.
    pub utc_offset_min: i32,
    /// Seconds without a touch before the panel asks whether anyone is there.
    pub idle_s: u64,
    /// Seconds the question stands.
    pub warn_s: u64,
    /// Seconds without a touch after which an idle screen goes dark, and the next touch only wakes it; 0: never.
    pub sleep_s: u64,
    /// Pages under review are blurred until they are touched: where people stand close behind each other.
    pub blur_pages: bool,
    /// Characters of a document's name that the screen shows at most: strangers read it too.
    pub title_chars: usize,
    /// Files under one release: as many as a phone may release at once.
    pub release_files: usize,
    /// Dots per inch of page pictures on the screen.
    pub picture_dpi: u32,
    /// Wrong codes after which the panel pauses: people mistype, nobody five times.
    pub wrong_codes: u32,
    /// Seconds of the first pause; each one after it is twice as long.
    pub pause_s: u64,
    /// Seconds of the longest pause: whoever comes next should not give up.
    pub pause_max_s: u64,
    /// Seconds without a wrong code after which the next pause is the first again.
    pub pause_forget_s: u64,
}

impl Default for Panel {
    fn default() -> Self {
        Self {
            screen: Screen::Memory,
            width: 1024,
            height: 600,
            width_mm: 154,
            height_mm: 86,
            look: look::Look::Auto,
            dark_from_h: 22,
            dark_until_h: 6,
            wifi_ssid: String::new(),
            wifi_password: String::new(),
            rotation: 0,
            language: Language::Ru,
            name: "Оттиск".into(),
            utc_offset_min: 180,
            idle_s: 60,
            warn_s: 20,
            sleep_s: 900,
            blur_pages: false,
            title_chars: 40,
            release_files: 10,
            picture_dpi: 60,
            wrong_codes: 5,
            pause_s: 30,
            pause_max_s: 300,
            pause_forget_s: 900,
        }
    }
}

impl Panel {
    pub(super) fn check(&self) -> Result<(), SettingsError> {
        let refuse = |what: &str| Err(SettingsError(format!("panel: {what}")));
        if self.wrong_codes == 0 {
            return refuse("wrong_codes must be 1 or more");
        }
        if ![0, 90, 180, 270].contains(&self.rotation) {
            return refuse("rotation must be 0, 90, 180 or 270");
        }
        if !(320..=3840).contains(&self.width) || !(240..=2160).contains(&self.height) {
            return refuse("width must be 320 to 3840 and height 240 to 2160 pixels");
        }
        if !(40..=3_000).contains(&self.width_mm) || !(40..=3_000).contains(&self.height_mm) {
            return refuse("width_mm and height_mm must be 40 to 3000 millimetres");
        }
        if self.dark_from_h > 23 || self.dark_until_h > 23 || self.wifi_ssid.len() > 32 {
            return refuse("dark_from_h and dark_until_h must be 0 to 23, wifi_ssid at most 32 bytes");
        }
        Ok(())
    }
}
