//! `[phone]`: what a job's page on a phone may ask of the kiosk.

use serde::Deserialize;

use super::SettingsError;

/// `[phone]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Phone {
    /// Dots per inch of pages in the strip: a thumb's width on a fine screen.
    pub picture_dpi: u32,
    /// Dots per inch of a page that is looked at closely: text of 8 points is readable.
    pub large_picture_dpi: u32,
    /// Pages drawn for phones at one time; one, so that paper and the panel never wait for two of them.
    pub pictures: usize,
    /// Bytes of drawn pages that are kept: some 200 of them.
    pub picture_bytes: usize,
    /// Streams of events at one time, some 30 KB of memory each.
    pub streams: usize,
    /// Of them, for one address: a class behind one address.
    pub streams_per_address: usize,
    /// Seconds of silence after which a stream says that it lives: before what stands between gives it up.
    pub stream_alive_s: u64,
    /// Seconds after which a stream ends; a phone that is still there begins another.
    pub stream_s: u64,
    /// Milliseconds after which a phone whose stream broke tries again.
    pub stream_retry_ms: u64,
    /// Jobs that a phone may ask of at one time.
    pub jobs: usize,
}

impl Default for Phone {
    fn default() -> Self {
        Self {
            picture_dpi: 48,
            large_picture_dpi: 110,
            pictures: 1,
            picture_bytes: 8 << 20,
            streams: 200,
            streams_per_address: 40,
            stream_alive_s: 15,
            stream_s: 3_600,
            stream_retry_ms: 1_500,
            jobs: 20,
        }
    }
}

impl Phone {
    /// What would show nothing or never end.
    pub(super) fn check(&self) -> Result<(), SettingsError> {
        let dpi = 20..=200;
        if !dpi.contains(&self.picture_dpi) || !dpi.contains(&self.large_picture_dpi) {
            return Err(SettingsError("phone: picture_dpi and large_picture_dpi must be 20 to 200".into()));
        }
        if [self.stream_alive_s, self.stream_s, self.stream_retry_ms].contains(&0) || self.pictures == 0 {
            return Err(SettingsError("phone: pictures and the times of streams must be 1 or more".into()));
        }
        Ok(())
    }
}
