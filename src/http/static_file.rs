//! A document for whoever knows its name: whole or a part of it (RFC 9110 §14), under validators (§8.8) and conditions
//! (§13). Which documents there are is not known here.

use std::{
    fs::File,
    io::{self, Read as _, Seek as _, SeekFrom},
    os::{fd::AsRawFd as _, unix::fs::MetadataExt as _},
    time::{Duration, SystemTime},
};

use bytes::Bytes;
use http_body_util::{BodyExt as _, StreamBody};
use hyper::{
    HeaderMap, StatusCode,
    body::Frame,
    header::{
        ACCEPT_RANGES, CACHE_CONTROL, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, ETAG, HeaderName, HeaderValue,
        IF_MATCH, IF_MODIFIED_SINCE, IF_NONE_MATCH, IF_RANGE, IF_UNMODIFIED_SINCE, LAST_MODIFIED, RANGE,
        X_CONTENT_TYPE_OPTIONS,
    },
};

use super::answer::{self, Answer, Body};
use crate::error::Error;

/// Bytes read from a file at once: one walk to another thread each.
const CHUNK_BYTES: u64 = 128 << 10;

/// What tells one content from another.
struct Validators {
    etag: String,
    /// Whole seconds, as HTTP dates are.
    modified: SystemTime,
}

/// What is to be sent.
#[derive(Debug, PartialEq, Eq)]
enum Share {
    Whole,
    /// `first..end`.
    Part(u64, u64),
    NotModified,
    PreconditionFailed,
    PastTheEnd,
}

/// The file, or as much of it as `headers` ask.
pub(super) fn answer(file: File, media_type: &'static str, headers: &HeaderMap) -> Result<Answer, Error> {
    // Of an open file: the disk is not asked.
    let data = file.metadata()?;
    let size = data.len();
    let modified = data.modified()?;
    // A document is written once: its time and size name its content, and two that are written within one tick of the
    // kernel's clock are different files.
    let since = modified.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let etag = format!("\"{:x}-{size:x}-{:x}\"", since.as_nanos(), data.ino());
    let validators = Validators { etag, modified: SystemTime::UNIX_EPOCH + Duration::from_secs(since.as_secs()) };
    let share = share(headers, &validators, size);
    let (first, end) = match share {
        Share::Part(first, end) => (first, end),
        _ => (0, size),
    };
    let mut answer = match share {
        Share::Whole | Share::Part(..) => hyper::Response::new(stream(file, first, end)),
        Share::NotModified => answer::empty(StatusCode::NOT_MODIFIED),
        Share::PreconditionFailed => return Ok(answer::empty(StatusCode::PRECONDITION_FAILED)),
        Share::PastTheEnd => {
            let mut answer = answer::empty(StatusCode::RANGE_NOT_SATISFIABLE);
            set(&mut answer, CONTENT_RANGE, &format!("bytes */{size}"));
            return Ok(answer);
        }
    };
    set(&mut answer, ETAG, &validators.etag);
    set(&mut answer, LAST_MODIFIED, &httpdate::fmt_http_date(validators.modified));
    set(&mut answer, CACHE_CONTROL, "private");
    if share == Share::NotModified {
        return Ok(answer);
    }
    set(&mut answer, CONTENT_TYPE, media_type);
    set(&mut answer, X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(&mut answer, ACCEPT_RANGES, "bytes");
    answer.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from(end - first));
    if matches!(share, Share::Part(..)) {
        *answer.status_mut() = StatusCode::PARTIAL_CONTENT;
        set(&mut answer, CONTENT_RANGE, &format!("bytes {first}-{}/{size}", end.saturating_sub(1)));
    }
    Ok(answer)
}

fn set(answer: &mut Answer, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        answer.headers_mut().insert(name, value);
    }
}

/// The conditions in the order of RFC 9110 §13.2.2.
fn share(headers: &HeaderMap, validators: &Validators, size: u64) -> Share {
    let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let date = |name: HeaderName| text(name).and_then(|date| httpdate::parse_http_date(date).ok());
    let changed = |since: SystemTime| validators.modified > since;
    let fails = match text(IF_MATCH) {
        Some(tags) => !names(tags, &validators.etag, false),
        None => date(IF_UNMODIFIED_SINCE).is_some_and(changed),
    };
    if fails {
        return Share::PreconditionFailed;
    }
    let same = match text(IF_NONE_MATCH) {
        Some(tags) => names(tags, &validators.etag, true),
        None => date(IF_MODIFIED_SINCE).is_some_and(|since| !changed(since)),
    };
    if same {
        return Share::NotModified;
    }
    let still = match text(IF_RANGE) {
        None => true,
        Some(tag) if tag.contains('"') => tag.trim() == validators.etag,
        Some(_) => date(IF_RANGE) == Some(validators.modified),
    };
    match text(RANGE).filter(|_| still).and_then(|range| parse_range(range, size)) {
        None => Share::Whole,
        Some(None) => Share::PastTheEnd,
        Some(Some((first, end))) => Share::Part(first, end),
    }
}

/// Whether a list of entity tags has this one; `weak` compares them as §8.8.3.2 does for a cache.
fn names(tags: &str, etag: &str, weak: bool) -> bool {
    tags.split(',')
        .map(str::trim)
        .any(|tag| tag == "*" || tag == etag || (weak && tag.strip_prefix("W/") == Some(etag)))
}

/// One range as `first..end`; `None` for what is not a single byte range and is ignored; `Some(None)` when it lies
/// past the end.
fn parse_range(range: &str, size: u64) -> Option<Option<(u64, u64)>> {
    let (first, last) = range.trim().strip_prefix("bytes=")?.split_once('-')?;
    let (first, end) = match (first.trim(), last.trim()) {
        ("", suffix) => (size.saturating_sub(suffix.parse().ok()?), size),
        (first, "") => (first.parse().ok()?, size),
        (first, last) => {
            let (first, last): (u64, u64) = (first.parse().ok()?, last.parse().ok()?);
            // The wrong way round is no range (§14.1.1).
            (first <= last).then_some(())?;
            (first, last.saturating_add(1).min(size))
        }
    };
    Some((first < end).then_some((first, end)))
}

/// `first..end` of the file. One that became shorter breaks the connection instead of ending early.
fn stream(file: File, first: u64, end: u64) -> Body {
    let chunks = smol::stream::unfold((Some(file), first), move |(file, at)| async move {
        let mut file = file.filter(|_| at < end)?;
        let length = (end - at).min(CHUNK_BYTES);
        if let Some(chunk) = cached(&file, at, length) {
            let next = at + chunk.len() as u64;
            return Some((Ok(Frame::data(Bytes::from(chunk))), (Some(file), next)));
        }
        let read = smol::unblock(move || {
            let mut chunk = Vec::with_capacity(usize::try_from(length).map_err(io::Error::other)?);
            file.seek(SeekFrom::Start(at))?;
            match (&file).take(length).read_to_end(&mut chunk)? as u64 {
                read if read == length => Ok((chunk, file)),
                _ => Err(io::Error::from(io::ErrorKind::UnexpectedEof)),
            }
        });
        Some(match read.await {
            Ok((chunk, file)) => (Ok(Frame::data(Bytes::from(chunk))), (Some(file), at + length)),
            Err(error) => (Err(error), (None, end)),
        })
    });
    StreamBody::new(chunks).boxed_unsync()
}

/// As much as can be had without waiting for the disk (`RWF_NOWAIT`), up to `length`: a document of a moment ago needs
/// no other thread.
fn cached(file: &File, at: u64, length: u64) -> Option<Vec<u8>> {
    let (length, at) = (usize::try_from(length).ok()?, i64::try_from(at).ok()?);
    let mut chunk: Vec<u8> = Vec::with_capacity(length);
    let space = libc::iovec { iov_base: chunk.as_mut_ptr().cast(), iov_len: length };
    // SAFETY: one vector that points at `length` bytes of ours.
    let read = unsafe { libc::preadv64v2(file.as_raw_fd(), &raw const space, 1, at, libc::RWF_NOWAIT) };
    let read = usize::try_from(read).ok().filter(|read| *read > 0)?;
    // SAFETY: the kernel has written so many of them.
    unsafe { chunk.set_len(read) };
    Some(chunk)
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use hyper::HeaderMap;

    use super::{Share, Validators, parse_range, share};

    #[test]
    fn ranges_of_rfc_9110() {
        assert_eq!(parse_range("bytes=0-9", 100), Some(Some((0, 10))));
        assert_eq!(parse_range("bytes=90-", 100), Some(Some((90, 100))));
        assert_eq!(parse_range("bytes=-10", 100), Some(Some((90, 100))));
        assert_eq!(parse_range("bytes=-1000", 100), Some(Some((0, 100))));
        assert_eq!(parse_range("bytes=100-", 100), Some(None));
        assert_eq!(parse_range("bytes=-0", 100), Some(None));
        for ignored in ["bytes=a-b", "bytes=9-8", "pages=1-2", "bytes=0-1,5-6", "bytes="] {
            assert_eq!(parse_range(ignored, 100), None, "{ignored}");
        }
    }

    #[test]
    fn conditions_of_rfc_9110() {
        let modified = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000);
        let validators = Validators { etag: "\"a-64\"".into(), modified };
        let asked = |headers: &[(&'static str, &str)]| {
            let mut map = HeaderMap::new();
            for (name, value) in headers {
                map.insert(*name, value.parse().expect("a value"));
            }
            share(&map, &validators, 100)
        };
        let (then, before) = ("Sun, 09 Sep 2001 01:46:40 GMT", "Sun, 09 Sep 2001 01:46:39 GMT");
        assert_eq!(asked(&[]), Share::Whole);
        assert_eq!(asked(&[("if-none-match", "\"b\", W/\"a-64\"")]), Share::NotModified);
        assert_eq!(asked(&[("if-none-match", "\"b\""), ("if-modified-since", then)]), Share::Whole);
        assert_eq!(asked(&[("if-modified-since", then)]), Share::NotModified);
        assert_eq!(asked(&[("if-modified-since", before)]), Share::Whole);
        assert_eq!(asked(&[("if-match", "\"b\"")]), Share::PreconditionFailed);
        assert_eq!(asked(&[("if-match", "*"), ("if-unmodified-since", before)]), Share::Whole);
        assert_eq!(asked(&[("if-unmodified-since", before)]), Share::PreconditionFailed);
        assert_eq!(asked(&[("range", "bytes=0-9"), ("if-range", "\"a-64\"")]), Share::Part(0, 10));
        assert_eq!(asked(&[("range", "bytes=0-9"), ("if-range", "\"b\"")]), Share::Whole);
        assert_eq!(asked(&[("range", "bytes=0-9"), ("if-range", then)]), Share::Part(0, 10));
        assert_eq!(asked(&[("range", "bytes=0-9"), ("if-range", before)]), Share::Whole);
        assert_eq!(asked(&[("range", "bytes=100-")]), Share::PastTheEnd);
        assert_eq!(asked(&[("range", "bytes=100-"), ("if-none-match", "*")]), Share::NotModified);
    }
}
