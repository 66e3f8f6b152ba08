//! What is refused: in print-api's words, with nothing left behind, and the same PIN goes on.

use std::{
    fs,
    io::{Read as _, Write as _},
    net::TcpStream,
    process::Command,
    time::Duration,
};

use serde_json::{Value, json};

use crate::support::{Kiosk, Start, a4_pages, corpus, have, temporary, until};

const PDF: &str = "application/pdf";

#[track_caller]
fn assert_refused(what: &str, answer: &(u16, Value), status: u16, message: &str, ru: &str) {
    let expected = (status, json!({"status": "Error", "message": message, "ru": ru}));
    assert_eq!(*answer, expected, "{what}");
}

/// The rows and files are the ones of `before`.
#[track_caller]
fn assert_kept(what: &str, kiosk: &Kiosk, before: &[String]) {
    let after = kiosk.kept();
    assert!(after == before, "{what} left something behind: {before:#?} is now {after:#?}");
}

/// The PIN is as good as new.
#[track_caller]
fn assert_takes(what: &str, kiosk: &Kiosk, pin: &str, document: &[u8]) {
    let documents = kiosk.documents().len();
    let (status, answer) = kiosk.upload(pin, document, PDF);
    assert_eq!((status, &answer["pin"]), (200, &json!(pin)), "after {what}: {answer}");
    assert_eq!(kiosk.documents().len(), documents + 1, "after {what}");
    let (status, answer) = kiosk.json("GET", &format!("/file/{pin}"), &Value::Null);
    let name = answer["filename"].as_str().unwrap_or_default();
    assert_eq!(status, 200, "after {what}: {answer}");
    assert!(kiosk.get(&format!("/static/{name}")) == (200, document.to_vec()), "after {what}");
}

/// A PDF of ours that `qpdf` has locked.
fn locked(arguments: &[&str]) -> Option<Vec<u8>> {
    if !have("qpdf", "qpdf") {
        return None;
    }
    let folder = temporary("locked");
    let (from, to) = (folder.join("from.pdf"), folder.join("to.pdf"));
    fs::write(&from, a4_pages(1)).expect("written");
    let done = Command::new("qpdf").args(arguments).arg(&from).arg(&to).status();
    assert!(done.is_ok_and(|status| status.success()), "qpdf {arguments:?}");
    Some(fs::read(to).expect("locked"))
}

#[test]
fn documents_that_cannot_be_printed_are_refused_and_forgotten() {
    let kiosk = Kiosk::demo();
    let good = a4_pages(1);
    let no_pages =
        String::from_utf8(good.clone()).expect("ASCII").replace("/Count 1/Kids[4 0 R ]", "/Count 0/Kids[      ]");
    let mut bad: Vec<(&str, Vec<u8>)> = vec![
        ("an empty file", Vec::new()),
        ("a text", b"To whom it may concern".to_vec()),
        ("a PNG", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec()),
        ("a PDF cut short", good[..good.len() / 2].to_vec()),
        ("a PDF without its last line", good[..good.len() - 6].to_vec()),
        ("a PDF with 2000 bytes after it", [good.as_slice(), &[b'x'; 2_000]].concat()),
        ("a header alone", b"%PDF-1.7\n%%EOF\n".to_vec()),
        ("a PDF without pages", no_pages.into_bytes()),
        ("an archive named PDF", [b"PK\x03\x04".as_slice(), &good].concat()),
    ];
    let aes = locked(&["--encrypt", "secret", "owner", "256", "--"]);
    let rc4 = locked(&["--allow-weak-crypto", "--encrypt", "secret", "owner", "40", "--"]);
    bad.extend(aes.map(|pdf| ("a PDF locked by AES", pdf)));
    bad.extend(rc4.map(|pdf| ("a PDF locked by RC4", pdf)));
    for name in ["saslprep-r6.pdf", "bug_344.pdf", "own_m_truncated_polozhenie.pdf", "own_h_loop_kids_dev.pdf"] {
        bad.extend(corpus(name).map(|path| (name, fs::read(path).expect("readable"))));
    }
    for (what, document) in bad {
        let pin = kiosk.order(&json!({}));
        let before = kiosk.kept();
        let answer = kiosk.upload(&pin, &document, PDF);
        assert_refused(what, &answer, 415, "File is corrupted", "Файл повреждён");
        assert_kept(what, &kiosk, &before);
        let answer = kiosk.json("GET", &format!("/file/{pin}"), &Value::Null);
        assert_refused(what, &answer, 415, "File has not been uploaded yet", "Файл не загружен");
        assert_takes(what, &kiosk, &pin, &good);
    }
}

#[test]
fn documents_that_others_take_are_taken() {
    let kiosk = Kiosk::demo();
    let good = a4_pages(2);
    let mut taken = vec![
        ("blank lines after the end", [good.as_slice(), b"\n\r\n\n"].concat()),
        ("a short tail after the end", [good.as_slice(), &[b'x'; 500]].concat()),
    ];
    let packed = locked(&["--object-streams=generate"]);
    let open = locked(&["--allow-weak-crypto", "--encrypt", "", "owner", "40", "--"]);
    taken.extend(packed.map(|pdf| ("object streams", pdf)));
    taken.extend(open.map(|pdf| ("an empty user password", pdf)));
    for (what, document) in taken {
        assert_takes(what, &kiosk, &kiosk.order(&json!({})), &document);
    }
}

#[test]
fn documents_over_the_limits_are_refused_and_forgotten() {
    let good = a4_pages(2);
    let max = good.len().to_string();
    let kiosk =
        Kiosk::start(&Start { environment: &[("MAX_SIZE", &max), ("MAX_PAGE_COUNT", "4")], ..Start::default() });

    let size = [good.as_slice(), b"\n"].concat();
    let (english, russian) = (
        format!("Content too large, {max} bytes allowed"),
        format!("Размер файла превышает максимально допустимый: {max}"),
    );
    for (what, document) in [("one byte more", size.clone()), ("far over", size.repeat(40))] {
        let pin = kiosk.order(&json!({}));
        let before = kiosk.kept();
        assert_refused(what, &kiosk.upload(&pin, &document, PDF), 413, &english, &russian);
        assert_kept(what, &kiosk, &before);
        assert_takes(what, &kiosk, &pin, &good);
    }

    let sheets = "Количество запрошенных страниц превышает допустимое число: 4";
    for (what, options) in [
        ("copies", json!({"copies": 3})),
        ("copies of both sides", json!({"copies": 5, "two_sided": true})),
        ("repeats", json!({"pages": "1,1,1,2,2"})),
    ] {
        let pin = kiosk.order(&options);
        let before = kiosk.kept();
        let answer = kiosk.upload(&pin, &good, PDF);
        assert_refused(what, &answer, 413, "Content too large, count of page: 4 is allowed", sheets);
        assert_kept(what, &kiosk, &before);
        let fewer = json!({"options": {"copies": 1, "pages": "1"}});
        assert_eq!(kiosk.json("PATCH", &format!("/file/{pin}"), &fewer).0, 200, "{what}");
        assert_takes(what, &kiosk, &pin, &good);
    }

    for options in [json!({"pages": "3"}), json!({"pages": "1-9999999", "copies": 40})] {
        let what = options.to_string();
        let pin = kiosk.order(&options);
        let before = kiosk.kept();
        let past = "Количество запрошенных страниц превышает их количество в файле";
        assert_refused(&what, &kiosk.upload(&pin, &good, PDF), 416, "Invalid format", past);
        assert_kept(&what, &kiosk, &before);
        let fewer = json!({"options": {"copies": 1, "pages": "2"}});
        assert_eq!(kiosk.json("PATCH", &format!("/file/{pin}"), &fewer).0, 200, "{what}");
        assert_takes(&what, &kiosk, &pin, &good);
    }
    assert_takes("all that", &kiosk, &kiosk.order(&json!({"copies": 4, "two_sided": true})), &good);
}

#[test]
fn body_far_over_the_limit_is_refused_before_it_is_sent() {
    let kiosk = Kiosk::start(&Start { environment: &[("MAX_SIZE", "1000")], ..Start::default() });
    let pin = kiosk.order(&json!({}));
    let before = kiosk.kept();
    let address = kiosk.url.strip_prefix("http://").expect("http");
    let mut stream = TcpStream::connect(address).expect("a connection");
    stream.set_read_timeout(Some(Duration::from_secs(10))).expect("a timeout");
    let head = format!(
        "POST /file/{pin} HTTP/1.1\r\nHost: {address}\r\nContent-Type: multipart/form-data; boundary=b\r\n\
         Content-Length: 1000000000\r\n\r\n--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"x.pdf\"\r\n\
         Content-Type: application/pdf\r\n\r\n%PDF-1.4"
    );
    stream.write_all(head.as_bytes()).expect("sent");
    let mut answer = [0; 12];
    stream.read_exact(&mut answer).expect("an answer");
    assert_eq!(String::from_utf8_lossy(&answer), "HTTP/1.1 413");
    assert_kept("a body of 1 GB", &kiosk, &before);
}

#[test]
fn sender_who_leaves_in_the_middle_leaves_nothing() {
    let kiosk = Kiosk::demo();
    let good = a4_pages(3);
    let pin = kiosk.order(&json!({}));
    let before = kiosk.kept();
    let address = kiosk.url.strip_prefix("http://").expect("http");
    let mut stream = TcpStream::connect(address).expect("a connection");
    let head = format!(
        "POST /file/{pin} HTTP/1.1\r\nHost: {address}\r\nContent-Type: multipart/form-data; boundary=b\r\n\
         Content-Length: {}\r\n\r\n--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"x.pdf\"\r\n\
         Content-Type: application/pdf\r\n\r\n",
        good.len() + 1_000
    );
    stream.write_all(head.as_bytes()).expect("sent");
    stream.write_all(&good).expect("sent");
    let soon = Duration::from_secs(10);
    until("it arrives", soon, || (kiosk.kept().len() == before.len() + 1).then_some(()));
    drop(stream);
    until("it is gone", soon, || (kiosk.kept() == before).then_some(()));
    assert_takes("an upload cut short", &kiosk, &pin, &good);
}

#[test]
fn wrong_type_second_document_and_unknown_code_are_refused() {
    let kiosk = Kiosk::demo();
    let good = a4_pages(2);
    let pin = kiosk.order(&json!({}));
    let before = kiosk.kept();
    for given in ["image/png", "application/octet-stream", "application/pdfx"] {
        let answer = kiosk.upload(&pin, &good, given);
        let english = format!("Only application/pdf files allowed, but {given} was recieved");
        let russian = "Неподдерживаемый формат файла. Допустимые: application/pdf";
        assert_refused(given, &answer, 415, &english, russian);
        assert_kept(given, &kiosk, &before);
    }
    assert_takes("another type", &kiosk, &pin, &good);

    let before = kiosk.kept();
    let answer = kiosk.upload(&pin, &a4_pages(1), PDF);
    assert_refused("a second document", &answer, 415, "File has been already uploaded", "Файл уже загружен");
    assert_kept("a second document", &kiosk, &before);

    let unknown = "NOSUCH9";
    let english = format!("Pin {unknown} not found");
    let path = format!("/file/{unknown}");
    let patch = json!({"options": {"copies": 2}});
    assert_refused("upload", &kiosk.upload(unknown, &good, PDF), 404, &english, "ПИН не найден");
    assert_refused("upload", &kiosk.upload(unknown, b"x", "image/png"), 404, &english, "ПИН не найден");
    assert_refused("PATCH", &kiosk.json("PATCH", &path, &patch), 404, &english, "ПИН не найден");
    for method in ["GET", "DELETE"] {
        let answer = kiosk.json(method, &path, &Value::Null);
        assert_refused(method, &answer, 404, "1 file(s) not found", "Файл не найден");
    }
    assert_kept("an unknown code", &kiosk, &before);
}

#[test]
fn one_of_many_uploads_at_once_is_kept() {
    let kiosk = Kiosk::demo();
    for _ in 0..3 {
        let pin = kiosk.order(&json!({}));
        let documents = kiosk.documents().len();
        let statuses: Vec<u16> = std::thread::scope(|scope| {
            let uploads: Vec<_> = (1..=6)
                .map(|pages| {
                    let (kiosk, pin) = (&kiosk, &pin);
                    scope.spawn(move || kiosk.upload(pin, &a4_pages(pages), PDF).0)
                })
                .collect();
            uploads.into_iter().map(|upload| upload.join().expect("an answer")).collect()
        });
        assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
        assert_eq!(statuses.iter().filter(|status| **status == 415).count(), 5, "{statuses:?}");
        let left = || (kiosk.documents().len() == documents + 1).then_some(());
        until("one document is kept", Duration::from_secs(5), left);
    }
}

#[test]
fn strangers_and_orders_without_sense_make_no_row() {
    let kiosk = Kiosk::demo();
    let before = kiosk.kept();
    let order = |surname: &str, number: &str, options: &Value| {
        let order = json!({"surname": surname, "number": number, "filename": "тест.pdf", "options": options});
        kiosk.json("POST", "/file", &order)
    };
    for (surname, number) in [("Иванов", "1015001"), ("Петров", "1015000"), ("%", "%")] {
        let answer = order(surname, number, &json!({}));
        let russian = "Отсутствует членство в профсоюзе";
        assert_refused(surname, &answer, 403, "User is not found in trade union list", russian);
    }
    let file = json!({"surname": "Иванов", "number": "1015000", "filename": "тест.", "options": {}});
    let answer = kiosk.json("POST", "/file", &file);
    assert_refused("a name", &answer, 422, "Unprocessable file instance", "Необрабатываемый экземпляр файла");

    let format = "Value error, Pages must be formated as 2-5,7";
    let zero = "Value error, Can not print negative and zero pages";
    let pages = [
        (json!(",1"), format),
        (json!("1-"), format),
        (json!("1,,2"), format),
        (json!("a"), format),
        (json!("1;2"), format),
        (json!("10-2"), format),
        (json!("1-3-5"), format),
        (json!("0"), zero),
        (json!("0-3"), zero),
        (json!("00"), zero),
        (json!(5), "Value error, Value must be str"),
        (json!(null), "Value error, Value must be str"),
    ];
    for (pages, message) in pages {
        let (status, answer) = order("Иванов", "1015000", &json!({"pages": pages}));
        let told = &answer["detail"][0];
        assert_eq!((status, &told["msg"]), (422, &json!(message)), "{pages}: {answer}");
        assert_eq!(told["loc"], json!(["body", "options", "pages"]), "{pages}");
    }
    for copies in [json!(0), json!(-5), json!("0"), json!(2_147_483_648_u64), json!(1.5), json!("a"), json!(null)] {
        let (status, answer) = order("Иванов", "1015000", &json!({"copies": copies}));
        assert_eq!(status, 422, "{copies}: {answer}");
        assert_eq!(answer["detail"][0]["loc"], json!(["body", "options", "copies"]), "{copies}");
    }
    assert_kept("orders without sense", &kiosk, &before);
}

#[test]
fn page_ranges_are_numbers_in_any_order() {
    let kiosk = Kiosk::demo();
    for (asked, told) in
        [("2-10", "2-10"), ("9,10", "9,10"), ("3,1", "1,3"), (" 1-3, 7 ", "1-3,7"), ("10,2-3", "2-3,10")]
    {
        let pin = kiosk.order(&json!({"pages": asked}));
        let (status, answer) = kiosk.upload(&pin, &a4_pages(10), PDF);
        assert_eq!((status, &answer["options"]["pages"]), (200, &json!(told)), "{asked}: {answer}");
        let answer = kiosk.json("GET", &format!("/file/{pin}"), &Value::Null).1;
        assert_eq!(answer["options"]["pages"], told, "{asked}: {answer}");
    }
}

#[test]
fn change_that_would_exceed_changes_nothing() {
    let kiosk = Kiosk::start(&Start { environment: &[("MAX_PAGE_COUNT", "4")], ..Start::default() });
    let pin = kiosk.order(&json!({"pages": "1", "copies": 2}));
    let path = format!("/file/{pin}");
    let incoming = kiosk.kept();
    let (status, _) = kiosk.json("PATCH", &path, &json!({"options": {"copies": 0}}));
    assert_eq!(status, 422);
    assert_kept("a change before the document", &kiosk, &incoming);
    assert_takes("a refused change", &kiosk, &pin, &a4_pages(3));
    let before = kiosk.kept();
    let sheets = "Количество запрошенных страниц превышает допустимое число: 4";
    let past = "Количество запрошенных страниц превышает их количество в файле";
    for (options, status, english, russian) in [
        (json!({"copies": 5}), 413, "Content too large, count of page: 4 is allowed", sheets),
        (json!({"pages": ""}), 413, "Content too large, count of page: 4 is allowed", sheets),
        (json!({"pages": "4"}), 416, "Invalid format", past),
        (json!({"pages": "1-4", "copies": 900}), 416, "Invalid format", past),
    ] {
        let answer = kiosk.json("PATCH", &path, &json!({"options": options}));
        assert_refused(&options.to_string(), &answer, status, english, russian);
        assert_kept(&options.to_string(), &kiosk, &before);
    }
    for body in
        [json!({}), json!({"options": null}), json!({"options": {"copies": -1}}), json!({"options": {"pages": "0"}})]
    {
        assert_eq!(kiosk.json("PATCH", &path, &body).0, 422, "{body}");
        assert_kept(&body.to_string(), &kiosk, &before);
    }
    let (status, answer) = kiosk.json("PATCH", &path, &json!({"options": {"pages": "", "copies": 1}}));
    assert_eq!(status, 200, "{answer}");
    assert_eq!(answer["options"], json!({"pages": "", "copies": 1, "two_sided": false}));
}

#[test]
fn phone_form_that_is_refused_leaves_nothing() {
    let kiosk = Kiosk::start(&Start { environment: &[("MAX_SIZE", "100000")], ..Start::default() });
    let before = kiosk.kept();
    let good = a4_pages(1);
    let who = [("surname", "Иванов"), ("number", "1015000")];
    let with = |name: &'static str, value: &'static str| [who[0], who[1], (name, value)];
    type Fields<'a> = Vec<(&'a str, &'a str)>;
    let cases: [(&str, Fields<'_>, &[u8], u16); 8] = [
        ("a stranger", vec![who[0], ("number", "7")], &good, 403),
        ("nobody", vec![], &good, 422),
        ("no document", who.to_vec(), b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0", 415),
        ("half a document", who.to_vec(), &good[..300], 415),
        ("nothing", who.to_vec(), b"", 422),
        ("too large", who.to_vec(), &[b'x'; 100_001], 413),
        ("past the end", with("pages", "2").to_vec(), &good, 416),
        ("too many sheets", with("copies", "51").to_vec(), &good, 413),
    ];
    for (what, fields, document, expected) in cases {
        let (status, location, page) = kiosk.form("/", &fields, ("x.pdf", document));
        assert_eq!((status, location), (expected, None), "{what}: {page}");
        let told = page.split_once("id=\"error\"").and_then(|(_, rest)| rest.split_once('>')).map(|(_, rest)| rest);
        assert!(told.is_some_and(|told| !told.starts_with("</p>")), "{what}: nothing is told: {page}");
        assert_kept(what, &kiosk, &before);
    }
    let (status, ..) = kiosk.form("/", &who, ("x.pdf", &good));
    assert_eq!(status, 303);
}
