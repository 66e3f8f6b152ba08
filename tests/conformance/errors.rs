//! A test for each row of the table of errors: name, status, English and Russian words. What terminals are told is told
//! elsewhere; `FileIsNotReceived` cannot be reached, a missing file is 422 first.

use serde_json::{Value, json};

use super::{
    assert_answer, change, error, fetch, invalid, look_up, order, ordered, push, shared, upload,
    wire::{PART, Wire},
    with,
};
use crate::support::{Kiosk, a4_pages};

#[test]
fn too_large_size() {
    let document = a4_pages(1);
    let max = document.len();
    let kiosk = with(&[("MAX_SIZE", &max.to_string())]);
    let pin = ordered(&kiosk, &json!({}));
    let refused = error(
        &format!("Content too large, {max} bytes allowed"),
        &format!("Размер файла превышает максимально допустимый: {max}"),
    );
    let longer = [document.as_slice(), b"\n"].concat();
    assert_answer("one byte more", &upload(&kiosk, &pin, &longer), 413, &refused);
    assert_eq!(upload(&kiosk, &pin, &document).status, 200, "exactly MAX_SIZE");
}

fn too_many() -> Value {
    error(
        "Content too large, count of page: 50 is allowed",
        "Количество запрошенных страниц превышает допустимое число: 50",
    )
}

#[test]
fn too_many_pages() {
    let kiosk = shared();
    let pin = ordered(&kiosk, &json!({"copies": 26}));
    assert_answer("upload", &upload(&kiosk, &pin, &a4_pages(2)), 413, &too_many());
    assert_eq!(change(&kiosk, &pin, &json!({"copies": 25})).status, 200);
    assert_eq!(upload(&kiosk, &pin, &a4_pages(2)).status, 200);
    assert_answer("PATCH", &change(&kiosk, &pin, &json!({"copies": 26})), 413, &too_many());
}

#[test]
fn invalid_page_request() {
    let kiosk = shared();
    let refused = error("Invalid format", "Количество запрошенных страниц превышает их количество в файле");
    let pin = ordered(&kiosk, &json!({"pages": "3"}));
    assert_answer("upload", &upload(&kiosk, &pin, &a4_pages(2)), 416, &refused);
    assert_eq!(upload(&kiosk, &pin, &a4_pages(3)).status, 200);
    assert_answer("PATCH", &change(&kiosk, &pin, &json!({"pages": "2-4"})), 416, &refused);
}

#[test]
fn user_not_found() {
    let kiosk = shared();
    let refused = error("User not found", "Пользователь не найден");
    for (surname, number) in [("Иванов", "1015001"), ("Петров", "1015000"), ("%", "%")] {
        assert_answer(surname, &look_up(&kiosk, surname, number, ""), 404, &refused);
    }
}

#[test]
fn union_student_duplicate() {
    let kiosk = with(&[]);
    let before = kiosk.kept();
    let refused = error(
        "Duplicates by union_numbers or student_numbers",
        "Один или более пользователей в списке не являются уникальными",
    );
    let user = |union: &str, student: &str| json!({"username": "А", "union_number": union, "student_number": student});
    let twice = [json!([user("1", "2"), user(" 1", "3")]), json!([user("a", "2x"), user("b", "2X ")])];
    for users in twice {
        assert_answer(&users.to_string(), &push(&kiosk, &users), 400, &refused);
        assert_eq!(kiosk.kept(), before, "nothing is stored");
    }
}

#[test]
fn not_in_union() {
    let kiosk = shared();
    let stranger = json!({"surname": "Петров", "number": "1015000", "filename": "a.pdf"});
    let refused = error("User is not found in trade union list", "Отсутствует членство в профсоюзе");
    assert_answer("order", &Wire::to(&kiosk).json("POST", "/file", &stranger), 403, &refused);
}

#[test]
fn pin_generate_error() {
    // The demo's sample has the only PIN there is.
    let kiosk = with(&[("PIN_SYMBOLS", "A"), ("PIN_LENGTH", "1")]);
    assert_eq!(kiosk.pin, "A");
    let answer = Wire::to(&kiosk).json("POST", "/file", &order("a.pdf", &json!({})));
    assert_answer("order", &answer, 500, &error("Can not generate PIN. Too many users?", "Ошибка генерации ПИН-кода"));
    assert_eq!(Wire::to(&kiosk).send("DELETE", "/file/A", &[]).status, 204);
    assert_eq!(ordered(&kiosk, &json!({})), "A");
}

#[test]
fn file_is_not_received_is_422_first() {
    let kiosk = shared();
    let pin = ordered(&kiosk, &json!({}));
    let path = format!("/file/{pin}");
    let missing = invalid("missing", &json!(["body", "file"]), "Field required", &Value::Null, None);
    let other = PART.replace("name=\"file\"", "name=\"document\"");
    assert_answer("another field", &Wire::to(&kiosk).part(&path, &other, &a4_pages(1)), 422, &missing);
    let empty = Wire::to(&kiosk).with("Content-Type", "multipart/form-data; boundary=x");
    assert_answer("no field", &empty.send("POST", &path, b"--x--\r\n"), 422, &missing);
    assert_answer("no body", &Wire::to(&kiosk).send("POST", &path, &[]), 422, &missing);
    assert_eq!(upload(&kiosk, &pin, &a4_pages(1)).status, 200);
}

#[test]
fn pin_not_found() {
    let kiosk = shared();
    // As it was written: it is not the kiosk's to put it right.
    for pin in ["NOSUCH", "nosuch"] {
        let refused = error(&format!("Pin {pin} not found"), "ПИН не найден");
        assert_answer("upload", &upload(&kiosk, pin, &a4_pages(1)), 404, &refused);
        assert_answer("PATCH", &change(&kiosk, pin, &json!({"copies": 2})), 404, &refused);
    }
}

#[test]
fn file_not_found() {
    let kiosk = shared();
    let refused = error("1 file(s) not found", "Файл не найден");
    assert_answer("GET", &fetch(&kiosk, "NOSUCH"), 404, &refused);
    assert_answer("DELETE", &Wire::to(&kiosk).send("DELETE", "/file/NOSUCH", &[]), 404, &refused);
}

fn refused_type(kiosk: &Kiosk, given: &str, allowed: &str) {
    let pin = ordered(kiosk, &json!({}));
    let part = PART.replace("application/pdf", given);
    let answer = Wire::to(kiosk).part(&format!("/file/{pin}"), &part, &a4_pages(1));
    let refused = error(
        &format!("Only {allowed} files allowed, but {given} was recieved"),
        &format!("Неподдерживаемый формат файла. Допустимые: {allowed}"),
    );
    assert_answer(given, &answer, 415, &refused);
    assert_eq!(upload(kiosk, &pin, &a4_pages(1)).status, 200, "the PIN goes on");
}

#[test]
fn invalid_type() {
    let kiosk = shared();
    refused_type(&kiosk, "image/png", "application/pdf");
    refused_type(&kiosk, "application/octet-stream", "application/pdf");
}

#[test]
fn already_uploaded() {
    let kiosk = shared();
    let pin = ordered(&kiosk, &json!({}));
    assert_eq!(upload(&kiosk, &pin, &a4_pages(1)).status, 200);
    let refused = error("File has been already uploaded", "Файл уже загружен");
    assert_answer("again", &upload(&kiosk, &pin, &a4_pages(1)), 415, &refused);
    assert_answer("rubbish", &upload(&kiosk, &pin, b"rubbish"), 415, &refused);
}

#[test]
fn is_corrupted() {
    let kiosk = shared();
    let pin = ordered(&kiosk, &json!({}));
    let refused = error("File is corrupted", "Файл повреждён");
    assert_answer("rubbish", &upload(&kiosk, &pin, b"rubbish"), 415, &refused);
    assert_eq!(upload(&kiosk, &pin, &a4_pages(1)).status, 200, "the PIN goes on");
}

#[test]
fn is_not_uploaded() {
    let kiosk = shared();
    let pin = ordered(&kiosk, &json!({}));
    assert_answer("GET", &fetch(&kiosk, &pin), 415, &error("File has not been uploaded yet", "Файл не загружен"));
}

#[test]
fn unprocessable_file_instance() {
    let kiosk = shared();
    let refused = error("Unprocessable file instance", "Необрабатываемый экземпляр файла");
    for name in ["report.", "report.?!", "..."] {
        let answer = Wire::to(&kiosk).json("POST", "/file", &order(name, &json!({})));
        assert_answer(name, &answer, 422, &refused);
    }
}

#[test]
fn not_authenticated_is_403_and_not_authorized_is_401() {
    let kiosk = with(&[]);
    let users = json!({"users": []});
    let ask = |token: Option<&str>| {
        let wire = Wire::to(&kiosk);
        let wire = match token {
            Some(token) => wire.authorized(token),
            None => wire,
        };
        wire.json("POST", "/is_union_member", &users)
    };
    let nobody = json!({"detail": "Not authenticated"});
    assert_answer("no header", &ask(None), 403, &nobody);
    assert_answer("a bad token", &ask(Some("0123456789")), 403, &nobody);
    let folder = kiosk.folder.to_string_lossy().into_owned();
    let new = ["token", "new", "--scope", "print.user.create", "--scope", "print.user.update", "--data", &folder];
    let made = crate::support::ottisk(&new, std::time::Duration::from_secs(10));
    let token = String::from_utf8(made.stdout).expect("a token");
    assert_answer("two of three scopes", &ask(Some(token.trim())), 401, &json!({"detail": "Not authorized"}));
    let new = [new.as_slice(), &["--scope", "Print.User.DELETE"]].concat();
    let made = crate::support::ottisk(&new, std::time::Duration::from_secs(10));
    let token = String::from_utf8(made.stdout).expect("a token");
    assert_eq!(ask(Some(token.trim())).status, 200, "scopes are compared in small letters");
}
