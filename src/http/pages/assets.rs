//! What pages load: styles, scripts, fonts, pictures; never the templates.
//!
//! Pages ask for `/web/~VERSION/NAME`: the version changes with any style or script, and modules find each other by
//! names beside their own, so that no browser ever mixes the files of two versions, and each keeps what it has.

use hyper::{
    HeaderMap, StatusCode,
    header::{CACHE_CONTROL, ETAG, HeaderValue, X_CONTENT_TYPE_OPTIONS},
};

use crate::{
    access::hex,
    http::{
        answer::{self, Answer},
        packing,
    },
};

include!(concat!(env!("OUT_DIR"), "/web.rs"));

#[derive(rust_embed::Embed)]
#[folder = "assets/web"]
struct Assets;

/// The file of this name, packed for whoever takes it so.
pub fn file(name: &str, headers: &HeaderMap) -> Option<Answer> {
    let (name, age) = match name.strip_prefix('~').and_then(|rest| rest.split_once('/')) {
        Some((_, name)) => (name, "public, max-age=31536000, immutable"),
        None => (name, "public, max-age=604800"),
    };
    let media_type = match name.rsplit_once('.')?.1 {
        "css" => "text/css; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "svg" => "image/svg+xml",
        "woff2" => "font/woff2",
        _ => return None,
    };
    let file = Assets::get(name)?;
    let tag = format!("\"{}\"", hex(&file.metadata.sha256_hash()[..8]));
    let packed = packed(name).filter(|_| packing::takes_gzip(headers));
    let mut answer = match (packed, file.data) {
        (Some(packed), _) => answer::bytes(StatusCode::OK, media_type, packed),
        (None, std::borrow::Cow::Borrowed(data)) => answer::bytes(StatusCode::OK, media_type, data),
        (None, std::borrow::Cow::Owned(data)) => answer::bytes(StatusCode::OK, media_type, data),
    };
    packing::mark(&mut answer, packed.is_some());
    let headers = answer.headers_mut();
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        headers.insert(ETAG, tag);
    }
    headers.insert(CACHE_CONTROL, HeaderValue::from_static(age));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    Some(answer)
}

/// In a debug build files are read from the disk each time, and those packed at build time may be of yesterday.
fn packed(name: &str) -> Option<&'static [u8]> {
    PACKED.iter().find(|(known, _)| *known == name).map(|(_, packed)| *packed).filter(|packed| {
        !cfg!(debug_assertions) || Assets::get(name).is_some_and(|file| packing::unpack(packed) == *file.data)
    })
}

/// Changes when a style or a script does.
pub fn version() -> String {
    let mut version = [0_u8; 6];
    for (place, (name, _)) in PACKED.iter().enumerate() {
        let hash = Assets::get(name).map_or([0; 32], |file| file.metadata.sha256_hash());
        for (byte, hashed) in version.iter_mut().zip(hash) {
            *byte ^= hashed.rotate_left(u32::try_from(place % 8).unwrap_or(0));
        }
    }
    hex(&version)
}

#[cfg(test)]
mod tests {
    use super::{HeaderMap, HeaderValue, PACKED, file, packing, version};

    #[test]
    fn templates_and_foreign_files_stay_inside() {
        let none = HeaderMap::new();
        for name in ["base.css", "~abc/page.js", "panel.js", "icon.svg", "fonts/golos-latin.woff2"] {
            assert!(file(name, &none).is_some(), "{name}");
        }
        for name in [
            "base.html",
            "job.html",
            "fonts/OFL.txt",
            "",
            "base",
            "../text/web.toml",
            "~x/../../Cargo.toml",
            "x.js",
            "~",
        ] {
            assert!(file(name, &none).is_none(), "{name}");
        }
        assert_eq!(version().len(), 12);
    }

    #[test]
    fn styles_and_scripts_come_packed() {
        let gzip = HeaderMap::from_iter([(hyper::header::ACCEPT_ENCODING, HeaderValue::from_static("gzip"))]);
        for (name, packed) in PACKED {
            let plain = super::Assets::get(name).expect("embedded");
            assert!(packing::unpack(packed) == *plain.data, "{name} is of yesterday");
            let answer = file(name, &gzip).expect("a file");
            assert_eq!(answer.headers()["content-encoding"], "gzip", "{name}");
        }
    }
}
