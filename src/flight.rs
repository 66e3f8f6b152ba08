//! Flight records: what a kiosk that failed tells a technician, in a QR code that any phone reads as plain text, signed so
//! that nobody can make one up or trim it.
//!
//! Plain text and no packing: a technician reads it where they stand, without our program and without a network. There is
//! nothing in it that the screen would not tell: job numbers, states and keywords; no titles, PINs, names, addresses.

pub mod key;

use std::collections::VecDeque;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};

use key::{Key, PublicKey};

/// How every record begins.
const MARK: &str = "OTTISK1";

/// Bytes of a signed record. At error correction level L they make a QR code of version 11 at most: 61 modules a side, 3
/// pixels each beside a fault on the smallest screen.
pub const MOST_BYTES: usize = 300;

/// Bytes of the last line: the key's name, a space, the signature.
const SIGNATURE_BYTES: usize = key::ID_CHARS + 1 + 86;

/// Characters of the kiosk's name that are told.
const NAME_CHARS: usize = 24;

/// Something that happened to a job, to the printer or to the kiosk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Happened {
    /// Wall clock, milliseconds since 1970.
    pub at_ms: i64,
    /// Whose, when it is a job's.
    pub job: Option<i64>,
    /// Keywords, `held media-jam`.
    pub what: String,
}

/// The last events, oldest first.
#[derive(Clone, Debug)]
pub struct Events {
    most: usize,
    last: VecDeque<Happened>,
}

impl Events {
    /// At most so many.
    pub fn new(most: usize) -> Self {
        Self { most, last: VecDeque::new() }
    }

    /// One more, unless it is the last one again.
    pub fn note(&mut self, happened: Happened) {
        let again = self.last.back().is_some_and(|last| last.job == happened.job && last.what == happened.what);
        if self.most > 0 && !again {
            self.last.push_back(happened);
            let over = self.last.len().saturating_sub(self.most);
            self.last.drain(..over);
        }
    }
}

/// What is told.
#[derive(Clone, Debug)]
pub struct Record<'a> {
    /// The fault's keyword, `none` without one.
    pub fault: &'a str,
    /// The kiosk's name.
    pub kiosk: &'a str,
    /// Wall clock, milliseconds since 1970.
    pub at_ms: i64,
    /// `ottisk 0.1.0, …`
    pub versions: &'a str,
    /// What happened.
    pub events: &'a Events,
}

impl Record<'_> {
    /// The record's text with its signature as the last line: as many of the newest events as [`MOST_BYTES`] hold.
    pub fn signed(&self, key: &Key) -> String {
        let mut text = format!(
            "{MARK} {}\n{}\n{}\n{}\n",
            word(self.fault, 40),
            word(self.kiosk, NAME_CHARS),
            time(self.at_ms),
            word(self.versions, 80)
        );
        for happened in self.events.last.iter().rev() {
            let age = self.at_ms.saturating_sub(happened.at_ms) / 1_000;
            let job = happened.job.map(|job| format!(" {job}")).unwrap_or_default();
            let line = format!("{:+}s{job} {}\n", -age, word(&happened.what, 60));
            if text.len() + line.len() + SIGNATURE_BYTES > MOST_BYTES {
                break;
            }
            text.push_str(&line);
        }
        let signature = BASE64.encode(key.sign(text.trim_end().as_bytes()));
        text + &key.public().id() + " " + &signature
    }
}

/// One line of it, whatever is in a setting.
fn word(text: &str, most: usize) -> String {
    let text: String = text.chars().map(|symbol| if symbol.is_control() { ' ' } else { symbol }).take(most).collect();
    text.trim().to_owned()
}

fn time(at_ms: i64) -> String {
    let time = time::OffsetDateTime::from_unix_timestamp(at_ms.div_euclid(1_000));
    time.map_or_else(
        |_| "no time".into(),
        |time| format!("{} {:02}:{:02}:{:02}Z", time.date(), time.hour(), time.minute(), time.second()),
    )
}

/// Why a text is no record of the kiosk asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotSigned {
    /// It does not look like one.
    #[error("this is no flight record: it must begin with OTTISK1 and end with its signature")]
    NoRecord,
    /// Another kiosk's.
    #[error("this record is signed by another kiosk's key")]
    OtherKey,
    /// Changed on its way, or made up.
    #[error("the signature does not fit: this text is not what the kiosk wrote")]
    Changed,
}

/// The text that was signed, without its signature. What phones do to the ends of lines is forgiven.
pub fn verify(text: &str, key: &PublicKey) -> Result<String, NotSigned> {
    let text = text.trim().replace("\r\n", "\n");
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    let Some((last, told)) = lines.split_last().filter(|_| text.starts_with(MARK)) else {
        return Err(NotSigned::NoRecord);
    };
    let (id, signature) = last.split_once(' ').ok_or(NotSigned::NoRecord)?;
    let signature = BASE64.decode(signature.trim()).map_err(|_| NotSigned::NoRecord)?;
    if id != key.id() {
        return Err(NotSigned::OtherKey);
    }
    let told = told.join("\n");
    if key.has_signed(told.as_bytes(), &signature) { Ok(told) } else { Err(NotSigned::Changed) }
}

#[cfg(test)]
mod tests {
    use super::{Events, Happened, Key, MOST_BYTES, NotSigned, Record, verify};

    fn events(count: i64) -> Events {
        let mut events = Events::new(32);
        (0..count).for_each(|number| {
            events.note(Happened { at_ms: number * 60_000, job: Some(number), what: "held media-jam".into() });
        });
        events
    }

    fn signed(events: &Events, kiosk: &str) -> String {
        let versions = "ottisk 0.1.0, pdfium 5.15.2, sqlite 3.54.1";
        Record { fault: "media-jam", kiosk, at_ms: 6_000_000, versions, events }.signed(&Key::from_seed([7; 32]))
    }

    #[test]
    fn what_is_signed_is_believed_and_nothing_else() {
        let key = Key::from_seed([7; 32]);
        let text = signed(&events(3), "Печать у входа");
        let told = verify(&text, &key.public()).expect("as signed");
        assert!(told.starts_with("OTTISK1 media-jam\nПечать у входа\n1970-01-01 01:40:00Z\n"), "{told}");
        assert!(told.ends_with("-5880s 2 held media-jam\n-5940s 1 held media-jam\n-6000s 0 held media-jam"), "{told}");
        assert_eq!(verify(&format!(" {} \r\n", text.replace('\n', "\r\n")), &key.public()), Ok(told));
        for wrong in [text.replace("media-jam", "media-low"), text.replace("-5880s 2 held media-jam\n", "")] {
            assert_eq!(verify(&wrong, &key.public()), Err(NotSigned::Changed));
        }
        assert_eq!(verify(&text, &Key::from_seed([8; 32]).public()), Err(NotSigned::OtherKey));
        for none in ["", "OTTISK1", "OTTISK1 x\nwhat", "hello\nthere AAAA", "OTTISK1 a\nb !!!"] {
            assert_eq!(verify(none, &key.public()), Err(NotSigned::NoRecord), "{none:?}");
        }
    }

    #[test]
    fn it_stays_small_whatever_happened() {
        let name = "Очень длинное имя киоска\nна второй строке и ещё длиннее";
        let text = signed(&events(10_000), name);
        assert!(text.len() <= MOST_BYTES && text.len() > MOST_BYTES - 60, "{}", text.len());
        assert!(text.lines().nth(1).is_some_and(|line| line == "Очень длинное имя киоска"), "{text}");
        assert!(verify(&text, &Key::from_seed([7; 32]).public()).is_ok());
        let code = qrcode::QrCode::with_error_correction_level(&text, qrcode::EcLevel::L).expect("a code");
        assert!(code.width() <= 61, "{}", code.width());
    }

    #[test]
    fn what_is_said_again_and_again_is_told_once() {
        let mut events = Events::new(3);
        let fault = |at_ms| Happened { at_ms, job: None, what: "printer media-empty".into() };
        (0..100).for_each(|at_ms| events.note(fault(at_ms)));
        assert_eq!(events.last, [fault(0)]);
    }
}
