//! `GET /docs`: Swagger UI, vendored whole in `assets/docs` and packed at build time. Nothing is loaded from elsewhere.

use hyper::{
    Request, StatusCode,
    body::Incoming,
    header::{
        CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderName, HeaderValue, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
    },
};

use super::{
    answer::{self, Answer},
    packing,
};
use crate::text::say;

/// Nothing from elsewhere; pictures in the style sheet are data.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; \
    base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// Name, media type, content packed by gzip.
const FILES: [(&str, &str, &[u8]); 3] = [
    (
        "swagger-ui-bundle.js",
        "text/javascript; charset=utf-8",
        include_bytes!(concat!(env!("OUT_DIR"), "/swagger-ui-bundle.js.gz")),
    ),
    ("swagger-ui.css", "text/css; charset=utf-8", include_bytes!(concat!(env!("OUT_DIR"), "/swagger-ui.css.gz"))),
    ("start.js", "text/javascript; charset=utf-8", include_bytes!(concat!(env!("OUT_DIR"), "/start.js.gz"))),
];

/// Links are told from the page's own address, so that it works under any name.
const PAGE: &str = include_str!("../../assets/docs/index.html");

/// The page.
pub(super) fn page() -> Answer {
    let mut answer = answer::bytes(StatusCode::OK, "text/html; charset=utf-8", PAGE);
    let headers: [(HeaderName, &str); 4] = [
        (CONTENT_SECURITY_POLICY, POLICY),
        (CACHE_CONTROL, "no-cache"),
        (REFERRER_POLICY, "same-origin"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    answer.headers_mut().extend(headers.map(|(name, value)| (name, HeaderValue::from_static(value))));
    answer
}

/// One of its files, packed for whoever takes it so.
pub(super) fn file(name: &str, request: &Request<Incoming>) -> Result<Answer, Answer> {
    let found = FILES.iter().find(|(known, ..)| *known == name);
    let nothing = || answer::problem(StatusCode::NOT_FOUND, say::ERROR_NOT_FOUND, &[]);
    let &(_, media_type, packed) = found.ok_or_else(nothing)?;
    let gzip = packing::takes_gzip(request.headers());
    let mut answer = match gzip {
        true => answer::bytes(StatusCode::OK, media_type, packed),
        false => answer::bytes(StatusCode::OK, media_type, packing::unpack(packed)),
    };
    let set: [(HeaderName, &str); 2] = [(CACHE_CONTROL, "public, max-age=86400"), (X_CONTENT_TYPE_OPTIONS, "nosniff")];
    answer.headers_mut().extend(set.map(|(name, value)| (name, HeaderValue::from_static(value))));
    packing::mark(&mut answer, gzip);
    Ok(answer)
}

#[cfg(test)]
mod tests {
    use super::{FILES, packing::unpack};

    #[test]
    fn files_are_whole() {
        for (name, _, packed) in FILES {
            let text = String::from_utf8(unpack(packed)).expect("UTF-8");
            assert!(text.len() > 100 && !text.contains("sourceMappingURL"), "{name}");
        }
    }
}
