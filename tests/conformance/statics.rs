//! `/static` as its clients and caches use it: HEAD, Range, ETag, Last-Modified (RFC 9110).

use serde_json::json;

use super::{
    fetch, ordered, shared, upload,
    wire::{Answer, Wire},
};
use crate::support::{Kiosk, a4_pages};

/// A document that waits: its path and its bytes.
fn waiting(kiosk: &Kiosk) -> (String, Vec<u8>) {
    let document = a4_pages(4);
    let pin = ordered(kiosk, &json!({}));
    assert_eq!(upload(kiosk, &pin, &document).status, 200);
    let name = fetch(kiosk, &pin).json()["filename"].as_str().expect("a name").to_owned();
    (format!("/static/{name}"), document)
}

fn ask(kiosk: &Kiosk, path: &str, headers: &[(&str, &str)]) -> Answer {
    headers.iter().fold(Wire::to(kiosk), |wire, (name, value)| wire.with(name, value)).get(path)
}

#[test]
fn head_tells_what_get_would() {
    let kiosk = shared();
    let (path, document) = waiting(&kiosk);
    let (head, get) = (Wire::to(&kiosk).send("HEAD", &path, &[]), Wire::to(&kiosk).get(&path));
    assert_eq!((head.status, get.status), (200, 200));
    for name in ["content-type", "content-length", "etag", "last-modified", "accept-ranges"] {
        assert!(head.header(name).is_some(), "{name}: {head:?}");
        assert_eq!(head.header(name), get.header(name), "{name}");
    }
    assert!(get.body == document);
    assert_eq!(Wire::to(&kiosk).send("HEAD", "/static/2026-11-22-nothing.pdf", &[]).status, 404);
}

#[test]
fn ranges_are_answered_with_206_and_416() {
    let kiosk = shared();
    let (path, document) = waiting(&kiosk);
    let size = document.len();
    for (range, first, end) in
        [("bytes=0-9", 0, 10), ("bytes=10-", 10, size), ("bytes=-10", size - 10, size), ("bytes=5-99999999", 5, size)]
    {
        let answer = ask(&kiosk, &path, &[("Range", range)]);
        assert_eq!(answer.status, 206, "{range}: {answer:?}");
        assert!(answer.body == document[first..end], "{range}");
        let told = format!("bytes {first}-{}/{size}", end - 1);
        assert_eq!(answer.header("content-range"), Some(told.as_str()));
    }
    let answer = ask(&kiosk, &path, &[("Range", &format!("bytes={size}-"))]);
    assert_eq!((answer.status, answer.header("content-range")), (416, Some(format!("bytes */{size}").as_str())));
    for ignored in ["bytes=9-8", "bytes=a-b", "pages=1-2", "bytes=0-1,3-4"] {
        let answer = ask(&kiosk, &path, &[("Range", ignored)]);
        assert!((answer.status, &answer.body) == (200, &document), "{ignored}");
    }
}

#[test]
fn download_that_was_cut_goes_on_where_it_stopped() {
    let kiosk = shared();
    let (path, document) = waiting(&kiosk);
    let etag = ask(&kiosk, &path, &[]).header("etag").expect("a tag").to_owned();
    let rest = ask(&kiosk, &path, &[("Range", "bytes=100-"), ("If-Range", &etag)]);
    assert!(rest.status == 206 && rest.body == document[100..]);
    let whole = ask(&kiosk, &path, &[("Range", "bytes=100-"), ("If-Range", "\"another\"")]);
    assert!(whole.status == 200 && whole.body == document);
}

#[test]
fn what_a_cache_has_is_not_sent_again() {
    let kiosk = shared();
    let (path, document) = waiting(&kiosk);
    let first = ask(&kiosk, &path, &[]);
    let (etag, modified) = (first.header("etag").expect("a tag"), first.header("last-modified").expect("a time"));
    assert!(etag.starts_with('"') && etag.ends_with('"') && modified.ends_with(" GMT"), "{first:?}");
    for condition in [("If-None-Match", etag), ("If-Modified-Since", modified)] {
        let answer = ask(&kiosk, &path, &[condition]);
        assert_eq!((answer.status, answer.header("etag")), (304, Some(etag)), "{condition:?}");
    }
    for condition in [("If-None-Match", "\"another\""), ("If-Modified-Since", "Sat, 08 Mar 2025 00:00:00 GMT")] {
        let answer = ask(&kiosk, &path, &[condition]);
        assert!((answer.status, &answer.body) == (200, &document), "{condition:?}");
    }
    let (other, _) = waiting(&kiosk);
    assert_ne!(ask(&kiosk, &other, &[]).header("etag"), Some(etag), "another document");
}

#[test]
fn static_gives_documents_and_nothing_else() {
    let kiosk = shared();
    for name in ["..%2Fottisk.db", "%2e%2e/ottisk.db", "lock", ".incoming-0", "%2Fetc%2Fpasswd", ""] {
        let answer = Wire::to(&kiosk).get(&format!("/static/{name}"));
        assert_eq!(answer.status, 404, "{name}: {answer:?}");
    }
}
