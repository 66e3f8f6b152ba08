//! Guessing at codes: on every route, over a restart, behind a proxy, at the panel; and what a guesser cannot learn.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::{Kiosk, Start, a4_pages, element, sample, until};

const SOON: Duration = Duration::from_secs(10);

/// Status, `Retry-After` and body.
fn ask(kiosk: &Kiosk, method: &str, path: &str, headers: &[(&str, &str)]) -> (u16, Option<u64>, Vec<u8>) {
    let config = ureq::Agent::config_builder().http_status_as_error(false).max_redirects(0);
    let agent: ureq::Agent = config.allow_non_standard_methods(true).build().into();
    let mut request = ureq::http::Request::builder().method(method).uri(format!("{}{path}", kiosk.url));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let body = match method {
        "PATCH" => b"{\"options\":{\"copies\":2}}".as_slice(),
        _ => b"",
    };
    let mut answer = agent.run(request.body(body.to_vec()).expect("a request")).expect("an answer");
    let retry =
        answer.headers().get("retry-after").map(|after| after.to_str().expect("text").parse().expect("seconds"));
    let body = answer.body_mut().read_to_vec().expect("a body");
    (answer.status().as_u16(), retry, body)
}

fn get(kiosk: &Kiosk, pin: &str) -> u16 {
    ask(kiosk, "GET", &format!("/file/{pin}"), &[]).0
}

#[test]
fn two_hundred_wrong_codes_pass_and_the_next_is_told_to_wait() {
    let kiosk = Kiosk::demo();
    for number in 0..200 {
        assert_eq!(get(&kiosk, &format!("WRONG{number}")), 404, "{number}");
    }
    let (status, retry, body) = ask(&kiosk, "GET", "/file/WRONG", &[]);
    assert_eq!(status, 429);
    assert!(retry.is_some_and(|seconds| (1..=30).contains(&seconds)), "{retry:?}");
    let body: Value = serde_json::from_slice(&body).expect("JSON");
    assert_eq!(body["status"], "Error");
    assert!(body["message"].as_str().is_some_and(|text| text.starts_with("Too many wrong codes")), "{body}");
    assert!(body["ru"].as_str().is_some_and(|text| text.starts_with("Слишком много неверных кодов")), "{body}");
}

#[test]
fn wrong_codes_are_counted_on_every_route_and_a_right_guess_does_not_pass_either() {
    let config = "[guessing]\naddress_burst = 12\noverall_burst = 50\n";
    let mut kiosk = Kiosk::start(&Start { config: Some(config), ..Start::default() });
    let own = kiosk.submit(&sample(), &json!({}));
    let document = a4_pages(1);
    for _ in 0..2 {
        for (method, path) in [("GET", "file"), ("PATCH", "file"), ("DELETE", "file"), ("GET", "j"), ("POST", "j")] {
            assert_eq!(ask(&kiosk, method, &format!("/{path}/NOBODY"), &[]).0, 404, "{method} /{path}");
        }
        assert_eq!(kiosk.upload("NOBODY", &document, "application/pdf").0, 404);
    }
    let refused = |kiosk: &Kiosk| {
        // The sample's code is right, but this address did not know it.
        for pin in ["NOBODY", kiosk.pin.as_str()] {
            for (method, path) in [("GET", "file"), ("PATCH", "file"), ("DELETE", "file"), ("GET", "j"), ("POST", "j")]
            {
                let (status, retry, _) = ask(kiosk, method, &format!("/{path}/{pin}"), &[]);
                assert!(status == 429 && retry.is_some_and(|after| after > 0), "{method} /{path}: {status} {retry:?}");
            }
            assert_eq!(kiosk.upload(pin, &document, "application/pdf").0, 429);
        }
    };
    refused(&kiosk);
    let page = String::from_utf8(ask(&kiosk, "GET", "/j/NOBODY", &[]).2).expect("a page");
    assert!(page.contains("Слишком много неверных кодов"), "{page}");

    // Who ordered, who has a token, and who stands at the panel go on.
    assert_eq!(get(&kiosk, &own), 200);
    assert_eq!(get(&kiosk, &own.to_lowercase()), 200);
    assert_eq!(ask(&kiosk, "GET", &format!("/j/{own}"), &[]).0, 200);
    let token = kiosk.token.clone();
    let sample_path = format!("/file/{}", kiosk.pin);
    assert_eq!(ask(&kiosk, "GET", &sample_path, &[("authorization", &token)]).0, 200);
    assert_eq!(ask(&kiosk, "GET", "/file/NOBODY", &[("authorization", &format!("Bearer {token}"))]).0, 404);
    assert_eq!(ask(&kiosk, "GET", &sample_path, &[("authorization", "nobodys")]).0, 429);
    let pin = kiosk.pin.clone();
    kiosk.review(&pin);
    // A new order is known at once, and its code is gone with it.
    let new = kiosk.order(&json!({}));
    assert_eq!(kiosk.upload(&new, &document, "application/pdf").0, 200);
    assert_eq!(ask(&kiosk, "DELETE", &format!("/file/{new}"), &[]).0, 204);
    assert_eq!([get(&kiosk, &new), get(&kiosk, &new)], [404, 429]);

    let folder = kiosk.folder.clone();
    kiosk.kill();
    let kiosk = Kiosk::start(&Start { folder: Some(folder), config: Some(config), ..Start::default() });
    refused(&kiosk);
}

#[test]
fn all_addresses_together_run_dry_and_only_a_trusted_proxy_names_them() {
    let config = "[http]\ntrusted_proxies = [\"127.0.0.1\"]\n[guessing]\naddress_burst = 3\noverall_burst = 8\n";
    let kiosk = Kiosk::start(&Start { config: Some(config), ..Start::default() });
    let tries = |address: &str| {
        let asked = (0..5).map(|_| ask(&kiosk, "GET", "/file/NOBODY", &[("x-forwarded-for", address)]).0);
        asked.filter(|status| *status == 404).count()
    };
    assert_eq!(tries("203.0.113.1"), 3);
    assert_eq!(tries("8.8.8.8, 203.0.113.1"), 0, "what stands before the proxy's word is anybody's");
    assert_eq!(tries("2001:db8::1"), 3);
    assert_eq!(tries("2001:db8::ffff:1"), 0, "the same subscriber");
    assert_eq!(tries("203.0.113.2"), 2, "all together");
    assert_eq!(tries("203.0.113.3"), 0);

    let kiosk = Kiosk::start(&Start { config: Some("[guessing]\naddress_burst = 3\n"), ..Start::default() });
    let asked =
        (1..=9).map(|host| ask(&kiosk, "GET", "/file/NOBODY", &[("x-forwarded-for", &format!("203.0.113.{host}"))]).0);
    assert_eq!(asked.filter(|status| *status == 404).count(), 3, "nobody is trusted by default");
}

#[test]
fn guesses_that_come_at_once_are_all_counted() {
    let kiosk = Kiosk::start(&Start { config: Some("[guessing]\naddress_burst = 10\n"), ..Start::default() });
    let passed: usize = std::thread::scope(|scope| {
        let guesses: Vec<_> = (0..60).map(|_| scope.spawn(|| usize::from(get(&kiosk, "NOBODY") == 404))).collect();
        guesses.into_iter().map(|guess| guess.join().expect("an answer")).sum()
    });
    assert_eq!(passed, 10);
}

fn database(kiosk: &Kiosk) -> rusqlite::Connection {
    let database = rusqlite::Connection::open(kiosk.folder.join("ottisk.db")).expect("a database");
    database.busy_timeout(SOON).expect("set");
    database
}

#[test]
fn a_code_whose_time_is_over_is_answered_as_one_that_never_was() {
    let rich = "[guessing]\naddress_burst = 1000000\noverall_burst = 1000000\n";
    let kiosk = Kiosk::start(&Start { config: Some(rich), ..Start::default() });
    let live = kiosk.submit(&sample(), &json!({}));
    let over = kiosk.submit(&sample(), &json!({}));
    assert_eq!(get(&kiosk, &over), 200);
    let aged = database(&kiosk).execute("UPDATE jobs SET lived_at = lived_at - 169 * 3600000 WHERE pin = ?1", [&over]);
    assert_eq!(aged.expect("aged"), 1);
    for (method, path) in [("GET", "file"), ("PATCH", "file"), ("DELETE", "file"), ("GET", "j"), ("POST", "j")] {
        let answers = [over.as_str(), "NOBODY"].map(|pin| {
            let (status, retry, body) = ask(&kiosk, method, &format!("/{path}/{pin}"), &[]);
            (status, retry, String::from_utf8(body).expect("text").replace(pin, "PIN"))
        });
        assert_eq!(answers[0].0, 404, "{method} /{path}");
        assert_eq!(answers[0], answers[1], "{method} /{path}");
    }
    // On one connection, in turns, so that what else the machine does meets both alike.
    let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
    let mut times = [Vec::new(), Vec::new()];
    for _ in 0..300 {
        for (pin, times) in [over.as_str(), "NOBODY"].into_iter().zip(&mut times) {
            let asked = Instant::now();
            let mut answer = agent.get(format!("{}/file/{pin}", kiosk.url)).call().expect("an answer");
            let _ = answer.body_mut().read_to_vec();
            times.push(asked.elapsed());
        }
    }
    let [over, unknown] = times.map(|mut times| {
        times.sort();
        times[times.len() / 2]
    });
    let ratio = over.as_secs_f64() / unknown.as_secs_f64();
    println!("over {over:?}, unknown {unknown:?}: {ratio:.3}");
    assert!((0.5..2.0).contains(&ratio), "{over:?} and {unknown:?}");
    assert_eq!(get(&kiosk, &live), 200);
}

#[test]
fn five_wrong_codes_pause_the_panel_and_it_says_for_how_long() {
    let config = "[panel]\npause_s = 3\n";
    let kiosk = Kiosk::start(&Start { config: Some(config), ..Start::default() });
    let scan = |text: &str| assert_eq!(kiosk.json("POST", "/panel/scan", &json!({"text": text})).0, 200);
    let told = || element(&kiosk.scene(), "code-status")["label"].as_str().expect("words").to_owned();
    for number in 1..=5 {
        scan(&format!("WRONG{number}"));
        until("an answer", SOON, || (!told().starts_with("Ищем")).then_some(()));
        let paused = told().contains("Подождите");
        assert_eq!(paused, number == 5, "{number}: {}", told());
    }
    let words = told();
    assert!(words.contains("секунд"), "{words}");
    let scene = kiosk.scene();
    for id in ["key-A", "key-9", "key-backspace", "code-submit"] {
        assert_eq!(element(&scene, id)["enabled"], false, "{id}");
    }
    // Not even a right code passes now, whichever way it comes.
    scan(&kiosk.pin);
    kiosk.tap("back");
    kiosk.tap("enter-code");
    kiosk.tap("key-A");
    assert_eq!(
        (element(&kiosk.scene(), "code")["value"].as_str(), kiosk.scene()["scene"].as_str()),
        (Some(""), Some("code"))
    );
    until("the pause is over", SOON, || (!told().contains("Подождите")).then_some(()));
    assert_eq!(element(&kiosk.scene(), "key-A")["enabled"], true);
    // Phones have a count of their own.
    assert_eq!(get(&kiosk, &kiosk.pin), 200);
    kiosk.tap("back");
    kiosk.review(&kiosk.pin);
}
