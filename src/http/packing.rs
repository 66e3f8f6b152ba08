//! gzip (RFC 1952) for whoever takes it (RFC 9110 §12.5.3): what is packed at build time is served as it is, pages are
//! packed as they go out. A page holds no secret that its own address does not hold, so that its size tells nothing.

use std::io::{Read as _, Write as _};

use http_body_util::BodyExt as _;
use hyper::{
    HeaderMap,
    header::{ACCEPT_ENCODING, ACCEPT_RANGES, CONTENT_ENCODING, CONTENT_TYPE, HeaderValue, VARY},
};

use super::answer::{self, Answer};

/// Whether the sender of these headers takes gzip, as far as browsers say so.
pub(super) fn takes_gzip(headers: &HeaderMap) -> bool {
    let accepts = headers.get(ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
    accepts.split(',').any(|item| {
        let (coding, weight) = item.split_once(';').unwrap_or((item, ""));
        let never = weight.trim().strip_prefix("q=").is_some_and(|q| q.trim().parse() == Ok(0.0));
        coding.trim().eq_ignore_ascii_case("gzip") && !never
    })
}

/// Says how an answer is packed, and that it could be otherwise.
pub(super) fn mark(answer: &mut Answer, gzip: bool) {
    answer.headers_mut().insert(VARY, HeaderValue::from_static("Accept-Encoding"));
    if gzip {
        answer.headers_mut().insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
}

/// Packs a page for whoever takes it so; every other answer stays as it is. A stranger's HTML is a file, of any length and
/// given out in parts.
pub(super) async fn page(answer: Answer, gzip: bool) -> Answer {
    let html = |value: &HeaderValue| value.as_bytes().starts_with(b"text/html");
    let done = [ACCEPT_RANGES, CONTENT_ENCODING];
    if !answer.headers().get(CONTENT_TYPE).is_some_and(html)
        || done.iter().any(|name| answer.headers().contains_key(name))
    {
        return answer;
    }
    let (parts, body) = answer.into_parts();
    let Ok(whole) = body.collect().await else { return answer::empty(parts.status) };
    let whole = whole.to_bytes();
    let packed = gzip.then(|| pack(&whole)).flatten();
    let packs = packed.is_some();
    let mut answer = answer::bytes(parts.status, "text/html; charset=utf-8", packed.map_or(whole, Into::into));
    *answer.headers_mut() = parts.headers;
    mark(&mut answer, packs);
    answer
}

fn pack(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packed.write_all(bytes).ok()?;
    packed.finish().ok()
}

/// What was packed at build time.
pub(super) fn unpack(packed: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    // Packed by us: there is nothing to be wrong.
    let _ = flate2::read::GzDecoder::new(packed).read_to_end(&mut bytes);
    bytes
}

#[cfg(test)]
mod tests {
    use super::{ACCEPT_ENCODING, HeaderMap, HeaderValue, pack, takes_gzip, unpack};

    #[test]
    fn who_takes_gzip_is_heard() {
        let takes = |accepts| takes_gzip(&HeaderMap::from_iter([(ACCEPT_ENCODING, HeaderValue::from_static(accepts))]));
        assert!(takes("deflate, gzip;q=1.0") && takes("GZIP"));
        assert!(!takes("br, gzip;q=0") && !takes("") && !takes_gzip(&HeaderMap::new()));
        assert_eq!(unpack(&pack(b"a page").expect("packed")), b"a page");
    }
}
