//! The rules of the member list: how entries are kept, found, replaced and refused.

use serde_json::{Value, json};

use super::{
    assert_answer, error, invalid, look_up, ordered, push, shared,
    wire::{Answer, Wire},
    with,
};
use crate::support::Kiosk;

fn found(kiosk: &Kiosk, surname: &str, number: &str) -> bool {
    let answer = look_up(kiosk, surname, number, "&v=1");
    assert_eq!(answer.status, 202, "{answer:?}");
    answer.json() == json!(true)
}

fn numbers(kiosk: &Kiosk, surname: &str, number: &str) -> (Value, Value) {
    let answer = look_up(kiosk, surname, number, "").json();
    (answer["union_number"].clone(), answer["student_number"].clone())
}

fn pushed(kiosk: &Kiosk, users: &Value) {
    let count = users.as_array().expect("a list").len();
    assert_answer(&users.to_string(), &push(kiosk, users), 200, &json!({"status": "ok", "count": count}));
}

fn order_as(kiosk: &Kiosk, surname: &str, number: &str) -> Answer {
    Wire::to(kiosk).json("POST", "/file", &json!({"surname": surname, "number": number, "filename": "a.pdf"}))
}

#[test]
fn values_are_trimmed_and_put_in_upper_case() {
    let kiosk = with(&[]);
    pushed(&kiosk, &json!([{"username": " ёлкина ", "union_number": " u-1 ", "student_number": "\ts-1\n"}]));
    let member = json!({"surname": "ЁЛКИНА", "number": "U-1", "student_number": "S-1", "union_number": "U-1"});
    assert_answer("look-up", &look_up(&kiosk, "  Ёлкина", "u-1  ", ""), 202, &member);
}

#[test]
fn list_with_a_number_twice_stores_nothing() {
    let kiosk = with(&[]);
    let users = json!([
        {"username": "Новый", "union_number": "77", "student_number": "78"},
        {"username": "Другой", "union_number": "79", "student_number": " 78 "},
    ]);
    assert_eq!(push(&kiosk, &users).status, 400);
    assert!(!found(&kiosk, "Новый", "77"), "the good entry is not stored either");
}

#[test]
fn union_number_may_equal_the_student_number_of_another() {
    let kiosk = with(&[]);
    pushed(
        &kiosk,
        &json!([
            {"username": "Один", "union_number": "500", "student_number": "501"},
            {"username": "Другая", "union_number": "501", "student_number": "500"},
        ]),
    );
    for (surname, union) in [("Один", "500"), ("Другая", "501")] {
        for number in ["500", "501"] {
            assert_eq!(numbers(&kiosk, surname, number).0, union);
        }
    }
}

#[test]
fn upsert_by_either_number_replaces_all_three_values() {
    let kiosk = with(&[("ALLOW_STUDENT_NUMBER", "true")]);
    pushed(&kiosk, &json!([{"username": "Девичья", "union_number": "61", "student_number": "62"}]));
    pushed(&kiosk, &json!([{"username": "Мужнина", "union_number": "61", "student_number": "63"}]));
    assert!(!found(&kiosk, "Девичья", "61") && !found(&kiosk, "Мужнина", "62"));
    assert_eq!(numbers(&kiosk, "Мужнина", "63"), (json!("61"), json!("63")));
    pushed(&kiosk, &json!([{"username": "Мужнина", "union_number": "64", "student_number": "63"}]));
    assert!(!found(&kiosk, "Мужнина", "61"));
    assert_eq!(numbers(&kiosk, "Мужнина", "64"), (json!("64"), json!("63")));
}

#[test]
fn null_clears_a_number() {
    let kiosk = with(&[]);
    pushed(&kiosk, &json!([{"username": "Бывшая", "union_number": "71", "student_number": "72"}]));
    pushed(&kiosk, &json!([{"username": "Бывшая", "union_number": "71", "student_number": null}]));
    assert!(!found(&kiosk, "Бывшая", "72"));
    assert_eq!(numbers(&kiosk, "Бывшая", "71"), (json!("71"), Value::Null));
}

#[test]
fn list_that_is_pushed_again_changes_nothing() {
    let kiosk = with(&[]);
    let users = json!([{"username": "Та же", "union_number": "81", "student_number": "82"}]);
    pushed(&kiosk, &users);
    let before = kiosk.kept();
    pushed(&kiosk, &users);
    assert_eq!(kiosk.kept(), before);
}

const STUDENTS: &str = r#"[{"username": "Студент", "union_number": null, "student_number": "91"},
    {"username": "Членов", "union_number": "92", "student_number": "93"}]"#;

#[test]
fn allow_student_number_false_hides_only_members_without_a_union_number() {
    let kiosk = with(&[("ALLOW_STUDENT_NUMBER", "false")]);
    pushed(&kiosk, &serde_json::from_str(STUDENTS).expect("JSON"));
    assert!(!found(&kiosk, "Студент", "91"));
    assert!(found(&kiosk, "Членов", "92") && found(&kiosk, "Членов", "93"));
    assert_eq!(order_as(&kiosk, "Студент", "91").status, 403);
    assert_eq!(order_as(&kiosk, "Членов", "93").status, 200);
}

#[test]
fn allow_student_number_true_hides_nobody() {
    let kiosk = with(&[("ALLOW_STUDENT_NUMBER", "true")]);
    pushed(&kiosk, &serde_json::from_str(STUDENTS).expect("JSON"));
    assert!(found(&kiosk, "Студент", "91") && found(&kiosk, "Членов", "93"));
    assert_eq!(order_as(&kiosk, "Студент", "91").status, 200);
}

#[test]
fn order_does_not_trim_the_surname() {
    let kiosk = shared();
    let refused = error("User is not found in trade union list", "Отсутствует членство в профсоюзе");
    assert_answer("a blank before", &order_as(&kiosk, " Иванов", "1015000"), 403, &refused);
    assert_eq!(order_as(&kiosk, "иВАНОВ", "1015000").status, 200, "case means nothing");
    assert!(found(&kiosk, " Иванов", "1015000"), "the look-up trims");
}

#[test]
fn look_up_wants_both_values() {
    let kiosk = shared();
    let missing = |name: &str| invalid("missing", &json!(["query", name]), "Field required", &Value::Null, None);
    assert_answer("no number", &Wire::to(&kiosk).get("/is_union_member?surname=a"), 422, &missing("number"));
    assert_answer("no surname", &Wire::to(&kiosk).get("/is_union_member?number=1"), 422, &missing("surname"));
    let both = json!([missing("surname")["detail"][0], missing("number")["detail"][0]]);
    assert_answer("neither", &Wire::to(&kiosk).get("/is_union_member"), 422, &json!({"detail": both}));
    let short = |name: &str, input: &str| {
        let msg = "String should have at least 1 character";
        invalid("string_too_short", &json!(["query", name]), msg, &json!(input), Some(json!({"min_length": 1})))
    };
    assert_answer("empty", &look_up(&kiosk, "Иванов", "", ""), 422, &short("number", ""));
    assert_answer("blanks", &look_up(&kiosk, "  ", "1", "&v=1"), 422, &short("surname", "  "));
}

#[test]
fn list_wants_all_three_keys_of_every_entry() {
    let kiosk = with(&[]);
    let before = kiosk.kept();
    for name in ["username", "union_number", "student_number"] {
        let mut user = json!({"username": "А", "union_number": "1", "student_number": "2"});
        user.as_object_mut().expect("an object").remove(name);
        let missing = invalid("missing", &json!(["body", "users", 0, name]), "Field required", &user, None);
        assert_answer(name, &push(&kiosk, &json!([user])), 422, &missing);
    }
    let number = json!([{"username": "А", "union_number": 1, "student_number": null}]);
    let text = invalid(
        "string_type",
        &json!(["body", "users", 0, "union_number"]),
        "Input should be a valid string",
        &json!(1),
        None,
    );
    assert_answer("a number", &push(&kiosk, &number), 422, &text);
    let nobody = json!([{"username": null, "union_number": "1", "student_number": null}]);
    let text = invalid(
        "string_type",
        &json!(["body", "users", 0, "username"]),
        "Input should be a valid string",
        &Value::Null,
        None,
    );
    assert_answer("null", &push(&kiosk, &nobody), 422, &text);
    let answer = Wire::to(&kiosk).authorized(&kiosk.token).json("POST", "/is_union_member", &json!({}));
    let missing = invalid("missing", &json!(["body", "users"]), "Field required", &json!({}), None);
    assert_answer("no list", &answer, 422, &missing);
    assert_eq!(kiosk.kept(), before);
}

#[test]
fn list_wants_its_scopes_before_its_body_is_looked_at() {
    let kiosk = shared();
    let answer = Wire::to(&kiosk).json("POST", "/is_union_member", &json!({"users": 1}));
    assert_answer("nobody", &answer, 403, &json!({"detail": "Not authenticated"}));
    assert!(!ordered(&kiosk, &json!({})).is_empty());
}
