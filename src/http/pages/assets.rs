//! What pages load: style, scripts, fonts, pictures; never the templates.
//!
//! A name stands for its content, since pages ask with `?v=` the [`version`]: a browser keeps what it has.

use hyper::{
    StatusCode,
    header::{CACHE_CONTROL, ETAG, HeaderValue, X_CONTENT_TYPE_OPTIONS},
};

use crate::{
    access::hex,
    http::answer::{self, Answer},
};

#[derive(rust_embed::Embed)]
#[folder = "assets/web"]
struct Assets;

/// The file of this name.
pub fn file(name: &str) -> Option<Answer> {
    let media_type = match name.rsplit_once('.')?.1 {
        "css" => "text/css; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "svg" => "image/svg+xml",
        "woff2" => "font/woff2",
        _ => return None,
    };
    let file = Assets::get(name)?;
    let tag = format!("\"{}\"", hex(&file.metadata.sha256_hash()[..8]));
    let data = match file.data {
        std::borrow::Cow::Borrowed(data) => bytes::Bytes::from_static(data),
        std::borrow::Cow::Owned(data) => data.into(),
    };
    let mut answer = answer::bytes(StatusCode::OK, media_type, data);
    let headers = answer.headers_mut();
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        headers.insert(ETAG, tag);
    }
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("public, max-age=604800"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    Some(answer)
}

/// Changes when a style or a script does.
pub fn version() -> String {
    let files = ["app.css", "app.js", "panel.js"];
    files.iter().filter_map(|name| Assets::get(name)).map(|file| hex(&file.metadata.sha256_hash()[..3])).collect()
}

#[cfg(test)]
mod tests {
    use super::{file, version};

    #[test]
    fn templates_and_foreign_files_stay_inside() {
        for name in ["app.css", "app.js", "panel.js", "icon.svg", "fonts/golos-latin.woff2"] {
            assert!(file(name).is_some(), "{name}");
        }
        for name in
            ["base.html", "job.html", "fonts/OFL.txt", "", "app", "../text/web.toml", "../../Cargo.toml", "x.js"]
        {
            assert!(file(name).is_none(), "{name}");
        }
        assert_eq!(version().len(), 18);
    }
}
