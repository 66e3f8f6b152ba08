//! A DNS-SD service as a sighting: the TXT record's keys of the Bonjour Printing Specification 1.2.1 §9 (`rp`, `ty`, `note`,
//! `pdl`, `UUID`), its host's addresses. Pure.
//!
//! Anybody on the network can announce anything: texts are cut and made safe, paths and media types must look like such,
//! and an address that is not another machine's is nobody's printer.

use std::net::IpAddr;

use super::Sighting;
use crate::printer::{safe, uri::Address};

/// The most addresses of one service that are tried.
const MAX_ADDRESSES: usize = 6;

/// The most media types of one service that are kept.
const MAX_FORMATS: usize = 32;

/// The longest path, in bytes.
const MAX_PATH: usize = 255;

/// A service as it was resolved.
#[derive(Clone, Copy, Debug)]
pub struct Service<'a> {
    /// `Printer at the door._ipps._tcp.local.`
    pub fullname: &'a str,
    /// Whether its type is `_ipps._tcp`.
    pub secure: bool,
    /// TCP port.
    pub port: u16,
    /// Addresses, and the interface each was heard of on.
    pub addresses: &'a [(IpAddr, String)],
}

/// The ways to a printer that a service tells of. `txt` looks a key up.
pub fn sightings<'a>(service: Service<'_>, txt: impl Fn(&str) -> Option<&'a str>) -> Vec<Sighting> {
    let scheme = if service.secure { "ipps" } else { "ipp" };
    let kind = format!("._{scheme}._tcp.");
    let instance = service.fullname.rsplit_once(&kind).map_or(service.fullname, |(instance, _)| instance);
    let name = safe(&unescaped(instance));
    let Some(path) = path(txt("rp").unwrap_or_default()) else { return Vec::new() };
    let text = |key: &str| txt(key).map(safe).unwrap_or_default();
    let product = || text("product").trim_matches(['(', ')']).to_owned();
    let model = Some(text("ty")).filter(|ty| !ty.is_empty()).unwrap_or_else(product);
    let formats = formats(txt("pdl").unwrap_or_default());
    let uuid = txt("UUID").and_then(uuid);
    let mut hosts: Vec<_> = service.addresses.iter().filter_map(|(ip, interface)| host(*ip, interface)).collect();
    // From a set, so in no order.
    hosts.sort_unstable();
    hosts.dedup();
    let addresses = hosts.into_iter().take(MAX_ADDRESSES).filter_map(|host| {
        (service.port != 0).then(|| Address::parse(&format!("{scheme}://{host}:{}{path}", service.port)).ok()).flatten()
    });
    let sighting = |address| Sighting {
        uuid: uuid.clone(),
        name: if name.is_empty() { model.clone() } else { name.clone() },
        model: model.clone(),
        location: text("note"),
        formats: formats.clone(),
        usb: false,
        address,
    };
    addresses.map(sighting).collect()
}

/// A UUID (RFC 9562 §4) in lower case, without `urn:uuid:`.
pub fn uuid(text: &str) -> Option<String> {
    let text = text.trim().to_ascii_lowercase();
    let text = text.strip_prefix("urn:uuid:").unwrap_or(&text);
    let fits = |(at, byte): (usize, u8)| match at {
        8 | 13 | 18 | 23 => byte == b'-',
        _ => byte.is_ascii_hexdigit(),
    };
    let zero = text.bytes().all(|byte| matches!(byte, b'0' | b'-'));
    (text.len() == 36 && !zero && text.bytes().enumerate().all(fits)).then(|| text.to_owned())
}

/// Media types, as far as they look like such.
pub fn formats<'a>(list: impl Into<Formats<'a>>) -> Vec<String> {
    let looks = |word: &str| {
        let part = |part: &str| {
            (1..=63).contains(&part.len())
                && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&byte))
        };
        word.split_once('/').is_some_and(|(kind, subtype)| part(kind) && part(subtype))
    };
    let words = list.into().0.into_iter().map(|word| word.trim().to_ascii_lowercase()).filter(|word| looks(word));
    words.take(MAX_FORMATS).collect()
}

/// Words that may be media types.
pub struct Formats<'a>(Vec<&'a str>);

impl<'a> From<&'a str> for Formats<'a> {
    /// Parted by commas.
    fn from(list: &'a str) -> Self {
        Self(list.split(',').collect())
    }
}

impl<'a> From<Vec<&'a str>> for Formats<'a> {
    fn from(list: Vec<&'a str>) -> Self {
        Self(list)
    }
}

/// `rp` is a path without its first slash; one that is no path is nobody's.
fn path(rp: &str) -> Option<String> {
    let path = match rp.trim_start_matches('/') {
        "" => "ipp/print",
        rp => rp,
    };
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/%+=:@!,".contains(&byte);
    (path.len() < MAX_PATH && path.bytes().all(fits)).then(|| format!("/{path}"))
}

/// As it stands in a URI. Not this machine, not everybody: who announces such an address does not announce a printer.
fn host(ip: IpAddr, interface: &str) -> Option<String> {
    let nobody = ip.is_unspecified() || ip.is_loopback() || ip.is_multicast();
    match ip {
        _ if nobody => None,
        IpAddr::V4(v4) => (!v4.is_broadcast()).then(|| v4.to_string()),
        IpAddr::V6(v6) if v6.to_ipv4_mapped().is_some() => None,
        IpAddr::V6(v6) if v6.is_unicast_link_local() => {
            let plain =
                !interface.is_empty() && interface.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b));
            plain.then(|| format!("[{v6}%25{interface}]"))
        }
        IpAddr::V6(v6) => Some(format!("[{v6}]")),
    }
}

/// The instance's own dots and backslashes are escaped (RFC 6763 §4.3), other bytes maybe as three digits.
fn unescaped(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        let number = after.first_chunk::<3>().filter(|digits| digits.iter().all(u8::is_ascii_digit));
        let number = number.and_then(|digits| std::str::from_utf8(digits).ok()?.parse::<u8>().ok());
        let meant;
        (meant, rest) = match (byte, number, after.split_first()) {
            (b'\\', Some(number), _) => (number, &after[3..]),
            (b'\\', None, Some((&next, after))) => (next, after),
            _ => (byte, after),
        };
        bytes.push(meant);
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use proptest::prelude::{any, prop, proptest};

    use super::{Service, Sighting, formats, path, sightings, unescaped, uuid};

    const UUID: &str = "94cf3c3b-a33c-34ae-4e66-22a2e78865a3";

    fn seen(addresses: &[&str], txt: &'static [(&str, &str)]) -> Vec<Sighting> {
        let addresses: Vec<(IpAddr, String)> =
            addresses.iter().map(|text| (text.parse().expect("an address"), "eth0".to_owned())).collect();
        let service = Service {
            fullname: "Acme\\.7 at the door._ipps._tcp.local.",
            secure: true,
            port: 631,
            addresses: &addresses,
        };
        sightings(service, |key| txt.iter().find(|(name, _)| *name == key).map(|(_, value)| *value))
    }

    #[test]
    fn a_printer_as_it_announces_itself() {
        let all = seen(
            &["fe80::7", "10.0.0.7", "2001:db8::7"],
            &[
                ("rp", "ipp/print"),
                ("ty", "Acme 7"),
                ("note", "2nd floor"),
                ("pdl", "application/pdf, image/URF,nonsense"),
                ("UUID", "94CF3C3B-a33c-34ae-4e66-22a2e78865a3"),
            ],
        );
        let uris: Vec<_> = all.iter().map(|sighting| sighting.address.uri.as_str()).collect();
        let right =
            ["10.0.0.7", "[2001:db8::7]", "[fe80::7%25eth0]"].map(|host| format!("ipps://{host}:631/ipp/print"));
        assert_eq!(uris, right);
        let first = &all[0];
        assert_eq!((first.name.as_str(), first.model.as_str()), ("Acme.7 at the door", "Acme 7"));
        assert_eq!((first.uuid.as_deref(), first.location.as_str()), (Some(UUID), "2nd floor"));
        assert_eq!(first.formats, ["application/pdf", "image/urf"]);
    }

    #[test]
    fn what_is_no_other_machine_and_no_path_is_no_printer() {
        let nobody =
            ["127.0.0.1", "::1", "0.0.0.0", "::", "224.0.0.251", "ff02::fb", "255.255.255.255", "::ffff:127.0.0.1"];
        assert!(seen(&nobody, &[]).is_empty());
        for bad in ["a b", "a\r\nHost: x", "a#b", "a?b", "é", "a\\b"] {
            assert_eq!(path(bad), None, "{bad}");
        }
        assert_eq!(path(&"a/".repeat(200)), None);
        assert_eq!((path(""), path("//printers/a")), (Some("/ipp/print".into()), Some("/printers/a".into())));
    }

    #[test]
    fn texts_are_cut_and_made_safe() {
        let all = seen(
            &["10.0.0.7"],
            &[
                ("ty", "\u{1b}[31mAcme\u{202e}\n7"),
                ("note", "x\u{7}"),
                ("UUID", "00000000-0000-0000-0000-000000000000"),
            ],
        );
        assert_eq!((all[0].model.as_str(), all[0].location.as_str(), all[0].uuid.as_deref()), ("[31mAcme7", "x", None));
        assert_eq!(unescaped("a\\032b\\\\c\\.d\\9"), "a b\\c.d9");
        assert_eq!(formats(&*"a/b,".repeat(100)).len(), 32);
        assert_eq!(uuid(&format!("urn:uuid:{UUID}")).as_deref(), Some(UUID));
        assert_eq!((uuid(&UUID[1..]), uuid(&UUID.replace('-', "a"))), (None, None));
    }

    proptest! {
        #[test]
        fn noise_never_panics_and_never_makes_an_unsafe_text(
            fullname in any::<String>(), texts in prop::collection::vec(any::<String>(), 5), port in any::<u16>(), ip in any::<IpAddr>(),
        ) {
            let keys = ["rp", "ty", "note", "pdl", "UUID"];
            let service = Service { fullname: &fullname, secure: false, port, addresses: &[(ip, "eth0".into())] };
            let look = |key: &str| keys.iter().position(|name| *name == key).map(|at| texts[at].as_str());
            for sighting in sightings(service, look) {
                for text in [&sighting.name, &sighting.model, &sighting.location, &sighting.address.uri] {
                    assert!(!text.chars().any(char::is_control) && text.chars().count() < 1_024);
                }
            }
        }
    }
}
