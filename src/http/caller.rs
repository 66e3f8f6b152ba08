//! Who asks: the address a request comes from and the token it brings. Look-ups by a code go through here, so that wrong
//! ones are counted on every route alike ([`crate::guessing`]).

use std::net::{IpAddr, SocketAddr};

use hyper::{HeaderMap, header::AUTHORIZATION};

use super::Doors;
use crate::{error::Error, store::jobs::Job};

/// What a reverse proxy adds the address of its own client to (de facto; RFC 7239 has a successor that few send).
const FORWARDED_FOR: &str = "x-forwarded-for";

/// Somebody who asks.
#[derive(Clone, Debug)]
pub(super) struct Caller {
    /// The other end of the connection, or whom a trusted proxy speaks for.
    pub(super) peer: SocketAddr,
    /// The `Authorization` header.
    pub(super) authorization: Option<String>,
}

impl Caller {
    /// Whoever sent these headers over a connection from `peer`.
    pub(super) fn of(peer: SocketAddr, headers: &HeaderMap, trusted: &[IpAddr]) -> Self {
        let authorization = authorization(headers).map(str::to_owned);
        let forwarded = headers.get_all(FORWARDED_FOR).iter().filter_map(|value| value.to_str().ok());
        let address = believed(peer.ip(), forwarded, trusted);
        Self { peer: SocketAddr::new(address, peer.port()), authorization }
    }

    /// Its address.
    pub(super) fn address(&self) -> IpAddr {
        self.peer.ip()
    }
}

/// The `Authorization` header, when it is text.
pub(super) fn authorization(headers: &HeaderMap) -> Option<&str> {
    headers.get(AUTHORIZATION)?.to_str().ok()
}

/// The last address that somebody trusted names and that is nobody trusted itself: what stands before it in the list
/// anyone could have written.
fn believed<'a>(peer: IpAddr, forwarded: impl DoubleEndedIterator<Item = &'a str>, trusted: &[IpAddr]) -> IpAddr {
    let is_trusted = |address: IpAddr| trusted.iter().any(|known| known.to_canonical() == address.to_canonical());
    let mut address = peer;
    for named in forwarded.rev().flat_map(|list| list.rsplit(',')) {
        if !is_trusted(address) {
            break;
        }
        match named.trim().parse() {
            Ok(named) => address = named,
            // A trusted proxy that names nobody speaks for itself.
            Err(_) => break,
        }
    }
    address
}

impl Doors {
    /// The job with this code, for this caller. Wrong codes are counted; after too many nothing is looked up.
    pub(super) async fn look_up(&self, caller: &Caller, pin: &str) -> Result<Option<Job>, Error> {
        let header = caller.authorization.as_deref();
        if header.is_some() && self.gate.is_ours(header).await? {
            return self.queue.find(pin).await;
        }
        self.guessing.guarded(caller.address(), pin, self.queue.find(pin)).await
    }
}

#[cfg(test)]
mod tests {
    use super::believed;

    fn who(peer: &str, forwarded: &[&str], trusted: &[&str]) -> String {
        let address = |text: &str| text.parse().expect("an address");
        let trusted: Vec<_> = trusted.iter().map(|text| address(text)).collect();
        believed(address(peer), forwarded.iter().copied(), &trusted).to_string()
    }

    #[test]
    fn only_a_trusted_proxy_is_believed_and_only_its_own_word() {
        let proxy = ["127.0.0.1", "192.0.2.10"];
        assert_eq!(who("203.0.113.7", &["10.0.0.1"], &proxy), "203.0.113.7");
        assert_eq!(who("127.0.0.1", &["10.0.0.1"], &[]), "127.0.0.1");
        assert_eq!(who("127.0.0.1", &["10.0.0.1"], &proxy), "10.0.0.1");
        // What the client wrote itself stands before what the proxy added.
        assert_eq!(who("127.0.0.1", &["1.1.1.1, 203.0.113.7"], &proxy), "203.0.113.7");
        assert_eq!(who("127.0.0.1", &["1.1.1.1", "203.0.113.7, 192.0.2.10"], &proxy), "203.0.113.7");
        assert_eq!(who("::ffff:127.0.0.1", &["2001:db8::7"], &proxy), "2001:db8::7");
        assert_eq!(who("127.0.0.1", &["203.0.113.7, nonsense"], &proxy), "127.0.0.1");
        assert_eq!(who("127.0.0.1", &[], &proxy), "127.0.0.1");
    }
}
