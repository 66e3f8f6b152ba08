//! Other origins (Fetch §3.2, CORS), as Starlette's `CORSMiddleware` answers them. Pure.
//!
//! This is for print-api's routes alone: the old web page calls them from another site, and what they do needs a PIN, a
//! token or a member's number, never a cookie of ours. Our own pages, the panel and the operations get no such header at
//! all, so that a browser keeps other sites out; what writes there is refused besides, see `origin`.

use hyper::{
    HeaderMap, Method, StatusCode,
    header::{
        ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
        ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_HEADERS,
        ACCESS_CONTROL_REQUEST_METHOD, COOKIE, HeaderName, HeaderValue, ORIGIN, VARY,
    },
};

use crate::settings::PrintApi;

/// What `*` means for methods.
const ALL_METHODS: &str = "DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT";

/// Headers that need no leave (Fetch §2.2.2).
const SAFELISTED: [&str; 4] = ["Accept", "Accept-Language", "Content-Language", "Content-Type"];

/// Seconds a browser may remember the answer.
const MAX_AGE_S: &str = "600";

type Headers = Vec<(HeaderName, HeaderValue)>;

/// The answer to a preflight: status, text, headers.
#[derive(Debug, PartialEq, Eq)]
pub struct Preflight {
    /// 200, or 400 for what is not allowed.
    pub status: StatusCode,
    /// `OK`, or what is not allowed.
    pub text: String,
    /// Of the answer.
    pub headers: Headers,
}

fn any(list: &[String]) -> bool {
    list.iter().any(|item| item == "*")
}

fn has(list: &[String], item: &HeaderValue) -> bool {
    any(list) || list.iter().any(|known| known.as_bytes() == item.as_bytes())
}

fn push(headers: &mut Headers, name: HeaderName, value: &str) {
    // What a technician wrote into the settings and is no header value is left out.
    headers.extend(HeaderValue::from_str(value).ok().map(|value| (name, value)));
}

/// Answers a preflight, if the request is one.
pub fn preflight(settings: &PrintApi, method: &Method, request: &HeaderMap) -> Option<Preflight> {
    let origin = request.get(ORIGIN)?;
    let asked = request.get(ACCESS_CONTROL_REQUEST_METHOD).filter(|_| method == Method::OPTIONS)?;
    let (mut headers, mut refused) = (Headers::new(), Vec::new());
    if any(&settings.cors_allow_origins) && !settings.cors_allow_credentials {
        push(&mut headers, ACCESS_CONTROL_ALLOW_ORIGIN, "*");
    } else {
        push(&mut headers, VARY, "Origin");
        if has(&settings.cors_allow_origins, origin) {
            headers.push((ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone()));
        }
    }
    if !has(&settings.cors_allow_origins, origin) {
        refused.push("origin");
    }
    let methods = match any(&settings.cors_allow_methods) {
        true => ALL_METHODS.to_owned(),
        false => settings.cors_allow_methods.join(", "),
    };
    // The names, not the star: TRACE and what is written small are nobody's.
    if !methods.split(", ").any(|known| known.as_bytes() == asked.as_bytes() && !known.is_empty()) {
        refused.push("method");
    }
    push(&mut headers, ACCESS_CONTROL_ALLOW_METHODS, &methods);
    push(&mut headers, ACCESS_CONTROL_MAX_AGE, MAX_AGE_S);
    let wanted = request.get(ACCESS_CONTROL_REQUEST_HEADERS);
    if any(&settings.cors_allow_headers) {
        headers.extend(wanted.map(|wanted| (ACCESS_CONTROL_ALLOW_HEADERS, wanted.clone())));
    } else {
        let mut known: Vec<&str> = settings.cors_allow_headers.iter().map(String::as_str).chain(SAFELISTED).collect();
        known.sort_unstable();
        known.dedup();
        push(&mut headers, ACCESS_CONTROL_ALLOW_HEADERS, &known.join(", "));
        let is_known = |name: &str| known.iter().any(|known| known.eq_ignore_ascii_case(name.trim()));
        if wanted.is_some_and(|wanted| !wanted.to_str().is_ok_and(|wanted| wanted.split(',').all(is_known))) {
            refused.push("headers");
        }
    }
    if settings.cors_allow_credentials {
        push(&mut headers, ACCESS_CONTROL_ALLOW_CREDENTIALS, "true");
    }
    let (status, text) = match refused.is_empty() {
        true => (StatusCode::OK, "OK".to_owned()),
        false => (StatusCode::BAD_REQUEST, format!("Disallowed CORS {}", refused.join(", "))),
    };
    Some(Preflight { status, text, headers })
}

/// What an answer carries besides when another origin asked. Cookies forbid the star.
pub fn simple(settings: &PrintApi, request: &HeaderMap) -> Headers {
    let mut headers = Headers::new();
    let Some(origin) = request.get(ORIGIN) else { return headers };
    let all = any(&settings.cors_allow_origins);
    if settings.cors_allow_credentials {
        push(&mut headers, ACCESS_CONTROL_ALLOW_CREDENTIALS, "true");
    }
    if all && !request.contains_key(COOKIE) {
        push(&mut headers, ACCESS_CONTROL_ALLOW_ORIGIN, "*");
    } else if has(&settings.cors_allow_origins, origin) {
        headers.push((ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone()));
        push(&mut headers, VARY, "Origin");
    }
    headers
}

#[cfg(test)]
mod tests {
    use super::{HeaderMap, HeaderValue, Headers, Method, PrintApi, preflight, simple};

    fn request(fields: &[(&'static str, &'static str)]) -> HeaderMap {
        fields.iter().map(|(name, value)| (name.parse().expect("a name"), HeaderValue::from_static(value))).collect()
    }

    fn lines(headers: &Headers) -> Vec<String> {
        let mut lines: Vec<_> =
            headers.iter().map(|(name, value)| format!("{name}: {}", value.to_str().expect("text"))).collect();
        lines.sort();
        lines
    }

    /// Status, text and headers of a preflight from `origin`.
    fn asked(
        settings: &PrintApi,
        origin: &'static str,
        more: &[(&'static str, &'static str)],
    ) -> (u16, String, String) {
        let mut fields = vec![("origin", origin)];
        fields.extend(more);
        let answer = preflight(settings, &Method::OPTIONS, &request(&fields)).expect("a preflight");
        (answer.status.as_u16(), answer.text, lines(&answer.headers).join("\n"))
    }

    fn strict() -> PrintApi {
        let list = |items: &[&str]| items.iter().map(|item| (*item).to_owned()).collect();
        PrintApi {
            cors_allow_origins: list(&["https://a"]),
            cors_allow_methods: list(&["GET", "POST"]),
            cors_allow_headers: list(&["X-A", "abc"]),
            ..PrintApi::default()
        }
    }

    const POST: (&str, &str) = ("access-control-request-method", "POST");
    const ALL: &str = "access-control-allow-methods: DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT";

    #[test]
    fn every_origin_may_ask_print_api_by_default() {
        let settings = PrintApi::default();
        let answered = format!(
            "access-control-allow-credentials: true\n{ALL}\naccess-control-allow-origin: https://a\n\
             access-control-max-age: 600\nvary: Origin"
        );
        assert_eq!(asked(&settings, "https://a", &[POST]), (200, "OK".into(), answered));
        let with = asked(&settings, "https://a", &[POST, ("access-control-request-headers", "X-b, y")]).2;
        assert!(with.contains("access-control-allow-headers: X-b, y\n"), "{with}");
        for method in ["TRACE", "post", ""] {
            let refused = asked(&settings, "https://a", &[("access-control-request-method", method)]);
            assert_eq!((refused.0, refused.1.as_str()), (400, "Disallowed CORS method"), "{method:?}");
        }
        let star = ["access-control-allow-credentials: true", "access-control-allow-origin: *"];
        assert_eq!(lines(&simple(&settings, &request(&[("origin", "https://a")]))), star);
        let cookie = request(&[("origin", "https://a"), ("cookie", "a=b")]);
        let echoed =
            ["access-control-allow-credentials: true", "access-control-allow-origin: https://a", "vary: Origin"];
        assert_eq!(lines(&simple(&settings, &cookie)), echoed);
        assert!(simple(&settings, &request(&[("cookie", "a=b")])).is_empty());
        // No preflight: another method, or nothing asked.
        assert_eq!(preflight(&settings, &Method::GET, &request(&[("origin", "https://a"), POST])), None);
        assert_eq!(preflight(&settings, &Method::OPTIONS, &request(&[("origin", "https://a")])), None);
        assert_eq!(preflight(&settings, &Method::OPTIONS, &request(&[POST])), None);
    }

    #[test]
    fn settings_narrow_it() {
        let settings = strict();
        let known = "access-control-allow-headers: Accept, Accept-Language, Content-Language, Content-Type, X-A, abc";
        let (status, text, headers) = asked(&settings, "https://a", &[POST]);
        assert_eq!((status, text.as_str()), (200, "OK"));
        assert!(headers.contains(known) && headers.contains("access-control-allow-methods: GET, POST"), "{headers}");
        let wanted = ("access-control-request-headers", "content-type,X-a ");
        assert_eq!(asked(&settings, "https://a", &[POST, wanted]).0, 200);
        let told = |origin, more: &[_]| asked(&settings, origin, more).1;
        let unknown = ("access-control-request-headers", "x-foo, y");
        let delete = ("access-control-request-method", "DELETE");
        assert_eq!(told("https://b", &[POST]), "Disallowed CORS origin");
        assert_eq!(told("https://a", &[POST, unknown]), "Disallowed CORS headers");
        assert_eq!(told("https://a", &[POST, ("access-control-request-headers", "")]), "Disallowed CORS headers");
        assert_eq!(told("https://b", &[delete, unknown]), "Disallowed CORS origin, method, headers");
        assert!(!asked(&settings, "https://b", &[POST]).2.contains("allow-origin"));
        let credentials = ["access-control-allow-credentials: true"];
        assert_eq!(lines(&simple(&settings, &request(&[("origin", "https://b"), ("cookie", "a=b")]))), credentials);
        assert_eq!(lines(&simple(&settings, &request(&[("origin", "https://a")]))).len(), 3);
    }

    #[test]
    fn without_credentials_the_star_stays() {
        let settings = PrintApi { cors_allow_credentials: false, ..PrintApi::default() };
        let headers = asked(&settings, "https://a", &[POST]).2;
        assert_eq!(headers, format!("{ALL}\naccess-control-allow-origin: *\naccess-control-max-age: 600"));
        assert_eq!(lines(&simple(&settings, &request(&[("origin", "x")]))), ["access-control-allow-origin: *"]);
    }
}
