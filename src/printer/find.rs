//! Printers that nobody named: by DNS-SD (`_ipp._tcp` and `_ipps._tcp`, RFC 6763) and at ipp-usb's loopback ports.
//!
//! What is seen is made into one [`Found`] a printer, however many ways lead to it. Which of them is taken is decided in
//! `find::choose`; what they can do is asked in `find::ask`; [`auto`] is the one that is used.

mod ask;
pub mod auto;
mod browse;
mod choose;
mod service;
pub mod survey;
mod usb;

use std::{cell::RefCell, future, time::Duration};

use smol::{Timer, future::or};

use super::{Limits, known::Known, uri::Address};

/// Milliseconds between the first and the last record of one printer.
const BREATH: Duration = Duration::from_millis(100);

/// Each printer has a few ways, so this many sightings are looked at for one.
const WAYS: usize = 8;

/// How printers are looked for, and what is remembered of them.
#[derive(Clone, Debug)]
pub struct Finding {
    /// What is remembered.
    pub known: Known,
    /// The printer that is wanted: its UUID, or a part of its name, model or place; empty takes the only one.
    pub only: String,
    /// How long a look takes in all.
    pub timeout: Duration,
    /// The first of ipp-usb's ports.
    pub usb_first_port: u16,
    /// How many of them are looked at.
    pub usb_ports: u16,
    /// The most printers that are listened to.
    pub printers: usize,
}

impl Default for Finding {
    /// Keeps nothing beyond the process.
    fn default() -> Self {
        Self {
            known: Known::default(),
            only: String::new(),
            timeout: Duration::from_secs(3),
            usb_first_port: 60_000,
            usb_ports: 16,
            printers: 64,
        }
    }
}

/// One way to a printer, as it was seen. All texts are safe to show.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Sighting {
    /// In lower case, without `urn:uuid:`.
    uuid: Option<String>,
    /// The DNS-SD instance, or what a printer at a cable calls itself.
    name: String,
    model: String,
    location: String,
    /// Media types.
    formats: Vec<String>,
    usb: bool,
    address: Address,
}

/// A printer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Its UUID in lower case, or `name:` and its name.
    pub id: String,
    /// Its UUID, when it tells one.
    pub uuid: Option<String>,
    /// What it is called.
    pub name: String,
    /// Make and model; may be empty.
    pub model: String,
    /// Where it stands, in words; may be empty.
    pub location: String,
    /// Media types that it announces.
    pub formats: Vec<String>,
    /// The ways to it: by the cable first, then encrypted, then the others.
    pub ways: Vec<Way>,
}

/// A way to a printer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Way {
    /// Whether it is at a cable, by ipp-usb.
    pub usb: bool,
    /// Where.
    pub address: Address,
}

impl Found {
    /// Whether it is at a cable.
    pub fn is_usb(&self) -> bool {
        self.ways.iter().any(|way| way.usb)
    }

    /// The ways that may be used: once its key is kept, none is that could be anybody's.
    fn ways(&self, pinned: bool) -> impl Iterator<Item = &Way> {
        self.ways.iter().filter(move |way| way.usb || way.address.secure || !pinned)
    }

    /// Whether `only` means it.
    fn is_meant_by(&self, only: &str) -> bool {
        let only = only.trim().to_lowercase();
        let texts = [&self.name, &self.model, &self.location];
        only.is_empty()
            || self.uuid.as_deref() == Some(only.trim_start_matches("urn:uuid:"))
            || texts.iter().any(|text| text.to_lowercase().contains(&only))
    }
}

/// Looks for printers until `enough` has what it wants, for `window` at the longest. In a settled order: those at a cable
/// first, then by name and id.
async fn find(finding: &Finding, limits: &Limits, window: Duration, enough: impl Fn(&[Found]) -> bool) -> Vec<Found> {
    let seen = RefCell::new(Vec::new());
    let (stop, stopping) = smol::channel::bounded(1);
    let tell = |sighting: Sighting| {
        let mut seen = seen.borrow_mut();
        if seen.len() < finding.printers.saturating_mul(WAYS) && !seen.contains(&sighting) {
            seen.push(sighting);
            if enough(&merged(&seen)) {
                stop.try_send(()).unwrap_or_default();
            }
        }
    };
    let looking = async {
        smol::future::zip(browse::browse(&tell), usb::look(finding, limits, window, &tell)).await;
    };
    let stopped = async {
        let _ = stopping.recv().await;
        // Its other ways are told in the same breath.
        Timer::after(BREATH).await;
    };
    let late = async {
        Timer::after(window).await;
    };
    or(looking, or(stopped, late)).await;
    let mut found = merged(&seen.borrow());
    found.truncate(finding.printers);
    found
}

/// Nothing ends a look early.
fn never(_: &[Found]) -> bool {
    false
}

/// Ends never: for what has nothing more to tell.
async fn silent() {
    future::pending().await
}

/// Sightings made into printers: those with one UUID are one, those without by their name.
fn merged(seen: &[Sighting]) -> Vec<Found> {
    let mut found: Vec<Found> = Vec::new();
    for sighting in seen {
        let id = sighting.uuid.clone().unwrap_or_else(|| format!("name:{}", sighting.name));
        let way = Way { usb: sighting.usb, address: sighting.address.clone() };
        match found.iter_mut().find(|printer| printer.id == id) {
            Some(printer) => {
                // The texts of the least name, so that the order of arrival tells nothing.
                if sighting.name < printer.name {
                    printer.name.clone_from(&sighting.name);
                }
                if !printer.ways.contains(&way) {
                    printer.ways.push(way);
                }
            }
            None => found.push(Found {
                id,
                uuid: sighting.uuid.clone(),
                name: sighting.name.clone(),
                model: sighting.model.clone(),
                location: sighting.location.clone(),
                formats: sighting.formats.clone(),
                ways: vec![way],
            }),
        }
    }
    for printer in &mut found {
        // Numbers of IPv4 before those of IPv6: they are what networks of printers are set up by.
        printer.ways.sort_by_key(|way| {
            let (host, uri) = (&way.address.host, way.address.uri.clone());
            (!way.usb, !way.address.secure, host.contains('%'), host.contains(':'), uri)
        });
    }
    found.sort_by_key(|printer| (!printer.is_usb(), printer.name.to_lowercase(), printer.id.clone()));
    found
}

#[cfg(test)]
mod tests {
    use super::{Address, Found, Sighting, merged};

    pub(super) fn sighting(uuid: Option<&str>, name: &str, uri: &str) -> Sighting {
        Sighting {
            uuid: uuid.map(str::to_owned),
            name: name.into(),
            model: "Acme 7".into(),
            location: String::new(),
            formats: Vec::new(),
            usb: uri.contains("localhost"),
            address: Address::parse(uri).expect("an address"),
        }
    }

    pub(super) fn found(seen: &[Sighting]) -> Vec<Found> {
        merged(seen)
    }

    #[test]
    fn one_printer_has_its_ways_in_a_settled_order_however_they_were_seen() {
        let mut seen = vec![
            sighting(Some("u"), "B", "ipp://[2001:db8::1]:631/ipp/print"),
            sighting(Some("u"), "B", "ipp://10.0.0.7:631/ipp/print"),
            sighting(Some("u"), "B", "ipps://[fe80::1%25eth0]:631/ipp/print"),
            sighting(Some("u"), "B", "ipps://10.0.0.7:631/ipp/print"),
            sighting(Some("u"), "B", "ipp://localhost:60000/ipp/print"),
            sighting(None, "A", "ipp://10.0.0.8:631/ipp/print"),
        ];
        let first = merged(&seen);
        seen.reverse();
        assert_eq!(merged(&seen), first);
        assert_eq!(first.iter().map(|printer| printer.id.as_str()).collect::<Vec<_>>(), ["u", "name:A"]);
        let ways: Vec<_> = first[0].ways.iter().map(|way| way.address.uri.as_str()).collect();
        assert_eq!(
            ways,
            [
                "ipp://localhost:60000/ipp/print",
                "ipps://10.0.0.7:631/ipp/print",
                "ipps://[fe80::1%25eth0]:631/ipp/print",
                "ipp://10.0.0.7:631/ipp/print",
                "ipp://[2001:db8::1]:631/ipp/print",
            ]
        );
    }
}
