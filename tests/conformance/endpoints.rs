//! A test for each row of the table of endpoints: path, request, good answer. `/qr` and `/admin` are told elsewhere.

use serde_json::{Value, json};

use super::{assert_answer, change, fetch, look_up, order, ordered, push, shared, upload, wire::Wire, with};
use crate::support::a4_pages;

#[test]
fn get_is_union_member_answers_202_with_the_member() {
    let kiosk = shared();
    let member = json!({
        "surname": "ИВАНОВ", "number": "1015000", "student_number": "02210001", "union_number": "1015000",
    });
    assert_answer("by union number", &look_up(&kiosk, "Иванов", "1015000", ""), 202, &member);
    let mut by_student = member;
    by_student["number"] = json!("02210001");
    assert_answer("by student number", &look_up(&kiosk, " иванов ", " 02210001 ", ""), 202, &by_student);
}

#[test]
fn get_is_union_member_tells_the_number_of_the_query_in_upper_case() {
    let kiosk = with(&[]);
    let user = json!([{"username": "Числова", "union_number": "ab-17", "student_number": "st-9"}]);
    assert_answer("push", &push(&kiosk, &user), 200, &json!({"status": "ok", "count": 1}));
    let member = json!({
        "surname": "ЧИСЛОВА", "number": "ST-9", "student_number": "ST-9", "union_number": "AB-17",
    });
    assert_answer("small letters", &look_up(&kiosk, "числова", " st-9", ""), 202, &member);
}

#[test]
fn get_is_union_member_with_v_1_answers_202_true_or_false() {
    let kiosk = shared();
    assert_answer("a member", &look_up(&kiosk, "Иванов", "1015000", "&v=1"), 202, &json!(true));
    assert_answer("a stranger", &look_up(&kiosk, "Иванов", "1015001", "&v=1"), 202, &json!(false));
    let first =
        Wire::to(&kiosk).get("/is_union_member?v=1&surname=%D0%98%D0%B2%D0%B0%D0%BD%D0%BE%D0%B2&number=1015000");
    assert_eq!((first.status, first.body.as_slice()), (202, b"true".as_slice()), "v stands where it likes");
}

#[test]
fn post_is_union_member_answers_200_with_the_count() {
    let kiosk = with(&[]);
    let users = json!([
        {"username": "Петрова", "union_number": "1015001", "student_number": null},
        {"username": "Сидоров", "union_number": null, "student_number": "02210003"},
    ]);
    assert_answer("two", &push(&kiosk, &users), 200, &json!({"status": "ok", "count": 2}));
    assert_answer("none", &push(&kiosk, &json!([])), 200, &json!({"status": "ok", "count": 0}));
}

#[test]
fn post_file_answers_200_with_the_pin_and_the_options() {
    let kiosk = shared();
    let answer = Wire::to(&kiosk).json("POST", "/file", &order("отчёт.pdf", &json!({})));
    assert_eq!(answer.status, 200, "{answer:?}");
    let pin = answer.json()["pin"].as_str().expect("a pin").to_owned();
    assert!(pin.len() == 6 && pin.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit()), "{pin}");
    let body = json!({"pin": pin, "options": {"pages": "", "copies": 1, "two_sided": false}});
    assert_answer("the defaults", &answer, 200, &body);

    let options = json!({"pages": "1-3, 7", "copies": 2, "two_sided": true});
    let answer = Wire::to(&kiosk).json("POST", "/file", &order("отчёт.pdf", &options));
    let asked = json!({"pages": "1-3,7", "copies": 2, "two_sided": true});
    assert_eq!((answer.status, &answer.json()["options"]), (200, &asked));
}

#[test]
fn post_file_needs_neither_source_nor_options() {
    let kiosk = shared();
    let order = json!({"surname": "иванов", "number": "1015000", "filename": "a.pdf"});
    let answer = Wire::to(&kiosk).json("POST", "/file", &order);
    let options = json!({"pages": "", "copies": 1, "two_sided": false});
    assert_eq!((answer.status, &answer.json()["options"]), (200, &options), "{answer:?}");
}

#[test]
fn post_file_pin_answers_200_with_the_pin_as_it_stands_in_the_url() {
    let kiosk = shared();
    let pin = ordered(&kiosk, &json!({"pages": "1", "two_sided": true})).to_lowercase();
    let options = json!({"pages": "1", "copies": 1, "two_sided": true});
    assert_answer("upload", &upload(&kiosk, &pin, &a4_pages(2)), 200, &json!({"pin": pin, "options": options}));
}

#[test]
fn patch_file_pin_answers_200_with_the_pin_as_it_is_stored() {
    let kiosk = shared();
    let pin = ordered(&kiosk, &json!({}));
    let options = json!({"pages": "", "copies": 3, "two_sided": false});
    let answer = change(&kiosk, &pin.to_lowercase(), &json!({"copies": 3}));
    assert_answer("one of three", &answer, 200, &json!({"pin": pin, "options": options}));
    let options = json!({"pages": "2", "copies": 3, "two_sided": true});
    let answer = change(&kiosk, &pin, &json!({"pages": "2", "two_sided": true}));
    assert_answer("the two others", &answer, 200, &json!({"pin": pin, "options": options}));
    let answer = change(&kiosk, &pin, &json!({}));
    assert_answer("none", &answer, 200, &json!({"pin": pin, "options": options}));
}

#[test]
fn get_file_pin_answers_200_with_file_name_and_options() {
    let kiosk = shared();
    let options = json!({"pages": "1-2", "copies": 2, "two_sided": true});
    let pin = ordered(&kiosk, &options);
    assert_eq!(upload(&kiosk, &pin, &a4_pages(2)).status, 200);
    let answer = fetch(&kiosk, &pin);
    let name = answer.json()["filename"].as_str().expect("a name").to_owned();
    assert_answer("fetch", &answer, 200, &json!({"filename": name, "options": options}));
    // 2026-11-22-<128 symbols>.pdf
    let (day, rest) = name.split_at(11);
    let digits: Vec<bool> = day.bytes().map(|byte| byte.is_ascii_digit()).collect();
    assert_eq!(digits, [true, true, true, true, false, true, true, false, true, true, false], "{name}");
    assert!((day.as_bytes()[4], day.as_bytes()[7], day.as_bytes()[10]) == (b'-', b'-', b'-'), "{name}");
    let symbols = rest.strip_suffix(".pdf").expect(".pdf");
    assert!(symbols.len() == 128 && symbols.bytes().all(|byte| byte.is_ascii_alphanumeric()), "{name}");
}

#[test]
fn get_static_gives_the_bytes_to_whoever_has_the_name() {
    let kiosk = shared();
    let document = a4_pages(3);
    let pin = ordered(&kiosk, &json!({}));
    assert_eq!(upload(&kiosk, &pin, &document).status, 200);
    let name = fetch(&kiosk, &pin).json()["filename"].as_str().expect("a name").to_owned();
    let answer = Wire::to(&kiosk).get(&format!("/static/{name}"));
    assert!((answer.status, &answer.body) == (200, &document));
    assert_eq!(answer.header("content-type"), Some("application/pdf"));
    assert_eq!(answer.header("content-length"), Some(document.len().to_string().as_str()));
    let unknown = Wire::to(&kiosk).get("/static/2026-11-22-nothing.pdf");
    assert_answer("unknown", &unknown, 404, &json!({"detail": "Not Found"}));
}

#[test]
fn delete_file_pin_answers_204_and_then_404() {
    let kiosk = shared();
    let pin = ordered(&kiosk, &json!({}));
    assert_eq!(upload(&kiosk, &pin, &a4_pages(1)).status, 200);
    let name = fetch(&kiosk, &pin).json()["filename"].as_str().expect("a name").to_owned();
    let path = format!("/file/{pin}");
    let answer = Wire::to(&kiosk).send("DELETE", &path, &[]);
    assert_eq!((answer.status, answer.body.len()), (204, 0));
    assert_eq!(Wire::to(&kiosk).send("DELETE", &path, &[]).status, 404);
    assert_eq!(fetch(&kiosk, &pin).status, 404);
    assert_eq!(Wire::to(&kiosk).get(&format!("/static/{name}")).status, 404);
}

#[test]
fn every_route_stands_under_print_too() {
    let kiosk = shared();
    let member =
        Wire::to(&kiosk).get("/print/is_union_member?surname=%D0%98%D0%B2%D0%B0%D0%BD%D0%BE%D0%B2&number=1015000&v=1");
    assert_eq!((member.status, member.json()), (202, json!(true)));
    let answer = Wire::to(&kiosk).json("POST", "/print/file", &order("a.pdf", &json!({})));
    let pin = answer.json()["pin"].as_str().expect("a pin").to_owned();
    let path = format!("/print/file/{pin}");
    assert_eq!(Wire::to(&kiosk).part(&path, super::wire::PART, &a4_pages(1)).status, 200);
    assert_eq!(Wire::to(&kiosk).json("PATCH", &path, &json!({"options": {"copies": 2}})).status, 200);
    let answer = Wire::to(&kiosk).get(&path).json();
    assert_eq!(answer["options"]["copies"], 2);
    let name = answer["filename"].as_str().expect("a name");
    assert_eq!(Wire::to(&kiosk).get(&format!("/print/static/{name}")).status, 200);
    let users = json!({"users": []});
    let push = Wire::to(&kiosk).authorized(&kiosk.token).json("POST", "/print/is_union_member", &users);
    assert_eq!((push.status, push.json()), (200, json!({"status": "ok", "count": 0})));
    assert_eq!(Wire::to(&kiosk).send("DELETE", &path, &[]).status, 204);
    let unknown = Wire::to(&kiosk).json("PATCH", &path, &json!({"options": {}}));
    assert_eq!((unknown.status, &unknown.json()["status"]), (404, &Value::from("Error")));
}
