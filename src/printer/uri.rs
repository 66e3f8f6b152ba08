//! Where a printer is: `ipp://HOST[:PORT]/PATH` (RFC 3510 §3, RFC 8010 §4).

use hyper::Uri;

use super::error::UriError;

/// The port when none is named (RFC 8010 §4.2).
const PORT: u16 = 631;

/// A printer's address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// As it was given: `printer-uri`.
    pub uri: String,
    /// A name or a number, without brackets.
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
        if text == "auto" || text.starts_with("ipps:") {
            return Err(UriError::NotYet);
        }
        let uri: Uri = text.parse().map_err(|_| UriError::Unknown)?;
        let host = uri.host().unwrap_or_default();
        let authority = uri.authority().map(ToString::to_string).unwrap_or_default();
        if uri.scheme_str() != Some("ipp") || host.is_empty() || authority.contains('@') || text.len() > 1_023 {
            return Err(UriError::Unknown);
        }
        Ok(Self {
            uri: text.to_owned(),
            host: host.trim_start_matches('[').trim_end_matches(']').to_owned(),
            port: uri.port_u16().unwrap_or(PORT),
            authority: format!("{host}:{}", uri.port_u16().unwrap_or(PORT)),
            path: uri.path_and_query().map_or("/", |path| path.as_str()).to_owned(),
        })
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
        assert_eq!(parts("ipp://user:secret@p/"), Err(UriError::Unknown));
        assert_eq!(parts("ipps://p/"), Err(UriError::NotYet));
    }
}
