//! The register alone: times and randomness are given.

use std::{collections::BTreeSet, io};

use super::{News, Register, Rules, Session, Task, Terminal};

const TOKEN: Terminal = Terminal::Token([1; 32]);
const OTHER: Terminal = Terminal::Token([2; 32]);

fn register() -> Register {
    Register::new(Rules {
        symbols: ('a'..='z').chain('A'..='Z').collect(),
        length: 6,
        ttl_ms: 30_000,
        delay_ms: 5_000,
        living_codes: 4,
        pending_messages: 3,
    })
}

/// Numbers that look drawn, the same every time.
fn random() -> impl FnMut(&mut [u8]) -> io::Result<()> {
    let mut state = 1_u32;
    move |buffer| {
        for byte in buffer {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            *byte = (state >> 24) as u8;
        }
        Ok(())
    }
}

/// All that waits, as sent: code and news.
fn sent(register: &mut Register, session: Session) -> Vec<(String, News)> {
    let mut all = Vec::new();
    while let Task::Send(number, frame) = register.next(session) {
        register.sent(session, number);
        all.push((frame.code, frame.news));
    }
    all
}

fn shown(register: &Register, terminal: Terminal) -> String {
    register.shown(terminal).expect("a code").0.to_owned()
}

#[test]
fn a_code_lives_its_time_and_works_once() {
    let (mut register, mut random) = (register(), random());
    let session = register.join(TOKEN, 0, &mut random).expect("random");
    let first = shown(&register, TOKEN);
    assert_eq!(register.rotate(29_999, &mut random).expect("random"), Some(30_000));
    assert_eq!(shown(&register, TOKEN), first);
    assert_eq!(register.rotate(30_000, &mut random).expect("random"), Some(60_000));
    let second = shown(&register, TOKEN);
    assert_ne!(first, second);
    assert_eq!((register.holder(&first, 34_999), register.holder(&first, 35_000)), (Some(TOKEN), None));
    assert_eq!(register.holder(&second.to_uppercase(), 40_000), None, "case counts");
    let told = register.tell(session, Some(&second), News::Files(Vec::new()), 40_000, &mut random);
    assert!(told.expect("random").is_some());
    assert_eq!(register.holder(&second, 40_000), None);
    let again = register.tell(session, Some(&second), News::Files(Vec::new()), 40_000, &mut random);
    assert_eq!(again.expect("random"), None);
    // At once another one, for a whole time.
    assert_eq!(register.shown(TOKEN).map(|(_, until)| until), Some(70_000));
}

#[test]
fn what_is_refused_spends_nothing() {
    let (mut register, mut random) = (register(), random());
    let session = register.join(TOKEN, 0, &mut random).expect("random");
    let other = register.join(OTHER, 0, &mut random).expect("random");
    let code = shown(&register, TOKEN);
    // Another terminal's code.
    assert_eq!(register.tell(other, Some(&code), News::Update, 1, &mut random).expect("random"), None);
    let mut broken = |_: &mut [u8]| Err(io::Error::other("no randomness"));
    assert!(register.tell(session, Some(&code), News::Update, 1, &mut broken).is_err());
    // Too much waits: a terminal that does not read.
    for _ in 0..2 {
        assert!(register.tell(session, None, News::Update, 1, &mut random).expect("random").is_some());
    }
    assert_eq!(register.tell(session, Some(&code), News::Update, 1, &mut random).expect("random"), None);
    assert_eq!(register.holder(&code, 1), Some(TOKEN));
}

#[test]
fn what_came_to_nothing_is_given_back_for_the_rest_of_its_time() {
    let (mut register, mut random) = (register(), random());
    let session = register.join(Terminal::Panel, 0, &mut random).expect("random");
    let code = shown(&register, Terminal::Panel);
    assert!(register.tell(session, Some(&code), News::Files(Vec::new()), 1, &mut random).expect("random").is_some());
    assert_eq!(register.holder(&code, 1), None);
    register.give_back(Terminal::Panel, &code);
    assert_eq!((register.holder(&code, 34_999), register.holder(&code, 35_000)), (Some(Terminal::Panel), None));
    register.give_back(TOKEN, "nobodys");
}

#[test]
fn news_arrive_in_order_and_codes_nobody_got_are_not_sent() {
    let (mut register, mut random) = (register(), random());
    let session = register.join(TOKEN, 0, &mut random).expect("random");
    for now in [30_000, 60_000] {
        register.rotate(now, &mut random).expect("random");
    }
    let current = shown(&register, TOKEN);
    let numbers: Vec<u64> = [News::Update, News::Reboot]
        .into_iter()
        .filter_map(|news| register.tell(session, None, news, 60_001, &mut random).expect("random"))
        .collect();
    assert_eq!(register.was_sent(session, numbers[0]), Some(false));
    let told = sent(&mut register, session);
    assert_eq!(told.iter().map(|(_, news)| news).collect::<Vec<_>>(), [&News::Code, &News::Update, &News::Reboot]);
    assert_eq!((told[0].0.as_str(), told[2].0.as_str()), (current.as_str(), shown(&register, TOKEN).as_str()));
    assert_eq!(numbers.iter().map(|n| register.was_sent(session, *n)).collect::<Vec<_>>(), [Some(true); 2]);
}

#[test]
fn who_lost_the_seat_gets_nothing_and_takes_nothing() {
    let (mut register, mut random) = (register(), random());
    let old = register.join(TOKEN, 0, &mut random).expect("random");
    let code = shown(&register, TOKEN);
    let new = register.join(TOKEN, 1, &mut random).expect("random");
    assert!(register.next(old) == Task::Leave);
    register.leave(old);
    assert_eq!(register.session(TOKEN), Some(new));
    assert_eq!(register.holder(&code, 1), None, "its screen is gone");
    assert_eq!(register.tell(old, None, News::Update, 1, &mut random).expect("random"), None);
    assert_eq!((register.was_sent(old, 1), register.was_answered(old, 1)), (None, None));
    register.leave(new);
    assert_eq!((register.session(TOKEN), register.shown(TOKEN)), (None, None));
}

#[test]
fn only_a_pong_that_was_asked_for_proves_life() {
    let (mut register, mut random) = (register(), random());
    let session = register.join(TOKEN, 0, &mut random).expect("random");
    register.answer(session, 1);
    let asked = register.ask(session).expect("there");
    assert_eq!(register.was_answered(session, asked), Some(false));
    register.answer(session, asked);
    assert_eq!(register.was_answered(session, asked), Some(false), "not even sent yet");
    assert!(register.next(session) == Task::Ping(asked));
    assert!(register.next(session) != Task::Ping(asked), "once");
    register.answer(session, asked);
    assert_eq!(register.was_answered(session, asked), Some(true));
    assert_eq!(register.was_answered(session, asked + 1), Some(false));
}

#[test]
fn an_alphabet_that_is_used_up_makes_longer_codes() {
    let mut random = random();
    let rules = Rules { symbols: vec!['A', 'B'], length: 1, living_codes: 64, ..register().rules };
    let mut register = Register::new(rules);
    let session = register.join(Terminal::Panel, 0, &mut random).expect("random");
    for _ in 0..20 {
        register.tell(session, None, News::Code, 0, &mut random).expect("random");
    }
    let codes = &register.seats[&Terminal::Panel].codes;
    let texts: BTreeSet<&str> = codes.iter().map(|code| code.text.as_str()).collect();
    assert_eq!((codes.len(), texts.len()), (21, 21));
}

#[test]
fn the_panel_is_a_terminal_without_messages() {
    let (mut register, mut random) = (register(), random());
    let session = register.join(Terminal::Panel, 0, &mut random).expect("random");
    let code = shown(&register, Terminal::Panel);
    assert_eq!(register.holder(&code, 0), Some(Terminal::Panel));
    let told = register.tell(session, Some(&code), News::Files(Vec::new()), 0, &mut random).expect("random");
    assert_eq!(told.and_then(|number| register.was_sent(session, number)), Some(true));
    assert!(register.next(session) == Task::Nothing);
    assert_ne!(shown(&register, Terminal::Panel), code);
}

#[test]
fn a_thousand_commands_keep_as_much_as_four() {
    let (mut register, mut random) = (register(), random());
    let session = register.join(TOKEN, 0, &mut random).expect("random");
    for _ in 0..1_000 {
        assert!(register.tell(session, None, News::Update, 0, &mut random).expect("random").is_some());
        sent(&mut register, session);
    }
    let seat = &register.seats[&TOKEN];
    assert_eq!((seat.codes.len(), seat.waiting.len()), (4, 0));
}
