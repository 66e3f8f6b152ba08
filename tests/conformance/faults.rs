//! print-api's known faults, by their numbers, each shown not to be ours. Numbers 16 to 21 are a terminal's and are told
//! elsewhere.

use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
    sync::Barrier,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use super::{
    assert_answer, change, error, fetch, invalid, look_up, order, ordered, push, shared, upload, wire::Wire, with,
};
use crate::support::{Kiosk, Start, a4_pages, ottisk};

/// The pages of an order that is taken, uploaded and told to a terminal.
fn pages_kept(kiosk: &Kiosk, pages: &str, page_count: usize) -> Value {
    let pin = ordered(kiosk, &json!({"pages": pages}));
    let answer = upload(kiosk, &pin, &a4_pages(page_count));
    assert_eq!(answer.status, 200, "{pages}: {answer:?}");
    fetch(kiosk, &pin).json()["options"]["pages"].clone()
}

#[test]
fn fault_01_page_numbers_are_compared_as_numbers() {
    let kiosk = shared();
    for pages in ["2,10", "9-10", "8-12", "1-3,5,10-12", "99,100"] {
        assert_eq!(pages_kept(&kiosk, pages, 100), pages);
    }
}

#[test]
fn fault_02_pages_need_not_be_sorted() {
    let kiosk = shared();
    for (pages, kept) in [("3,1", "1,3"), ("5,2-3", "2-3,5"), ("10,2", "2,10")] {
        assert_eq!(pages_kept(&kiosk, pages, 10), kept);
    }
}

#[test]
fn fault_03_descending_and_broken_ranges_are_refused() {
    let kiosk = shared();
    let format = "Value error, Pages must be formated as 2-5,7";
    let zero = "Value error, Can not print negative and zero pages";
    for (pages, msg) in [("10-2", format), ("1-3-5", format), ("00", zero), ("00-1", zero)] {
        let loc = json!(["body", "options", "pages"]);
        let refused = invalid("value_error", &loc, msg, &json!(pages), Some(json!({"error": {}})));
        let answer = Wire::to(&kiosk).json("POST", "/file", &order("a.pdf", &json!({"pages": pages})));
        assert_answer(pages, &answer, 422, &refused);
    }
}

#[test]
fn fault_04_order_of_a_member_needs_no_token_unless_a_setting_says_so() {
    let member = order("a.pdf", &json!({}));
    let open = shared();
    assert_eq!(Wire::to(&open).json("POST", "/file", &member).status, 200);
    // And no scope check is dropped with it.
    let list = Wire::to(&open).json("POST", "/is_union_member", &json!({"users": []}));
    assert_answer("a list", &list, 403, &json!({"detail": "Not authenticated"}));

    let closed = Kiosk::start(&Start { config: Some("[print_api]\norder_needs_token = true\n"), ..Start::default() });
    let nobody = json!({"detail": "Not authenticated"});
    assert_answer("no token", &Wire::to(&closed).json("POST", "/file", &member), 403, &nobody);
    let bad = Wire::to(&closed).authorized("0123456789").json("POST", "/file", &member);
    assert_answer("a bad token", &bad, 403, &nobody);
    assert_eq!(Wire::to(&closed).authorized(&closed.token).json("POST", "/file", &member).status, 200);
}

#[test]
fn fault_05_order_without_a_name_works_with_many_members() {
    let kiosk = with(&[]);
    let users = json!([
        {"username": "Вторая", "union_number": "2", "student_number": null},
        {"username": "Третий", "union_number": "3", "student_number": null},
    ]);
    assert_eq!(push(&kiosk, &users).status, 200);
    let order = json!({"filename": "a.pdf", "source": "server", "options": {"copies": 2}});
    let send = |token: &str| Wire::to(&kiosk).authorized(token).json("POST", "/file", &order);
    let answer = send(&kiosk.token);
    assert_eq!((answer.status, &answer.json()["options"]["copies"]), (200, &json!(2)), "{answer:?}");
    let pin = answer.json()["pin"].as_str().expect("a pin").to_owned();
    assert_eq!(upload(&kiosk, &pin, &a4_pages(1)).status, 200);
    assert_eq!(fetch(&kiosk, &pin).status, 200);

    let answer = Wire::to(&kiosk).json("POST", "/file", &order);
    assert_answer("no token", &answer, 403, &json!({"detail": "Not authenticated"}));
    let folder = kiosk.folder.to_string_lossy().into_owned();
    let new = ["token", "new", "--scope", "print.qr_task.get", "--data", &folder];
    let made = ottisk(&new, Duration::from_secs(10)).stdout;
    let token = String::from_utf8(made).expect("a token");
    assert_answer("another scope", &send(token.trim()), 401, &json!({"detail": "Not authorized"}));
}

#[test]
fn fault_06_copies_zero_and_negative_are_refused() {
    let kiosk = shared();
    let loc = json!(["body", "options", "copies"]);
    for copies in [0, -1, -5] {
        let msg = "Input should be greater than or equal to 1";
        let refused = invalid("greater_than_equal", &loc, msg, &json!(copies), Some(json!({"ge": 1})));
        let answer = Wire::to(&kiosk).json("POST", "/file", &order("a.pdf", &json!({"copies": copies})));
        assert_answer(&copies.to_string(), &answer, 422, &refused);
    }
    for copies in [2_147_483_648_u64, u64::MAX] {
        let answer = Wire::to(&kiosk).json("POST", "/file", &order("a.pdf", &json!({"copies": copies})));
        assert_eq!((answer.status, &answer.json()["detail"][0]["loc"]), (422, &loc), "{answer:?}");
    }
}

#[test]
fn fault_07_change_before_the_document_is_taken() {
    let kiosk = shared();
    let pin = ordered(&kiosk, &json!({"pages": "1"}));
    let options = json!({"pages": "2-3", "copies": 2, "two_sided": true});
    assert_answer("PATCH", &change(&kiosk, &pin, &options), 200, &json!({"pin": pin, "options": options}));
    let answer = upload(&kiosk, &pin, &a4_pages(3));
    assert_answer("upload", &answer, 200, &json!({"pin": pin, "options": options}));
}

#[test]
fn fault_08_change_that_is_refused_stores_nothing() {
    let kiosk = shared();
    let options = json!({"pages": "1-2", "copies": 2, "two_sided": false});
    let pin = ordered(&kiosk, &options);
    assert_eq!(upload(&kiosk, &pin, &a4_pages(2)).status, 200);
    for (refused, status) in [
        (json!({"copies": 26}), 413),
        (json!({"pages": "3"}), 416),
        (json!({"pages": "1,1", "copies": 900}), 413),
        (json!({"two_sided": true, "pages": "1-9999999"}), 416),
        (json!({"two_sided": true, "copies": 0}), 422),
    ] {
        assert_eq!(change(&kiosk, &pin, &refused).status, status, "{refused}");
        assert_eq!(fetch(&kiosk, &pin).json()["options"], options, "{refused}");
    }
}

#[test]
fn fault_09_change_can_clear_the_pages_and_ignores_nothing() {
    let kiosk = shared();
    let pin = ordered(&kiosk, &json!({"pages": "2", "copies": 2}));
    assert_eq!(upload(&kiosk, &pin, &a4_pages(2)).status, 200);
    let options = json!({"pages": "", "copies": 2, "two_sided": false});
    assert_answer("PATCH", &change(&kiosk, &pin, &json!({"pages": ""})), 200, &json!({"pin": pin, "options": options}));
    assert_eq!(fetch(&kiosk, &pin).json()["options"], options);
    for copies in [0, -3] {
        let msg = "Input should be greater than or equal to 1";
        let loc = json!(["body", "options", "copies"]);
        let refused = invalid("greater_than_equal", &loc, msg, &json!(copies), Some(json!({"ge": 1})));
        assert_answer("copies", &change(&kiosk, &pin, &json!({"copies": copies})), 422, &refused);
    }
    assert_eq!(change(&kiosk, &pin, &json!({"two_sided": true})).json()["options"]["two_sided"], true);
    assert_eq!(change(&kiosk, &pin, &json!({"two_sided": false})).json()["options"]["two_sided"], false);
}

#[test]
fn fault_10_change_without_options_is_422() {
    let kiosk = shared();
    let pin = ordered(&kiosk, &json!({}));
    let path = format!("/file/{pin}");
    let missing = invalid("missing", &json!(["body", "options"]), "Field required", &json!({}), None);
    assert_answer("{}", &Wire::to(&kiosk).json("PATCH", &path, &json!({})), 422, &missing);
    let msg = "Input should be a valid dictionary or object to extract fields from";
    let none = invalid("model_attributes_type", &json!(["body", "options"]), msg, &Value::Null, None);
    assert_answer("null", &change(&kiosk, &pin, &Value::Null), 422, &none);
}

#[test]
fn fault_11_document_that_is_too_large_leaves_no_empty_file() {
    let document = a4_pages(1);
    let kiosk = with(&[("MAX_SIZE", &document.len().to_string())]);
    let pin = ordered(&kiosk, &json!({}));
    let before = kiosk.kept();
    assert_eq!(upload(&kiosk, &pin, &vec![b'x'; document.len() + 1]).status, 413);
    assert_eq!(kiosk.kept(), before);
    assert_eq!(fetch(&kiosk, &pin).status, 415, "there is nothing to print");
    assert_eq!(upload(&kiosk, &pin, &document).status, 200);
    let name = fetch(&kiosk, &pin).json()["filename"].as_str().expect("a name").to_owned();
    assert!(Wire::to(&kiosk).get(&format!("/static/{name}")).body == document);
}

#[test]
fn fault_12_sender_does_not_choose_the_stored_type() {
    let kiosk = shared();
    for filename in ["page.html", "page.svg", "page.xhtml", "page.exe", "page.pdf.HTML"] {
        let answer = Wire::to(&kiosk).json("POST", "/file", &order(filename, &json!({})));
        let pin = answer.json()["pin"].as_str().expect("a pin").to_owned();
        let script = [b"<html><script>1</script>\n".as_slice(), &a4_pages(1)].concat();
        assert_eq!(upload(&kiosk, &pin, &script).status, 415, "{filename}");
        assert_eq!(upload(&kiosk, &pin, &a4_pages(1)).status, 200, "{filename}");
        let name = fetch(&kiosk, &pin).json()["filename"].as_str().expect("a name").to_owned();
        assert!(name.ends_with(".pdf") && name.matches('.').count() == 1, "{filename}: {name}");
        let file = Wire::to(&kiosk).get(&format!("/static/{name}"));
        assert_eq!(file.header("content-type"), Some("application/pdf"));
        assert_eq!(file.header("x-content-type-options"), Some("nosniff"));
    }
}

#[test]
fn fault_13_extension_of_300_characters_is_no_fault() {
    let kiosk = shared();
    let answer = Wire::to(&kiosk).json("POST", "/file", &order(&format!("a.{}", "p".repeat(300)), &json!({})));
    let pin = answer.json()["pin"].as_str().expect("a pin").to_owned();
    assert_eq!(upload(&kiosk, &pin, &a4_pages(1)).status, 200);
    let name = fetch(&kiosk, &pin).json()["filename"].as_str().expect("a name").to_owned();
    assert_eq!(name.len(), "2026-11-22-".len() + 128 + ".pdf".len());
}

#[test]
fn fault_14_huge_ranges_cost_nothing() {
    let kiosk = shared();
    let pin = ordered(&kiosk, &json!({"pages": "1-9999999"}));
    let past = error("Invalid format", "Количество запрошенных страниц превышает их количество в файле");
    assert_answer("upload", &upload(&kiosk, &pin, &a4_pages(2)), 416, &past);
    assert_eq!(change(&kiosk, &pin, &json!({"pages": ""})).status, 200);
    assert_eq!(upload(&kiosk, &pin, &a4_pages(2)).status, 200);
    let began = Instant::now();
    let many = vec!["1-999999999999"; 900].join(",");
    for _ in 0..20 {
        assert_answer("PATCH", &change(&kiosk, &pin, &json!({"pages": "1-9999999"})), 416, &past);
        assert_answer("PATCH", &change(&kiosk, &pin, &json!({"pages": many})), 416, &past);
    }
    // One took 2.3 s.
    assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
}

#[test]
fn fault_15_pdf_without_pages_is_refused() {
    let kiosk = shared();
    let text = String::from_utf8(a4_pages(1)).expect("ASCII");
    let without = text.replace("/Count 1/Kids[4 0 R ]", "/Count 0/Kids[      ]");
    assert_ne!(text, without);
    let pin = ordered(&kiosk, &json!({}));
    let refused = error("File is corrupted", "Файл повреждён");
    assert_answer("no pages", &upload(&kiosk, &pin, without.as_bytes()), 415, &refused);
}

#[test]
fn fault_22_entry_that_matches_two_members_makes_them_one() {
    let kiosk = with(&[("ALLOW_STUDENT_NUMBER", "true")]);
    let halves = json!([
        {"username": "Половина", "union_number": "11", "student_number": null},
        {"username": "Половина", "union_number": null, "student_number": "12"},
    ]);
    assert_eq!(push(&kiosk, &halves).status, 200);
    let whole = json!([{"username": "Целая", "union_number": "11", "student_number": "12"}]);
    assert_answer("one of two", &push(&kiosk, &whole), 200, &json!({"status": "ok", "count": 1}));
    for number in ["11", "12"] {
        let found = look_up(&kiosk, "Целая", number, "");
        let member = json!({"surname": "ЦЕЛАЯ", "number": number, "student_number": "12", "union_number": "11"});
        assert_answer(number, &found, 202, &member);
        assert_eq!(look_up(&kiosk, "Половина", number, "").status, 404);
    }
}

#[test]
fn fault_22_namesakes_with_each_others_numbers_are_found() {
    let kiosk = with(&[]);
    let namesakes = json!([
        {"username": "Тёзка", "union_number": "21", "student_number": "22"},
        {"username": "Тёзка", "union_number": "22", "student_number": "21"},
    ]);
    assert_eq!(push(&kiosk, &namesakes).status, 200);
    for (number, other) in [("21", "22"), ("22", "21")] {
        let member = json!({"surname": "ТЁЗКА", "number": number, "student_number": other, "union_number": number});
        assert_answer(number, &look_up(&kiosk, "Тёзка", number, ""), 202, &member);
        let order = json!({"surname": "Тёзка", "number": number, "filename": "a.pdf"});
        assert_eq!(Wire::to(&kiosk).json("POST", "/file", &order).status, 200);
    }
}

#[test]
fn fault_23_three_ways_to_write_a_token_mean_the_same() {
    let kiosk = shared();
    let token = kiosk.token.clone();
    for header in [token.clone(), format!("token {token}"), format!("Bearer {token}"), format!("TOKEN {token}")] {
        let answer = Wire::to(&kiosk).authorized(&header).json("POST", "/is_union_member", &json!({"users": []}));
        assert_eq!(answer.status, 200, "{answer:?}");
    }
    let answer = Wire::to(&kiosk).authorized("token").json("POST", "/is_union_member", &json!({"users": []}));
    assert_eq!(answer.status, 403);
}

#[test]
fn fault_24_a_thousand_simultaneous_requests_are_answered() {
    const MANY: usize = 1_000;
    descriptors(2 * MANY as u64 + 1_024);
    let kiosk = with(&[]);
    let address = kiosk.url.trim_start_matches("http://");
    let query = "/is_union_member?surname=%D0%98%D0%B2%D0%B0%D0%BD%D0%BE%D0%B2&number=1015000&v=1";
    let request = format!("GET {query} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    let (connected, began) = (Barrier::new(MANY), Instant::now());
    let answered: usize = std::thread::scope(|scope| {
        let one = || {
            let stream = TcpStream::connect(address);
            connected.wait();
            let mut stream = stream.expect("a connection");
            stream.set_read_timeout(Some(Duration::from_secs(60))).expect("a timeout");
            stream.write_all(request.as_bytes()).expect("sent");
            let mut answer = String::new();
            stream.read_to_string(&mut answer).expect("an answer");
            usize::from(answer.starts_with("HTTP/1.1 202 ") && answer.ends_with("\r\n\r\ntrue"))
        };
        let spawn = |_| std::thread::Builder::new().stack_size(128 << 10).spawn_scoped(scope, one).expect("a thread");
        let asking: Vec<_> = (0..MANY).map(spawn).collect();
        asking.into_iter().map(|asked| asked.join().expect("no panic")).sum()
    });
    assert_eq!(answered, MANY);
    assert!(began.elapsed() < Duration::from_secs(60), "{:?}", began.elapsed());
    assert_eq!(fetch(&kiosk, &kiosk.pin).status, 200, "and it goes on");
}

/// Lets this process have so many descriptors, if the system does.
fn descriptors(wanted: u64) {
    let mut limit = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: both pointers are to a live value, written by the first call and only read by the second.
    let enough = unsafe {
        libc::getrlimit(libc::RLIMIT_NOFILE, &raw mut limit) == 0 && {
            limit.rlim_cur = limit.rlim_max.min(wanted.max(limit.rlim_cur));
            libc::setrlimit(libc::RLIMIT_NOFILE, &raw const limit) == 0 && limit.rlim_cur >= wanted
        }
    };
    assert!(enough, "no {wanted} descriptors: ulimit -n is {}", limit.rlim_max);
}
