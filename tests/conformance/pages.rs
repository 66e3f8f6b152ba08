//! The rules of what is asked: page ranges, copies, sides, sheets, and how loosely they may be written.

use serde_json::{Value, json};

use super::{assert_answer, change, fetch, invalid, order, ordered, shared, upload, wire::Wire, with};
use crate::support::{Kiosk, a4_pages};

const FORMAT: &str = "Value error, Pages must be formated as 2-5,7";
const ZERO: &str = "Value error, Can not print negative and zero pages";
const TEXT: &str = "Value error, Value must be str";

/// The options of an order that is taken.
fn taken(kiosk: &Kiosk, options: &Value) -> Value {
    let answer = Wire::to(kiosk).json("POST", "/file", &order("a.pdf", options));
    assert_eq!(answer.status, 200, "{options}: {answer:?}");
    answer.json()["options"].clone()
}

/// An order and a change with these options are refused, both with this one entry.
fn refused(kiosk: &Kiosk, options: &Value, kind: &str, msg: &str, context: Option<Value>) {
    let (name, input) = options.as_object().and_then(|options| options.iter().next()).expect("one option");
    let entry = invalid(kind, &json!(["body", "options", name]), msg, input, context);
    let what = options.to_string();
    assert_answer(&what, &Wire::to(kiosk).json("POST", "/file", &order("a.pdf", options)), 422, &entry);
    assert_answer(&what, &change(kiosk, &kiosk.pin, options), 422, &entry);
}

#[test]
fn pages_that_are_taken() {
    let kiosk = shared();
    for (given, kept) in [
        ("", ""),
        ("1", "1"),
        ("1-3, 7", "1-3,7"),
        (" 1 -\t3 ", "1-3"),
        ("1,1,1", "1,1,1"),
        ("1-3,3-5", "1-3,3-5"),
        ("5-5", "5-5"),
        ("10-13,16,18", "10-13,16,18"),
        ("01", "01"),
    ] {
        let options = json!({"pages": kept, "copies": 1, "two_sided": false});
        assert_eq!(taken(&kiosk, &json!({"pages": given})), options, "{given:?}");
    }
}

#[test]
fn pages_that_are_refused() {
    let kiosk = shared();
    let context = || Some(json!({"error": {}}));
    for pages in [",1", "1-", "1,,2", "a", "1;2", "+1", "1,", "-", "1–3", "１"] {
        refused(&kiosk, &json!({"pages": pages}), "value_error", FORMAT, context());
    }
    for pages in ["0", "0-3"] {
        refused(&kiosk, &json!({"pages": pages}), "value_error", ZERO, context());
    }
    for pages in [json!(5), json!(null), json!(["1"])] {
        refused(&kiosk, &json!({"pages": pages}), "value_error", TEXT, context());
    }
}

#[test]
fn negative_page_is_refused() {
    let kiosk = shared();
    let answer = Wire::to(&kiosk).json("POST", "/file", &order("a.pdf", &json!({"pages": "-1"})));
    let told = answer.json()["detail"][0].clone();
    assert_eq!((answer.status, &told["loc"]), (422, &json!(["body", "options", "pages"])), "{told}");
    assert!([FORMAT, ZERO].map(Value::from).contains(&told["msg"]), "{told}");
}

/// Whether a document of `pages` may be uploaded under these options, with 5 sheets allowed.
fn fits(kiosk: &Kiosk, pages: usize, options: &Value) -> bool {
    let answer = upload(kiosk, &ordered(kiosk, options), &a4_pages(pages));
    assert!([200, 413].contains(&answer.status), "{pages}, {options}: {answer:?}");
    answer.status == 200
}

#[test]
fn sheets_are_counted_with_sides_and_copies() {
    let kiosk = with(&[("MAX_PAGE_COUNT", "5")]);
    assert!(fits(&kiosk, 5, &json!({})) && !fits(&kiosk, 6, &json!({})));
    assert!(fits(&kiosk, 10, &json!({"two_sided": true})) && !fits(&kiosk, 11, &json!({"two_sided": true})));
    assert!(fits(&kiosk, 1, &json!({"copies": 5})) && !fits(&kiosk, 1, &json!({"copies": 6})));
    // Every copy begins a sheet: 3 pages on both sides are 2 sheets.
    assert!(fits(&kiosk, 3, &json!({"copies": 2, "two_sided": true})));
    assert!(!fits(&kiosk, 3, &json!({"copies": 3, "two_sided": true})));
}

#[test]
fn chosen_pages_are_counted_with_their_repeats() {
    let kiosk = with(&[("MAX_PAGE_COUNT", "5")]);
    assert!(fits(&kiosk, 9, &json!({"pages": "1,3,5,7,9"})));
    assert!(!fits(&kiosk, 9, &json!({"pages": "1-3,3-5"})), "six pages");
    assert!(fits(&kiosk, 9, &json!({"pages": "1-3,3-5", "two_sided": true})));
    assert!(!fits(&kiosk, 1, &json!({"pages": "1,1,1,1,1,1"})));
}

#[test]
fn pages_past_the_end_are_told_before_too_many() {
    let kiosk = with(&[("MAX_PAGE_COUNT", "5")]);
    let pin = ordered(&kiosk, &json!({"pages": "1-9", "copies": 900}));
    assert_eq!(upload(&kiosk, &pin, &a4_pages(2)).status, 416);
    assert_eq!(change(&kiosk, &pin, &json!({"pages": ""})).status, 200);
    assert_eq!(upload(&kiosk, &pin, &a4_pages(2)).status, 413);
}

#[test]
fn copies_are_read_as_pydantic_reads_them() {
    let kiosk = shared();
    for (given, kept) in [(json!("2"), 2), (json!(" 3 "), 3), (json!(1.0), 1), (json!(true), 1), (json!(7), 7)] {
        assert_eq!(taken(&kiosk, &json!({"copies": given}))["copies"], kept, "{given}");
    }
    let parsing = "Input should be a valid integer, unable to parse string as an integer";
    let fraction = "Input should be a valid integer, got a number with a fractional part";
    let kind = "Input should be a valid integer";
    refused(&kiosk, &json!({"copies": "two"}), "int_parsing", parsing, None);
    refused(&kiosk, &json!({"copies": "1.5"}), "int_parsing", parsing, None);
    refused(&kiosk, &json!({"copies": 1.5}), "int_from_float", fraction, None);
    refused(&kiosk, &json!({"copies": null}), "int_type", kind, None);
    refused(&kiosk, &json!({"copies": [1]}), "int_type", kind, None);
}

#[test]
fn two_sided_is_read_as_pydantic_reads_it() {
    let kiosk = shared();
    let yes = [json!(true), json!("yes"), json!(1), json!(1.0), json!("On"), json!("T"), json!("y"), json!("1")];
    let no = [json!(false), json!("no"), json!(0), json!("OFF"), json!("f"), json!("N"), json!("0"), json!("False")];
    for (kept, given) in yes.into_iter().map(|given| (true, given)).chain(no.into_iter().map(|given| (false, given))) {
        assert_eq!(taken(&kiosk, &json!({"two_sided": given}))["two_sided"], kept, "{given}");
    }
    let parsing = "Input should be a valid boolean, unable to interpret input";
    refused(&kiosk, &json!({"two_sided": "maybe"}), "bool_parsing", parsing, None);
    refused(&kiosk, &json!({"two_sided": 2}), "bool_parsing", parsing, None);
    refused(&kiosk, &json!({"two_sided": null}), "bool_type", "Input should be a valid boolean", None);
}

#[test]
fn options_that_are_none_are_refused() {
    let kiosk = shared();
    let msg = "Input should be a valid dictionary or object to extract fields from";
    for options in [json!(null), json!([]), json!("copies")] {
        let entry = invalid("model_attributes_type", &json!(["body", "options"]), msg, &options, None);
        assert_answer("order", &Wire::to(&kiosk).json("POST", "/file", &order("a.pdf", &options)), 422, &entry);
        assert_answer("PATCH", &change(&kiosk, &kiosk.pin, &options), 422, &entry);
    }
}

#[test]
fn errors_of_several_options_are_told_together() {
    let kiosk = shared();
    let order = order("a.pdf", &json!({"pages": "a", "copies": "b", "two_sided": "c"}));
    let answer = Wire::to(&kiosk).json("POST", "/file", &order);
    let told = answer.json()["detail"].as_array().expect("a list").iter().map(|one| one["loc"][2].clone()).collect();
    assert_eq!((answer.status, Value::Array(told)), (422, json!(["pages", "copies", "two_sided"])));
}

#[test]
fn what_was_asked_is_what_a_terminal_hears() {
    let kiosk = shared();
    let options = json!({"pages": "2,4-5", "copies": 3, "two_sided": true});
    let pin = ordered(&kiosk, &json!({"pages": "2, 4-5", "copies": "3", "two_sided": "yes"}));
    assert_eq!(upload(&kiosk, &pin, &a4_pages(5)).json()["options"], options);
    assert_eq!(fetch(&kiosk, &pin).json()["options"], options);
}
