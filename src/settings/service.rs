//! `[service]`: the technician's side of the panel.
//!
//! The code stands here as it is typed. A hash of so few digits is undone in a second by whoever can read the file, so it
//! would only look safe; what protects the code is who may read the file, and on the panel the pauses after wrong ones.

use serde::Deserialize;

use super::SettingsError;

/// `[service]`
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Service {
    /// Digits that open the service screen's other pages; empty: they stay closed.
    pub code: String,
    /// Seconds without a touch after which the screen closes itself: a technician looks into the printer meanwhile.
    pub leave_s: u64,
    /// Lines of the log that are kept in memory to be looked at.
    pub log_lines: usize,
    /// What restarts the machine, such as `["systemctl", "reboot"]`; empty: the button is off.
    pub reboot_command: Vec<String>,
    /// Events that a flight record can tell; its QR code holds about four.
    pub record_events: usize,
}

impl Default for Service {
    fn default() -> Self {
        Self { code: String::new(), leave_s: 180, log_lines: 200, reboot_command: Vec::new(), record_events: 32 }
    }
}

/// The code never reaches logs.
impl std::fmt::Debug for Service {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Service").field("leave_s", &self.leave_s).finish_non_exhaustive()
    }
}

impl Service {
    /// What no later part should have to look at again.
    pub(super) fn check(&self) -> Result<(), SettingsError> {
        let refuse = |what: &str| Err(SettingsError(format!("service: {what}")));
        let digits = self.code.chars().all(|symbol| symbol.is_ascii_digit());
        if !self.code.is_empty() && (!digits || !(4..=12).contains(&self.code.len())) {
            return refuse("code must be 4 to 12 digits, or empty");
        }
        if self.leave_s == 0 || self.log_lines == 0 || self.log_lines > 10_000 || self.record_events > 1_000 {
            return refuse("leave_s must be 1 or more, log_lines 1 to 10000, record_events at most 1000");
        }
        Ok(())
    }
}
