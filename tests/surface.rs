//! The door to the letter: which methods a path has, what other origins may, what a bad request is told, whose tokens
//! are good, and the document that tells all this, tried by schemathesis (`tests/peers/`).

use std::{
    fs,
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::Command,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use futures_rustls::{pki_types, rustls};
use serde_json::{Value, json};

use crate::support::{Kiosk, Start, sample, temporary};

/// A whole answer.
struct Answer {
    status: u16,
    headers: ureq::http::HeaderMap,
    body: Vec<u8>,
}

impl Answer {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }

    /// `Access-Control-…` and `Vary`.
    fn cors(&self) -> Vec<String> {
        let told =
            self.headers.iter().filter(|(name, _)| name.as_str().starts_with("access-control") || *name == "vary");
        let mut told: Vec<_> = told.map(|(name, value)| format!("{name}: {}", value.to_str().expect("text"))).collect();
        told.sort();
        told
    }
}

fn ask(kiosk: &Kiosk, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
    let config = ureq::Agent::config_builder().http_status_as_error(false).max_redirects(0);
    let agent: ureq::Agent = config.allow_non_standard_methods(true).build().into();
    let mut request = ureq::http::Request::builder().method(method).uri(format!("{}{path}", kiosk.url));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let answered = match body {
        "" => agent.run(request.body(()).expect("a request")),
        body => agent.run(request.body(body.to_owned()).expect("a request")),
    };
    let mut answer = answered.unwrap_or_else(|error| panic!("{method} {path}: {error}"));
    let mut body = Vec::new();
    answer.body_mut().as_reader().read_to_end(&mut body).expect("a body");
    Answer { status: answer.status().as_u16(), headers: answer.headers().clone(), body }
}

#[test]
fn every_path_has_its_methods() {
    let kiosk = Kiosk::demo();
    let detail = |text: &str| json!({"detail": text});
    for root in ["", "/print"] {
        for (method, path, allow) in [
            ("HEAD", "/file/A", "GET, POST, PATCH, DELETE"),
            ("PUT", "/file/A", "GET, POST, PATCH, DELETE"),
            ("GET", "/file", "POST"),
            ("OPTIONS", "/file", "POST"),
            ("HEAD", "/is_union_member", "GET, POST"),
            ("POST", "/static/a.pdf", "GET, HEAD"),
            ("POST", "/docs", "GET, HEAD"),
            ("GET", "/admin/update", "POST"),
            ("POST", "/auth/me", "GET"),
        ] {
            let answer = ask(&kiosk, method, &format!("{root}{path}"), &[], "");
            assert_eq!((answer.status, answer.header("allow")), (405, allow), "{method} {root}{path}");
            assert_eq!(answer.header("content-type"), "application/json");
            if method != "HEAD" {
                assert_eq!(answer.json(), detail("Method Not Allowed"));
            }
        }
        for (method, path, place) in [
            ("POST", "/file/", "/file"),
            ("POST", "/file/?a=b&c=%2F", "/file?a=b&c=%2F"),
            ("GET", "/file/A/", "/file/A"),
            ("GET", "/file/%D0%96/", "/file/%D0%96"),
            ("GET", "/is_union_member/?v=1", "/is_union_member?v=1"),
            ("GET", "/static", "/static/"),
            ("POST", "/static?x=1", "/static/?x=1"),
            ("GET", "/panel/", "/panel"),
        ] {
            let answer = ask(&kiosk, method, &format!("{root}{path}"), &[], "");
            let expected = (307, format!("{root}{place}"));
            assert_eq!((answer.status, answer.header("location").to_owned()), expected, "{method} {root}{path}");
        }
        for path in ["/static/", "/static/none.pdf", "/static/a/b", "/file/a/b", "/file/a%2Fb", "/qr/a", "/admin/x"] {
            let answer = ask(&kiosk, "GET", &format!("{root}{path}"), &[], "");
            assert_eq!((answer.status, answer.json()), (404, detail("Not Found")), "{root}{path}");
        }
        for path in
            ["/", "/panel", "/panel/scene", "/panel/screen.png", "/healthz", "/status", "/metrics", "/web/base.css"]
        {
            let path = format!("{root}{path}");
            let (get, head) = (ask(&kiosk, "GET", &path, &[], ""), ask(&kiosk, "HEAD", &path, &[], ""));
            assert_eq!((get.status, head.status, head.body.len()), (200, 200, 0), "{path}");
            assert_eq!(get.header("content-type"), head.header("content-type"), "{path}");
        }
    }
    // Theirs are told as they tell it, ours by RFC 9457.
    assert_eq!(ask(&kiosk, "GET", "/print/nothing", &[], "").json(), detail("Not Found"));
    for (method, path, status) in [("GET", "/nothing", 404), ("PUT", "/panel/tap", 405), ("DELETE", "/", 405)] {
        let answer = ask(&kiosk, method, path, &[], "");
        assert_eq!((answer.status, answer.header("content-type")), (status, "application/problem+json"), "{path}");
        assert_eq!(answer.header("allow").is_empty(), status == 404, "{path}");
    }
    let (status, found) = kiosk.json("GET", &format!("/file/{}", kiosk.pin), &Value::Null);
    assert_eq!(status, 200);
    let path = format!("/print/static/{}", found["filename"].as_str().expect("a name"));
    let head = ask(&kiosk, "HEAD", &path, &[], "");
    let length = fs::metadata(sample()).expect("the sample").len().to_string();
    assert_eq!((head.status, head.header("content-length"), head.body.len()), (200, length.as_str(), 0));
    // With another root the old one is nothing.
    let kiosk = Kiosk::start(&Start { environment: &[("ROOT_PATH", "/a/b/")], ..Start::default() });
    assert_eq!(ask(&kiosk, "GET", "/a/b/is_union_member?surname=x&number=1&v=1", &[], "").status, 202);
    assert_eq!(ask(&kiosk, "GET", "/print/is_union_member?surname=x&number=1&v=1", &[], "").status, 404);
}

#[test]
fn other_origins_may_call_print_api_and_nothing_else() {
    let kiosk = Kiosk::demo();
    let origin = ("origin", "https://app.example");
    let wants = ("access-control-request-method", "POST");
    let headers = ("access-control-request-headers", "content-type, x-y");
    for path in ["/file", "/print/file/ABC", "/is_union_member", "/marketing/v1/action", "/print/nothing"] {
        let answer = ask(&kiosk, "OPTIONS", path, &[origin, wants, headers], "");
        assert_eq!((answer.status, answer.text().as_str()), (200, "OK"), "{path}");
        assert_eq!(answer.header("content-type"), "text/plain; charset=utf-8");
        assert_eq!(
            answer.cors(),
            [
                "access-control-allow-credentials: true",
                "access-control-allow-headers: content-type, x-y",
                "access-control-allow-methods: DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT",
                "access-control-allow-origin: https://app.example",
                "access-control-max-age: 600",
                "vary: Origin"
            ],
            "{path}"
        );
        let refused = ask(&kiosk, "OPTIONS", path, &[origin, ("access-control-request-method", "TRACE")], "");
        assert_eq!((refused.status, refused.text().as_str()), (400, "Disallowed CORS method"), "{path}");
    }
    let star = ["access-control-allow-credentials: true", "access-control-allow-origin: *"];
    for (method, path, status) in [("GET", "/file/NOBODY", 404), ("POST", "/file", 422), ("PUT", "/file", 405)] {
        let answer = ask(&kiosk, method, path, &[origin], "");
        assert_eq!((answer.status, answer.cors()), (status, star.map(str::to_owned).to_vec()), "{method} {path}");
    }
    let cookie = ask(&kiosk, "GET", "/file/NOBODY", &[origin, ("cookie", "a=b")], "");
    let echoed =
        ["access-control-allow-credentials: true", "access-control-allow-origin: https://app.example", "vary: Origin"];
    assert_eq!(cookie.cors(), echoed);
    assert_eq!(ask(&kiosk, "OPTIONS", "/file", &[origin], "").status, 405);
    assert_eq!(ask(&kiosk, "OPTIONS", "/file", &[wants], "").status, 405);

    // A browser hears nothing that would let another site read these, and what it sends there is refused.
    let job = format!("/j/{}", kiosk.pin);
    for path in ["/", "/panel/scene", "/panel/screen.png", "/status", "/metrics", job.as_str(), "/nothing"] {
        let answer = ask(&kiosk, "GET", path, &[origin, ("cookie", "lang=ru")], "");
        assert!(!answer.cors().iter().any(|line| line.starts_with("access-control")), "{path}: {:?}", answer.cors());
        let asked = ask(&kiosk, "OPTIONS", path, &[origin, wants], "");
        assert!(matches!(asked.status, 404 | 405) && asked.cors().is_empty(), "{path}: {}", asked.status);
    }
    let before = (kiosk.kept(), kiosk.scene()["scene"].clone());
    let tap = json!({"id": "enter-code", "text": "ABCDEF"}).to_string();
    let plain = ("content-type", "text/plain");
    for sent in [
        &[("origin", "https://evil.example"), plain][..],
        &[("origin", "null"), plain],
        &[("origin", "http://127.0.0.1:1"), plain],
        &[("sec-fetch-site", "cross-site"), plain],
        &[("sec-fetch-site", "same-site"), plain],
        // A name that was made to lead here.
        &[("origin", "http://evil.example:8080"), ("host", "evil.example:8080"), plain],
    ] {
        for path in ["/panel/tap", "/panel/scan", "/print/panel/tap"] {
            let answer = ask(&kiosk, "POST", path, sent, &tap);
            assert!(matches!(answer.status, 401 | 403), "{path} {sent:?}: {}", answer.status);
            assert_eq!(answer.header("content-type"), "application/problem+json");
        }
    }
    for path in ["/", job.as_str()] {
        let form = ("content-type", "application/x-www-form-urlencoded");
        let answer = ask(&kiosk, "POST", path, &[("origin", "https://evil.example"), form], "action=delete");
        assert_eq!(answer.status, 403, "{path}");
    }
    for path in ["/panel/scene", "/panel/screen.png"] {
        assert_eq!(ask(&kiosk, "GET", path, &[("host", "evil.example:8080")], "").status, 401, "{path}");
    }
    assert_eq!((kiosk.kept(), kiosk.scene()["scene"].clone()), before);
    // Ours go on.
    let own = kiosk.url.clone();
    for sent in [&[("origin", own.as_str())][..], &[("sec-fetch-site", "same-origin")], &[]] {
        assert_eq!(ask(&kiosk, "POST", "/panel/tap", sent, &json!({"id": "language-en"}).to_string()).status, 200);
    }
}

#[test]
fn bad_requests_are_told_as_fastapi_tells_them() {
    let kiosk = Kiosk::demo();
    let told = |method: &str, path: &str, media_type: Option<&str>, body: &str| {
        let headers: Vec<_> = media_type.map(|value| ("content-type", value)).into_iter().collect();
        let answer = ask(&kiosk, method, path, &headers, body);
        (answer.status, answer.json())
    };
    let one = |entry: Value| (422, json!({"detail": [entry]}));
    let no_object = "Input should be a valid dictionary or object to extract fields from";
    let json_type = Some("application/json");
    let missing = json!({"type": "missing", "loc": ["body"], "msg": "Field required", "input": null});
    for (media_type, body) in [(json_type, ""), (json_type, "null"), (Some("text/plain"), ""), (None, "")] {
        assert_eq!(told("POST", "/file", media_type, body), one(missing.clone()), "{media_type:?} {body}");
    }
    for body in ["5", "[]", "\"x\""] {
        let input: Value = serde_json::from_str(body).expect("JSON");
        let entry = json!({"type": "model_attributes_type", "loc": ["body"], "msg": no_object, "input": input});
        assert_eq!(told("POST", "/print/file", json_type, body), one(entry), "{body}");
    }
    let entry =
        json!({"type": "model_attributes_type", "loc": ["body"], "msg": no_object, "input": "{\"filename\":\"a\"}"});
    for media_type in ["text/plain", "application/x-www-form-urlencoded", "garbage"] {
        assert_eq!(told("POST", "/file", Some(media_type), "{\"filename\":\"a\"}"), one(entry.clone()), "{media_type}");
    }
    for (body, place, why) in [
        ("{", 1, "Expecting property name enclosed in double quotes"),
        ("{\"абв\":1,}", 9, "Expecting property name enclosed in double quotes"),
        ("{\"a\":}", 5, "Expecting value"),
        ("{\"a\":1} x", 8, "Extra data"),
    ] {
        let entry = json!({"type": "json_invalid", "loc": ["body", place], "msg": "JSON decode error", "input": {}, "ctx": {"error": why}});
        assert_eq!(told("POST", "/file", json_type, body), one(entry), "{body}");
    }
    let deep = "[".repeat(5_000);
    let unreadable = (400, json!({"detail": "There was an error parsing the body"}));
    assert_eq!(told("POST", "/file", json_type, &deep), unreadable);
    // Without a type, and with any JSON's.
    let order = json!({"surname": "Иванов", "number": "1015000", "filename": "a.pdf"}).to_string();
    for media_type in [None, json_type, Some("application/JSON; charset=utf-8"), Some("application/vnd.api+json")] {
        assert_eq!(told("POST", "/file", media_type, &order).0, 200, "{media_type:?}");
    }
    let file = format!("/file/{}", kiosk.pin);
    for (value, kind) in [(json!("2.5"), "int_parsing"), (json!(2.5), "int_from_float"), (json!(null), "int_type")] {
        let body = json!({"options": {"copies": value}}).to_string();
        let (status, answer) = told("PATCH", &file, json_type, &body);
        assert_eq!((status, &answer["detail"][0]["type"]), (422, &json!(kind)), "{answer}");
        assert_eq!(answer["detail"][0]["input"], value);
    }
    let no_file = json!({"type": "missing", "loc": ["body", "file"], "msg": "Field required", "input": null});
    assert_eq!(told("POST", &file, json_type, "{}"), one(no_file));
    // Ours take what `curl -d` calls a form, and say it by RFC 9457.
    let form = [("content-type", "application/x-www-form-urlencoded")];
    assert_eq!(ask(&kiosk, "POST", "/panel/tap", &form, "{\"id\":\"enter-code\"}").status, 200);
    for body in ["{", "", "[1]"] {
        let answer = ask(&kiosk, "POST", "/panel/tap", &[("content-type", "application/json")], body);
        assert_eq!((answer.status, answer.header("content-type")), (400, "application/problem+json"), "{body}");
    }
}

/// An auth server that knows some tokens, and counts what it is asked.
struct AuthPeer {
    url: String,
    asked: Arc<AtomicUsize>,
}

const KNOWN: [(&str, &str); 4] = [
    (
        "all",
        "[{\"id\":1,\"name\":\"PRINT.user.create\"},{\"id\":2,\"name\":\"print.user.update\"},{\"id\":3,\"name\":\"print.user.delete\"},{\"id\":4,\"name\":\"Print.File.Send\"}]",
    ),
    ("some", "[{\"id\":1,\"name\":\"print.user.create\"}]"),
    ("none", "[]"),
    ("strange", "7"),
];

impl AuthPeer {
    fn start() -> Self {
        Self::serve("http", Self::answer)
    }

    /// With a certificate that `file` holds.
    fn start_tls(file: &Path) -> Self {
        let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).expect("a certificate");
        fs::write(file, made.cert.pem()).expect("written");
        let key = pki_types::PrivateKeyDer::try_from(made.signing_key.serialize_der()).expect("a key");
        let config = rustls::ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .and_then(|config| config.with_no_client_auth().with_single_cert(vec![made.cert.der().clone()], key));
        let config = Arc::new(config.expect("a configuration"));
        Self::serve("https", move |stream, asked| {
            let connection = rustls::ServerConnection::new(Arc::clone(&config)).expect("a connection");
            Self::answer(rustls::StreamOwned::new(connection, stream), asked);
        })
    }

    fn serve(scheme: &str, each: impl Fn(TcpStream, &AtomicUsize) + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("{scheme}://localhost:{}/auth/", listener.local_addr().expect("an address").port());
        let asked = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&asked);
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                each(stream, &counted);
            }
        });
        Self { url, asked }
    }

    fn answer(mut stream: impl Read + Write, asked: &AtomicUsize) {
        let (mut head, mut buffer) = (String::new(), [0; 1_024]);
        while !head.contains("\r\n\r\n") {
            match stream.read(&mut buffer) {
                Ok(read @ 1..) => head.push_str(&String::from_utf8_lossy(&buffer[..read])),
                _ => return,
            }
        }
        asked.fetch_add(1, Ordering::SeqCst);
        let question = "GET /auth/me?info=indirect_groups&info=session_scopes&info=user_scopes HTTP/1.1\r\n";
        let token = head.lines().find_map(|line| line.strip_prefix("authorization: ")).unwrap_or_default();
        let known = KNOWN.iter().find(|(known, _)| *known == token && head.starts_with(question));
        let (status, body) = match known {
            Some((name, scopes)) => (
                "200 OK",
                format!(
                    "{{\"id\":42,\"email\":\"{name}@x\",\"indirect_groups\":[1],\"session_scopes\":{scopes},\"user_scopes\":[{{\"id\":4,\"name\":\"print.file.send\"}}]}}"
                ),
            ),
            None => ("403 Forbidden", "{\"detail\":\"no\"}".to_owned()),
        };
        let length = body.len();
        let _ = write!(
            stream,
            "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
        );
        let _ = stream.flush();
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

fn members(kiosk: &Kiosk, authorization: Option<&str>) -> (u16, Value) {
    let mut headers = vec![("content-type", "application/json")];
    headers.extend(authorization.map(|value| ("authorization", value)));
    let body = json!({"users": [{"username": "Петров", "union_number": "7", "student_number": null}]}).to_string();
    let answer = ask(kiosk, "POST", "/is_union_member", &headers, &body);
    (answer.status, answer.json())
}

#[test]
fn tokens_of_the_auth_server_are_good_here() {
    let auth = AuthPeer::start();
    let kiosk = Kiosk::start(&Start { environment: &[("AUTH_URL", &auth.url)], ..Start::default() });
    let unknown = (403, json!({"detail": "Not authenticated"}));
    let insufficient = (401, json!({"detail": "Not authorized"}));
    let done = (200, json!({"status": "ok", "count": 1}));
    // Ours are known without asking.
    for own in [kiosk.token.clone(), format!("token {}", kiosk.token), format!("bearer {}", kiosk.token)] {
        assert_eq!(members(&kiosk, Some(&own)), done);
    }
    assert_eq!((members(&kiosk, None), members(&kiosk, Some(""))), (unknown.clone(), unknown.clone()));
    assert_eq!(auth.asked(), 0);
    for form in ["all", "token all", "Bearer all", "all"] {
        assert_eq!(members(&kiosk, Some(form)), done, "{form}");
    }
    assert_eq!(auth.asked(), 1, "an answer is remembered");
    for token in ["some", "none", "strange"] {
        assert_eq!(members(&kiosk, Some(token)), insufficient, "{token}");
    }
    for _ in 0..3 {
        assert_eq!(members(&kiosk, Some("nobodys")), unknown);
    }
    assert_eq!(auth.asked(), 5, "a refusal is remembered too");
    // An order without a member.
    let order = |token: &str| {
        let body = json!({"filename": "a.pdf"}).to_string();
        ask(&kiosk, "POST", "/file", &[("authorization", token), ("content-type", "application/json")], &body).status
    };
    // What its holder could be given counts for nothing when the session has it not.
    assert_eq!((order("all"), order("none"), order("nobodys")), (200, 401, 403));
    let me = |token: &str| {
        let answer = ask(&kiosk, "GET", "/auth/me", &[("authorization", token)], "");
        (answer.status, answer.json())
    };
    assert_eq!(me("all"), (200, json!({"id": 42, "email": "all@x"})));
    assert_eq!(me("nobodys"), unknown);
    let (status, own) = me(&kiosk.token);
    assert!(status == 200 && own["id"].is_u64() && own["email"] == "demo", "{own}");
    assert_eq!(own.as_object().map(serde_json::Map::len), Some(2));
    for secret in ["authorization", "nobodys", kiosk.token.as_str()] {
        assert!(!kiosk.log().contains(secret), "{secret} is in the log");
    }
}

#[test]
fn an_auth_server_behind_tls_is_asked_only_when_it_is_itself() {
    let folder = temporary("tls");
    let (ours, others) = (folder.join("ours.pem"), folder.join("others.pem"));
    let auth = AuthPeer::start_tls(&ours);
    let _other = AuthPeer::start_tls(&others);
    for (file, expected) in [(&ours, 200), (&others, 403)] {
        let config = format!(
            "[print_api]\nauth_url = \"{}\"\nauth_ca_file = \"{}\"\nauth_refused_cache_s = 0\n",
            auth.url,
            file.display()
        );
        let kiosk = Kiosk::start(&Start { config: Some(&config), ..Start::default() });
        assert_eq!(members(&kiosk, Some("all")).0, expected, "{}: {}", file.display(), kiosk.log());
    }
}

#[test]
fn an_auth_server_that_is_gone_or_silent_holds_nobody_up() {
    let address = |listener: &TcpListener| format!("http://{}", listener.local_addr().expect("an address"));
    let bind = || TcpListener::bind("127.0.0.1:0").expect("a port");
    // Nobody accepts what the system has connected.
    let silent = bind();
    let gone = address(&bind());
    for url in [&address(&silent), &gone] {
        let config = format!("[print_api]\nauth_url = \"{url}\"\nauth_timeout_s = 1\nauth_refused_cache_s = 30\n");
        let kiosk = Kiosk::start(&Start { config: Some(&config), ..Start::default() });
        let started = Instant::now();
        std::thread::scope(|scope| {
            let kiosk = &kiosk;
            let asking: Vec<_> =
                (0..20).map(|n| scope.spawn(move || members(kiosk, Some(&format!("stranger{n}"))).0)).collect();
            for answer in asking {
                assert_eq!(answer.join().expect("an answer"), 403);
            }
            // The kiosk's own are as good as ever.
            assert_eq!(members(kiosk, Some(&kiosk.token)).0, 200);
        });
        assert!(started.elapsed() < Duration::from_secs(5), "{url}: {:?}", started.elapsed());
    }
}

#[test]
fn clients_neighbours_are_answered_and_counted() {
    let kiosk = Kiosk::demo();
    let act = |body: &str| {
        let answer = ask(&kiosk, "POST", "/marketing/v1/action", &[("content-type", "application/json")], body);
        (answer.status, answer.json())
    };
    let load = json!({"user_id": -1, "action": "print terminal load", "additional_data": "{\"terminal_user_id\":\"secret-1\"}", "path_from": "", "path_to": ""});
    for _ in 0..3 {
        assert_eq!(act(&load.to_string()), (200, json!({"status": "ok"})));
    }
    for other in ["[]", "5", "{\"action\": 7}", "{\"action\": \"\\\"} 1\\nfake 1\"}"] {
        assert_eq!(act(other).0, 200, "{other}");
    }
    assert_eq!(act("{").0, 422);
    for n in 0..200 {
        assert_eq!(act(&json!({"action": format!("stranger {n}")}).to_string()).0, 200);
    }
    let pin = kiosk.submit(&sample(), &json!({}));
    let metrics = ask(&kiosk, "GET", "/metrics", &[], "");
    assert_eq!(metrics.header("content-type"), "text/plain; version=0.0.4; charset=utf-8");
    let text = metrics.text();
    for line in [
        "ottisk_client_actions_total{action=\"print terminal load\"} 3",
        "ottisk_client_actions_total{action=\"other\"}",
        "ottisk_jobs{state=\"held\"} 2",
        "ottisk_uploads_total 1",
        "ottisk_impressions_total 0",
        "ottisk_http_answers_total{class=\"4xx\"} 1",
        "ottisk_http_connections ",
    ] {
        assert!(text.lines().any(|told| told.starts_with(line)), "{line}: {text}");
    }
    assert!(text.lines().filter(|line| line.starts_with("ottisk_client_actions_total")).count() <= 65, "{text}");
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let value = line.rsplit_once(' ').map(|(_, value)| value.parse::<u64>());
        assert!(line.starts_with("ottisk_") && matches!(value, Some(Ok(_))), "{line}");
    }
    for secret in [pin.as_str(), kiosk.pin.as_str(), "secret-1", "sample.pdf", "Пример", "Иванов", "fake"] {
        assert!(!text.contains(secret), "{secret} is in {text}");
    }
}

#[test]
fn the_document_tells_where_it_is_and_the_page_loads_only_its_own() {
    let kiosk = Kiosk::demo();
    for root in ["", "/print"] {
        let document = ask(&kiosk, "GET", &format!("{root}/openapi.json"), &[], "");
        assert_eq!((document.status, document.header("content-type")), (200, "application/json"));
        let document = document.json();
        assert_eq!((&document["openapi"], &document["servers"][0]["url"]), (&json!("3.1.0"), &json!("/print")));
        let page = ask(&kiosk, "GET", &format!("{root}/docs"), &[], "");
        let policy = page.header("content-security-policy");
        assert!(page.status == 200 && policy.starts_with("default-src 'none'"), "{policy}");
        assert!(!policy.contains("unsafe") && !policy.contains("http"), "{policy}");
        let text = page.text();
        let links: Vec<_> = text.split(['"']).filter(|word| word.starts_with("docs/")).collect();
        assert!(links.len() == 3 && !text.contains("//"), "{text}");
        for link in links {
            let plain = ask(&kiosk, "GET", &format!("{root}/{link}"), &[], "");
            let packed = ask(&kiosk, "GET", &format!("{root}/{link}"), &[("accept-encoding", "gzip")], "");
            assert_eq!((plain.status, packed.header("content-encoding")), (200, "gzip"), "{link}");
            assert!(packed.body.len() < plain.body.len(), "{link}");
            let media_type = if link.ends_with(".css") { "text/css" } else { "text/javascript" };
            assert_eq!(plain.header("content-type"), format!("{media_type}; charset=utf-8"), "{link}");
            assert!(!plain.text().contains("sourceMappingURL"), "{link}");
        }
    }
    for path in ["/docs/LICENSE", "/docs/index.html", "/docs/..%2fopenapi.json", "/docs/swagger-ui.css.map"] {
        assert_eq!(ask(&kiosk, "GET", path, &[], "").status, 404, "{path}");
    }
    let kiosk = Kiosk::start(&Start { environment: &[("ROOT_PATH", "")], ..Start::default() });
    assert_eq!(ask(&kiosk, "GET", "/openapi.json", &[], "").json()["servers"], json!([{"url": "/"}]));
}

/// Where schemathesis lies, or `None` said aloud.
fn schemathesis() -> Option<PathBuf> {
    let cache = || std::env::var_os("XDG_CACHE_HOME").filter(|cache| !cache.is_empty()).map(PathBuf::from);
    let home = || std::env::var_os("HOME").map(|home| Path::new(&home).join(".cache"));
    let usual = || Some(cache().or_else(home)?.join("ottisk-ci/python/schemathesis-4.32.5"));
    let path = std::env::var_os("OTTISK_SCHEMATHESIS").map(PathBuf::from).or_else(usual)?;
    let here = Command::new("python3").args(["-c", "import schemathesis"]).env("PYTHONPATH", &path).output();
    if here.is_ok_and(|output| output.status.success()) {
        return Some(path);
    }
    let missing = "SKIPPED: no schemathesis; pip install -r tests/peers/schemathesis.txt and tell its folder in OTTISK_SCHEMATHESIS";
    assert!(std::env::var("OTTISK_PEERS").as_deref() != Ok("all"), "{missing}");
    println!("{missing}");
    None
}

#[test]
fn schemathesis_finds_nothing_that_the_document_does_not_say() {
    let Some(peer) = schemathesis() else { return };
    // It announces more uploads than a person ever does, and sends none.
    let config = "[upload]\nuploads = 100000\nuploads_of_member = 100000\nbytes_of_member = 9000000000000\n";
    let kiosk = Kiosk::start(&Start { config: Some(config), ..Start::default() });
    let folder = temporary("schemathesis");
    let mut cases = 0;
    for token in [kiosk.token.as_str(), ""] {
        let output = Command::new("bash")
            .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/peers/schemathesis.sh"))
            .args([kiosk.url.as_str(), token])
            .env("PYTHONPATH", &peer)
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .current_dir(&folder)
            .output()
            .expect("bash");
        let said = String::from_utf8_lossy(&output.stdout);
        // Its end names what was found; what goes before is long.
        let end: String = said.chars().skip(said.chars().count().saturating_sub(20_000)).collect();
        assert!(output.status.success(), "{end}{}", String::from_utf8_lossy(&output.stderr));
        let counted = said.lines().find_map(|line| line.strip_prefix("cases: ")?.parse::<usize>().ok());
        cases += counted.unwrap_or_else(|| panic!("no count: {said}"));
    }
    assert!(cases >= 2_000, "{cases} cases only");
    println!("schemathesis: {cases} cases");
}
