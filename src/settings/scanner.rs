//! `[scanner]`: a serial scanner of QR codes and bar codes. One that types like a keyboard needs nothing here.

use std::path::PathBuf;

use serde::Deserialize;

use super::SettingsError;

/// `[scanner]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Scanner {
    /// The device, best by its name in `/dev/serial/by-id`, which stays when it is pulled out and put back; empty: none.
    pub device: PathBuf,
    /// Bits a second; scanners on USB ignore it, others ship with 9,600.
    pub baud: u32,
    /// Symbols that each end a line; scanners ship with CR, LF or both.
    pub terminators: String,
    /// Milliseconds without a byte that end a line too, for scanners that send no terminator; 0: only terminators do.
    pub pause_ms: u64,
    /// Bytes of the shortest line worth looking at: noise is shorter.
    pub least_bytes: usize,
    /// Bytes of the longest line: a link to a job is far below.
    pub most_bytes: usize,
    /// Milliseconds in which the same line again is the same scan: scanners fire as long as their button is held.
    pub repeat_ms: u64,
    /// Milliseconds before the first try to open a device that is gone; each try after it waits twice as long.
    pub retry_ms: u64,
    /// Milliseconds of the longest wait between two tries: who plugs a scanner in waits for it.
    pub retry_max_ms: u64,
    /// Whether a scan is answered with a BEL byte, at which some scanners beep.
    pub bell: bool,
}

impl Default for Scanner {
    fn default() -> Self {
        Self {
            device: PathBuf::new(),
            baud: 9_600,
            terminators: "\r\n".into(),
            pause_ms: 300,
            least_bytes: 4,
            most_bytes: 512,
            repeat_ms: 1_000,
            retry_ms: 500,
            retry_max_ms: 5_000,
            bell: false,
        }
    }
}

impl Scanner {
    /// What no later part should have to look at again.
    pub(super) fn check(&self) -> Result<(), SettingsError> {
        let refuse = |what: &str| Err(SettingsError(format!("scanner: {what}")));
        if !self.terminators.is_ascii() || self.terminators.bytes().any(|byte| byte.is_ascii_alphanumeric()) {
            return refuse("terminators must be ASCII and neither letters nor digits");
        }
        if self.terminators.is_empty() && self.pause_ms == 0 {
            return refuse("give terminators or pause_ms, or no line would ever end");
        }
        if self.least_bytes == 0 || self.most_bytes < self.least_bytes || self.most_bytes > 4_096 {
            return refuse("least_bytes must be 1 or more, and most_bytes no less and no more than 4096");
        }
        if self.retry_ms == 0 || self.retry_max_ms < self.retry_ms || self.baud == 0 {
            return refuse("baud and retry_ms must be 1 or more, and retry_max_ms no less than retry_ms");
        }
        Ok(())
    }
}
