//! The rows about HTTP itself: CORS, redirects, methods, media types, what lies at the host's root for the Windows
//! terminal, the description of it all.

use serde_json::{Value, json};

use super::{
    assert_answer, order, ordered, shared,
    wire::{Answer, Wire},
    with,
};
use crate::support::Kiosk;

const ORIGIN: &str = "https://app.profcomff.com";

fn preflight(kiosk: &Kiosk, path: &str, method: &str, headers: Option<&str>) -> Answer {
    let wire = Wire::to(kiosk).with("Origin", ORIGIN).with("Access-Control-Request-Method", method);
    let wire = match headers {
        Some(headers) => wire.with("Access-Control-Request-Headers", headers),
        None => wire,
    };
    wire.send("OPTIONS", path, &[])
}

#[test]
fn cors_of_a_simple_answer() {
    let kiosk = shared();
    let answer = Wire::to(&kiosk).with("Origin", ORIGIN).get("/file/NOSUCH");
    assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
    assert_eq!(answer.header("access-control-allow-credentials"), Some("true"));
    let own = Wire::to(&kiosk).get("/file/NOSUCH");
    assert_eq!(own.header("access-control-allow-origin"), None, "nobody asked from elsewhere");
}

#[test]
fn cors_with_a_cookie_echoes_the_origin() {
    let kiosk = shared();
    let answer = Wire::to(&kiosk).with("Origin", ORIGIN).with("Cookie", "a=b").get("/file/NOSUCH");
    assert_eq!(answer.header("access-control-allow-origin"), Some(ORIGIN));
    assert_eq!(answer.header("access-control-allow-credentials"), Some("true"));
    assert!(answer.headers.iter().any(|(name, value)| name == "vary" && value.eq_ignore_ascii_case("Origin")));
}

#[test]
fn cors_preflight_of_the_web_pages_calls() {
    let kiosk = shared();
    for (path, method) in [("/print/file", "POST"), ("/file/ABCDEF", "PATCH"), ("/print/qr", "POST")] {
        let answer = preflight(&kiosk, path, method, Some("content-type"));
        assert_eq!((answer.status, answer.body.as_slice()), (200, b"OK".as_slice()), "{path}: {answer:?}");
        assert_eq!(answer.header("access-control-allow-origin"), Some(ORIGIN));
        assert_eq!(answer.header("access-control-allow-credentials"), Some("true"));
        assert_eq!(answer.header("vary"), Some("Origin"));
        let methods = "DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT";
        assert_eq!(answer.header("access-control-allow-methods"), Some(methods));
        assert_eq!(answer.header("access-control-max-age"), Some("600"));
        assert_eq!(answer.header("access-control-allow-headers"), Some("content-type"));
    }
    let asked = "authorization, x-anything";
    let answer = preflight(&kiosk, "/file", "POST", Some(asked));
    assert_eq!(answer.header("access-control-allow-headers"), Some(asked), "what was asked is echoed");
}

#[test]
fn options_without_an_origin_is_405() {
    let kiosk = shared();
    let answer = Wire::to(&kiosk).send("OPTIONS", "/file", &[]);
    assert_answer("OPTIONS", &answer, 405, &json!({"detail": "Method Not Allowed"}));
}

#[test]
fn wrong_methods_are_405_and_unknown_paths_404() {
    let kiosk = shared();
    for (method, path) in
        [("PUT", "/file/ABCDEF"), ("DELETE", "/is_union_member"), ("GET", "/file"), ("POST", "/static/a.pdf")]
    {
        let answer = Wire::to(&kiosk).send(method, path, &[]);
        assert_answer(&format!("{method} {path}"), &answer, 405, &json!({"detail": "Method Not Allowed"}));
    }
    for path in ["/file/a/b", "/is_union_member/a", "/print/file/a/b"] {
        assert_answer(path, &Wire::to(&kiosk).get(path), 404, &json!({"detail": "Not Found"}));
    }
}

#[test]
fn paths_with_a_slash_too_many_or_too_few_redirect_307() {
    let kiosk = shared();
    let there = |answer: &Answer, path: &str| {
        let to = answer.header("location").unwrap_or_default();
        assert_eq!(answer.status, 307, "{answer:?}");
        assert!(to == path || to == format!("{}{path}", kiosk.url), "{to}");
    };
    let body = order("a.pdf", &json!({}));
    there(&Wire::to(&kiosk).json("POST", "/file/", &body), "/file");
    there(&Wire::to(&kiosk).json("POST", "/print/file/", &body), "/print/file");
    there(&Wire::to(&kiosk).get("/static"), "/static/");
    assert_eq!(Wire::to(&kiosk).get("/static/").status, 404);
}

#[test]
fn text_that_is_no_json_type_is_422() {
    let kiosk = shared();
    let body = order("a.pdf", &json!({})).to_string();
    let answer = Wire::to(&kiosk).with("Content-Type", "text/plain").send("POST", "/file", body.as_bytes());
    assert_eq!(answer.status, 422, "{answer:?}");
    assert_eq!(answer.json()["detail"][0]["loc"], json!(["body"]));
    let pin = ordered(&kiosk, &json!({}));
    let patch = Wire::to(&kiosk).with("Content-Type", "text/plain");
    assert_eq!(patch.send("PATCH", &format!("/file/{pin}"), b"{\"options\":{}}").status, 422);
    for media_type in ["application/json; charset=utf-8", "application/vnd.api+json"] {
        let answer = Wire::to(&kiosk).with("Content-Type", media_type).send("POST", "/file", body.as_bytes());
        assert_eq!(answer.status, 200, "{media_type}: {answer:?}");
    }
}

#[test]
fn body_that_is_not_json_is_422() {
    let kiosk = shared();
    let wire = || Wire::to(&kiosk).with("Content-Type", "application/json");
    let answer = wire().send("POST", "/file", b"{\"surname\": ");
    let told = answer.json()["detail"][0].clone();
    assert_eq!(
        (answer.status, &told["type"], &told["loc"][0]),
        (422, &json!("json_invalid"), &json!("body")),
        "{told}"
    );
    let answer = wire().send("POST", "/file", b"[]");
    assert_eq!((answer.status, &answer.json()["detail"][0]["loc"]), (422, &json!(["body"])), "{answer:?}");
    let answer = wire().send("POST", "/file", b"");
    assert_eq!((answer.status, &answer.json()["detail"][0]["type"]), (422, &json!("missing")), "{answer:?}");
}

#[test]
fn winapp_asks_who_it_is_before_anything_else() {
    let kiosk = shared();
    let answer = Wire::to(&kiosk).authorized(&kiosk.token).get("/auth/me");
    assert_eq!(answer.status, 200, "{answer:?}");
    let flat = answer.json();
    let object = flat.as_object().expect("an object");
    assert!(object.contains_key("id") && object.contains_key("email"), "{flat}");
    assert!(object.values().all(|value| !value.is_array() && !value.is_object()), "it would exit: {flat}");
    assert_eq!(Wire::to(&kiosk).authorized("0123456789").get("/auth/me").status, 403);
    assert_eq!(Wire::to(&kiosk).get("/auth/me").status, 403);
}

#[test]
fn winapp_and_webapp_tell_what_they_did() {
    let kiosk = shared();
    let action = json!({
        "user_id": -1, "action": "print terminal load", "additional_data": "{\"status\": \"ok\"}",
        "path_from": "", "path_to": "",
    });
    let winapp = Wire::to(&kiosk).authorized(&kiosk.token).json("POST", "/marketing/v1/action", &action);
    let webapp = Wire::to(&kiosk).with("Origin", ORIGIN).json("POST", "/marketing/v1/action", &action);
    for answer in [winapp, webapp] {
        assert!((200..300).contains(&answer.status), "{answer:?}");
    }
}

#[test]
fn description_stands_at_openapi_json_and_docs() {
    let kiosk = with(&[]);
    let answer = Wire::to(&kiosk).get("/openapi.json");
    let told = answer.json();
    assert_eq!((answer.status, told["openapi"].as_str().map(|version| &version[..3])), (200, Some("3.1")));
    for path in
        ["/is_union_member", "/file", "/file/{pin}", "/static/{filename}", "/qr", "/admin/update", "/admin/reboot"]
    {
        assert_ne!(told["paths"][path], Value::Null, "{path} is not described");
    }
    let docs = Wire::to(&kiosk).get("/docs");
    assert_eq!(docs.status, 200, "{docs:?}");
    assert!(docs.header("content-type").is_some_and(|media_type| media_type.starts_with("text/html")));
}
