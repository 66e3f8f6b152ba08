//! Whether a request comes from one of our own pages, from another site's, or from a page on the device itself. Pure.
//!
//! A browser sends a form to anywhere, with no leave and from any page it shows; it tells where the page came from in
//! `Sec-Fetch-Site` (Fetch Metadata) and `Origin` (Fetch §3.1). What is not a browser tells neither and may go on: it
//! has nobody's rights to lend.

use std::net::{IpAddr, SocketAddr};

use hyper::{
    HeaderMap,
    header::{HOST, ORIGIN},
};

/// Whether another site's page sent this. `public_url` is what phones are told to open, should a proxy change the host.
pub fn is_foreign(headers: &HeaderMap, public_url: &str) -> bool {
    let header = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or_default());
    if let Some(site) = header("sec-fetch-site") {
        // A neighbour's port on this machine is the same site, and not us.
        return !matches!(site, "same-origin" | "none");
    }
    // "null" is a page that hides where it came from; ours do not.
    header(ORIGIN.as_str()).is_some_and(|origin| {
        let ours = authority(origin).is_some_and(|authority| header(HOST.as_str()) == Some(authority));
        !ours && origin != public_url.trim_end_matches('/')
    })
}

/// Whether it comes from the device and is addressed to it. A page whose site's name was made to lead to the loopback
/// address (DNS rebinding) says that name as the host: only a name that nobody can register is believed.
pub fn is_local(peer: SocketAddr, headers: &HeaderMap) -> bool {
    let host = headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    peer.ip().is_loopback() && is_unregistrable(host_name(host))
}

fn authority(origin: &str) -> Option<&str> {
    origin.strip_prefix("http://").or_else(|| origin.strip_prefix("https://"))
}

/// A host without its port.
fn host_name(host: &str) -> &str {
    match host.strip_prefix('[') {
        Some(address) => address.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    }
}

fn is_unregistrable(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name.parse::<IpAddr>().is_ok() || !name.contains('.') || name.ends_with(".local") || name.ends_with(".localhost")
}

#[cfg(test)]
mod tests {
    use super::{HeaderMap, is_foreign, is_local};

    fn request(fields: &[(&'static str, &'static str)]) -> HeaderMap {
        fields.iter().map(|(name, value)| (name.parse().expect("a name"), value.parse().expect("a value"))).collect()
    }

    #[test]
    fn other_sites_are_told_from_ours() {
        let foreign = |fields: &[_]| {
            is_foreign(&request(&[&[("host", "127.0.0.1:8080")], fields].concat()), "https://print.local/")
        };
        for ours in [
            &[][..],
            &[("origin", "http://127.0.0.1:8080")],
            &[("origin", "https://127.0.0.1:8080")],
            &[("origin", "https://print.local")],
            &[("sec-fetch-site", "same-origin"), ("origin", "null")],
            &[("sec-fetch-site", "none")],
        ] {
            assert!(!foreign(ours), "{ours:?}");
        }
        for theirs in [
            &[("origin", "http://evil.example")][..],
            &[("origin", "http://127.0.0.1:3000")],
            &[("origin", "http://127.0.0.1:8080.evil.example")],
            &[("origin", "null")],
            &[("origin", "")],
            &[("sec-fetch-site", "cross-site")],
            &[("sec-fetch-site", "same-site"), ("origin", "http://127.0.0.1:8080")],
        ] {
            assert!(foreign(theirs), "{theirs:?}");
        }
    }

    #[test]
    fn a_name_made_to_lead_here_is_not_believed() {
        let local =
            |peer: &str, host: &'static str| is_local(peer.parse().expect("a peer"), &request(&[("host", host)]));
        for host in ["127.0.0.1:8080", "localhost:8080", "[::1]:8080", "kiosk", "print.local", "a.localhost:1"] {
            assert!(local("127.0.0.1:1", host) && local("[::1]:1", host), "{host}");
            assert!(!local("192.168.0.7:1", host), "{host}");
        }
        for host in ["evil.example:8080", "localhost.evil.example", "127.0.0.1.evil.example", "evil.local.example."] {
            assert!(!local("127.0.0.1:1", host), "{host}");
        }
    }
}
