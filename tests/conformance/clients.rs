//! Each client as it calls: its order of calls, its headers, and what it relies on in the answers. Sockets, `/qr` and
//! what lies outside print-api's own paths are told elsewhere.

use serde_json::{Value, json};

use super::{
    error, shared,
    wire::{Answer, Wire},
};
use crate::support::{Kiosk, a4_pages};

/// What Python's `requests` puts on every call.
fn python(kiosk: &Kiosk) -> Wire {
    Wire::to(kiosk)
        .with("User-Agent", "python-requests/2.32.3")
        .with("Accept-Encoding", "gzip, deflate")
        .with("Accept", "*/*")
}

/// The bot's form; names that are not ASCII come in one of three ways, as the library's age has it.
fn robot_part(filename: &str, expires: bool) -> String {
    let extra = if expires { "\r\nExpires: 0" } else { "" };
    format!("Content-Disposition: form-data; name=\"file\"; {filename}\r\nContent-Type: application/pdf{extra}")
}

fn pin(answer: &Answer) -> String {
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.json()["pin"].as_str().expect("a pin").to_owned()
}

#[test]
fn winapp_fetches_and_downloads_with_its_bare_token() {
    let kiosk = shared();
    let document = a4_pages(2);
    let code = super::ordered(&kiosk, &json!({"pages": "1", "copies": 2, "two_sided": true}));
    assert_eq!(super::upload(&kiosk, &code, &document).status, 200);
    let ask = |path: String| Wire::to(&kiosk).authorized(&kiosk.token).get(&path);

    // The code box gives capital letters.
    let answer = ask(format!("/print/file/{code}"));
    assert_eq!(answer.status, 200, "{answer:?}");
    let told = answer.json();
    let name = told["filename"].as_str().expect("a name").to_owned();
    assert_eq!(told["options"], json!({"pages": "1", "copies": 2, "two_sided": true}));
    let file = ask(format!("/print/static/{name}"));
    assert!((file.status, &file.body) == (200, &document));
    // And once more: nothing that it did spent the code.
    assert_eq!(ask(format!("/print/file/{code}")).json(), told);
}

#[test]
fn winapp_hears_404_and_415_of_a_wrong_code() {
    let kiosk = shared();
    let ask = |code: &str| {
        let answer = Wire::to(&kiosk).authorized(&kiosk.token).get(&format!("/print/file/{code}"));
        (answer.status, answer.json())
    };
    assert_eq!(ask("AAAA1"), (404, error("1 file(s) not found", "Файл не найден")));
    let ordered = super::ordered(&kiosk, &json!({}));
    assert_eq!(ask(&ordered), (415, error("File has not been uploaded yet", "Файл не загружен")));
}

#[test]
fn winapp_with_an_unknown_token_may_fetch_all_the_same() {
    let kiosk = shared();
    let answer = Wire::to(&kiosk).authorized("0123456789").get(&format!("/print/file/{}", kiosk.pin));
    assert_eq!(answer.status, 200, "{answer:?}");
}

#[test]
fn tgbot_registers_sends_and_turns_the_options() {
    let kiosk = shared();
    let query = "/print/is_union_member?surname=%D0%98%D0%B2%D0%B0%D0%BD%D0%BE%D0%B2&v=1&number=1015000";
    let answer = python(&kiosk).get(query);
    assert!(answer.body == b"true", "a bare true: {answer:?}");

    // `json.dumps` writes ASCII alone.
    let order = r#"{"surname": "\u0418\u0432\u0430\u043d\u043e\u0432", "number": "1015000", "filename": "\u043e\u0442\u0447\u0451\u0442.pdf", "source": "tgbot"}"#;
    let answer = python(&kiosk).with("Content-Type", "application/json").send("POST", "/print/file", order.as_bytes());
    let code = pin(&answer);
    let path = format!("/print/file/{code}");
    let part = robot_part("filename=\"отчёт.pdf\"", true);
    assert_eq!(pin(&python(&kiosk).part(&path, &part, &a4_pages(3))), code);

    // Its keyboard: copies go round from 1 to 5, sides and pages change alone.
    let mut options = python(&kiosk).get(&path).json()["options"].clone();
    assert_eq!(options, json!({"pages": "", "copies": 1, "two_sided": false}));
    for copies in [2, 3, 4, 5, 1] {
        options["copies"] = json!(copies);
        let answer = python(&kiosk).json("PATCH", &path, &json!({"options": options}));
        assert_eq!((answer.status, answer.json()), (200, json!({"pin": code, "options": options})));
        assert_eq!(python(&kiosk).get(&path).json()["options"], options);
    }
    options["two_sided"] = json!(true);
    options["pages"] = json!("1-2");
    assert_eq!(python(&kiosk).json("PATCH", &path, &json!({"options": options})).status, 200);
    assert_eq!(python(&kiosk).get(&path).json()["options"], options);
}

#[test]
fn tgbot_hears_false_of_a_stranger_and_413_and_415_of_a_file() {
    let kiosk = super::with(&[("MAX_SIZE", "3000")]);
    let query = "/print/is_union_member?surname=%D0%9F%D0%B5%D1%82%D1%80%D0%BE%D0%B2&v=1&number=1";
    assert!(python(&kiosk).get(query).body == b"false");
    let order = json!({"surname": "Иванов", "number": "1015000", "filename": "a.pdf", "source": "tgbot"});
    let path = format!("/print/file/{}", pin(&python(&kiosk).json("POST", "/print/file", &order)));
    let part = robot_part("filename=\"a.pdf\"", true);
    assert_eq!(python(&kiosk).part(&path, &part, &vec![b'x'; 3_001]).status, 413);
    assert_eq!(python(&kiosk).part(&path, &part, b"not a PDF").status, 415);
    assert_eq!(python(&kiosk).part(&path, &part, &a4_pages(1)).status, 200);
}

#[test]
fn vkbot_looks_up_before_every_file_and_sends_it() {
    let kiosk = shared();
    let names = ["filename=\"ОТЧЁТ.PDF\"", "filename*=utf-8''%D0%BE%D1%82%D1%87%D1%91%D1%82.pdf", "filename=\"a.PDF\""];
    for name in names {
        let query = "/print/is_union_member?surname=%D0%98%D0%B2%D0%B0%D0%BD%D0%BE%D0%B2&v=1&number=1015000";
        assert!(python(&kiosk).get(query).body == b"true");
        let order = json!({"surname": "Иванов", "number": "1015000", "filename": "ОТЧЁТ.PDF", "source": "vkbot"});
        let code = pin(&python(&kiosk).json("POST", "/print/file", &order));
        let answer = python(&kiosk).part(&format!("/print/file/{code}"), &robot_part(name, false), &a4_pages(1));
        assert_eq!(pin(&answer), code, "{name}");
    }
}

/// What a browser puts on a call from another site.
fn browser(kiosk: &Kiosk) -> Wire {
    Wire::to(kiosk)
        .with("Origin", "https://app.profcomff.com")
        .with("Referer", "https://app.profcomff.com/")
        .with("User-Agent", "Mozilla/5.0")
        .with("Accept", "application/json, text/plain, */*")
        .with("Sec-Fetch-Mode", "cors")
        .with("Sec-Fetch-Site", "same-site")
}

#[track_caller]
fn may_be_read(answer: &Answer) {
    assert_eq!(answer.header("access-control-allow-origin"), Some("*"), "{answer:?}");
    assert_eq!(answer.header("access-control-allow-credentials"), Some("true"), "{answer:?}");
}

#[test]
fn webapp_orders_and_uploads_from_another_origin() {
    let kiosk = shared();
    let options = json!({"pages": "", "copies": 10, "two_sided": true});
    let order = json!({
        "surname": "Иванов", "number": "1015000", "filename": "отчёт.pdf", "source": "webapp", "options": options,
    });
    let answer = browser(&kiosk).json("POST", "/print/file", &order);
    may_be_read(&answer);
    let code = pin(&answer);
    let answer = browser(&kiosk).part(
        &format!("/print/file/{code}"),
        &robot_part("filename=\"отчёт.pdf\"", false),
        &a4_pages(4),
    );
    may_be_read(&answer);
    assert_eq!((answer.status, answer.json()), (200, json!({"pin": code, "options": options})));
}

#[test]
fn webapp_may_read_its_refusals() {
    let kiosk = shared();
    let order = json!({"surname": "Петров", "number": "1", "filename": "a.pdf", "source": "webapp", "options": {}});
    let mut refused = vec![(403, browser(&kiosk).json("POST", "/print/file", &order))];
    refused.push((422, browser(&kiosk).json("POST", "/print/file", &json!({"filename": ""}))));
    let code = super::ordered(&kiosk, &json!({}));
    let path = format!("/print/file/{code}");
    refused.push((415, browser(&kiosk).part(&path, &robot_part("filename=\"a.pdf\"", false), b"not a PDF")));
    refused.push((404, browser(&kiosk).get("/print/file/NOSUCH")));
    for (status, answer) in refused {
        may_be_read(&answer);
        assert_eq!(answer.status, status, "{answer:?}");
        assert_ne!(answer.json(), Value::Null);
    }
}
