//! Where a printer is: `ipp://HOST[:PORT]/PATH` (RFC 3510 §3, RFC 8010 §4), `ipps://` the same over TLS (RFC 7472).

use std::net::Ipv6Addr;

use hyper::Uri;

use super::error::UriError;

/// The port of both schemes when none is named (RFC 8010 §4.2, RFC 7472 §4.2).
const PORT: u16 = 631;

/// A printer's address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// As it was given: `printer-uri`.
    pub uri: String,
    /// Whether it is `ipps`.
    pub secure: bool,
    /// A name or a number, without brackets; the number of a link-local address has its zone behind a `%`.
    pub host: String,
    /// TCP port.
    pub port: u16,
    /// For the HTTP header `Host`.
    pub authority: String,
    /// For the HTTP request line.
    pub path: String,
}

impl Address {
    /// Reads an address.
    pub fn parse(text: &str) -> Result<Self, UriError> {
        let uri: Uri = text.parse().map_err(|_| UriError::Unknown)?;
        let secure = match uri.scheme_str() {
            Some("ipp") => false,
            Some("ipps") => true,
            _ => return Err(UriError::Unknown),
        };
        let authority = uri.authority().map(ToString::to_string).unwrap_or_default();
        let bracketed = uri.host().unwrap_or_default();
        // A port that is no port is left out by the parser.
        let odd_port = uri.port_u16().is_none() && authority != bracketed;
        if bracketed.is_empty() || authority.contains('@') || odd_port || text.len() > 1_023 {
            return Err(UriError::Unknown);
        }
        let bare = bracketed.trim_start_matches('[').trim_end_matches(']');
        // A zone is for us alone and is not sent (RFC 6874 §3).
        let (number, zone) = bare.split_once("%25").map_or((bare, None), |(number, zone)| (number, Some(zone)));
        let link_local = number.parse::<Ipv6Addr>().is_ok_and(|ip| ip.is_unicast_link_local());
        let shown = match (link_local, zone) {
            (true, None | Some("")) => return Err(UriError::LinkLocal),
            (false, Some(_)) => return Err(UriError::Unknown),
            (true, Some(_)) => format!("[{number}]"),
            (false, None) => bracketed.to_owned(),
        };
        let port = uri.port_u16().unwrap_or(PORT);
        Ok(Self {
            uri: text.to_owned(),
            secure,
            host: zone.map_or_else(|| bare.to_owned(), |zone| format!("{number}%{zone}")),
            port,
            authority: format!("{shown}:{port}"),
            path: uri.path_and_query().map_or("/", |path| path.as_str()).to_owned(),
        })
    }

    /// What stands for the printer where it has no UUID: scheme, host and port.
    pub fn key(&self) -> String {
        format!("{}://{}", if self.secure { "ipps" } else { "ipp" }, self.authority.to_lowercase())
    }
}

#[cfg(test)]
mod tests {
    use super::Address;
    use crate::printer::error::UriError;

    #[test]
    fn the_parts_of_an_address() {
        let parts = |text| Address::parse(text).map(|a| (a.host, a.port, a.authority, a.path));
        let is = |host: &str, port, authority: &str, path: &str| Ok((host.into(), port, authority.into(), path.into()));
        assert_eq!(parts("ipp://p.local/ipp/print"), is("p.local", 631, "p.local:631", "/ipp/print"));
        assert_eq!(parts("ipp://[::1]:8631/a?b"), is("::1", 8631, "[::1]:8631", "/a?b"));
        assert_eq!(parts("ipp://10.0.0.7"), is("10.0.0.7", 631, "10.0.0.7:631", "/"));
        assert_eq!(parts("ipps://p/"), is("p", 631, "p:631", "/"));
        assert!(Address::parse("ipps://p/").is_ok_and(|address| address.secure && address.key() == "ipps://p:631"));
        for odd in ["ipp://user:secret@p/", "ipp://p:66000/", "ipp://p:/", "http://p/", "ipp:///", "auto"] {
            assert_eq!(parts(odd), Err(UriError::Unknown), "{odd}");
        }
    }

    #[test]
    fn a_link_local_address_needs_its_interface_and_does_not_send_it() {
        let found = Address::parse("ipp://[fe80::1%25eth0]:8631/ipp/print").expect("an address");
        assert_eq!((found.host.as_str(), found.authority.as_str()), ("fe80::1%eth0", "[fe80::1]:8631"));
        assert_eq!(Address::parse("ipp://[fe80::1]/"), Err(UriError::LinkLocal));
        assert_eq!(Address::parse("ipp://[fe80::1%25]/"), Err(UriError::LinkLocal));
        assert_eq!(Address::parse("ipp://[2001:db8::1%25eth0]/"), Err(UriError::Unknown));
    }
}
