//! `[finding]`: which printer `auto` takes, and how long and where printers are looked for.

use serde::Deserialize;

use super::SettingsError;

/// `[finding]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Finding {
    /// The printer that `auto` takes where there are several: its UUID, or a part of its name, model or place.
    pub only: String,
    /// Milliseconds that looking for printers takes in all: they answer within half a second, asleep ones within two.
    pub timeout_ms: u64,
    /// The first of the loopback ports that ipp-usb gives to printers at a cable.
    pub usb_first_port: u16,
    /// How many of these ports are looked at: ipp-usb counts on for each printer it ever saw.
    pub usb_ports: u16,
    /// Printers that are listened to: anybody on the network may announce as many as they like.
    pub printers: usize,
}

impl Default for Finding {
    fn default() -> Self {
        Self { only: String::new(), timeout_ms: 3_000, usb_first_port: 60_000, usb_ports: 16, printers: 64 }
    }
}

impl Finding {
    /// What would find nothing, or look for ever.
    pub(super) fn check(&self) -> Result<(), SettingsError> {
        let refuse = |what: &str| Err(SettingsError(what.into()));
        if !(100..=60_000).contains(&self.timeout_ms) || self.printers == 0 {
            return refuse("finding: timeout_ms must be 100 to 60000 and printers 1 or more");
        }
        if self.usb_ports > 256 || self.usb_first_port.checked_add(self.usb_ports).is_none() {
            return refuse("finding: usb_ports must be 256 at the most and end below port 65536");
        }
        Ok(())
    }
}
