//! Who is connected, which codes they show, and what waits to be told to them. Pure: the time is an argument, in
//! milliseconds of a clock that never jumps, and so is randomness.
//!
//! A code lives `ttl + delay` from its showing and works once. A terminal and a code are different types, so that a
//! token can never be taken for a code. Not here: connections, waiting, what a released job is.

use std::{
    collections::{BTreeMap, VecDeque},
    io,
};

use super::news::{Frame, News};
use crate::job::code::draw;

/// Draws of a code before the next one is a symbol longer: an alphabet that is used up must not stop a terminal.
const TRIES: usize = 32;

/// What a person stands in front of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Terminal {
    /// The kiosk's own.
    Panel,
    /// A remote one, by the hash of its token.
    Token([u8; 32]),
}

/// One stay of a terminal, from its coming to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Session {
    terminal: Terminal,
    number: u64,
}

/// How codes are made and how much is kept.
#[derive(Clone, Debug)]
pub struct Rules {
    /// The alphabet.
    pub symbols: Vec<char>,
    /// Characters of a code.
    pub length: usize,
    /// Milliseconds a code is shown.
    pub ttl_ms: u64,
    /// Milliseconds it stays good after that.
    pub delay_ms: u64,
    /// Codes of one terminal that are good at one time; more forget the oldest.
    pub living_codes: usize,
    /// Messages that wait for one terminal.
    pub pending_messages: usize,
}

/// Fills a buffer.
pub type Random<'a> = &'a mut dyn FnMut(&mut [u8]) -> io::Result<()>;

/// What the connection of a terminal has to do next.
#[derive(PartialEq, Eq)]
pub enum Task {
    /// End: the stay is over.
    Leave,
    /// Ask whether the terminal is still there, by a ping with this number.
    Ping(u64),
    /// Send this, and say so by its number.
    Send(u64, Frame),
    /// Wait.
    Nothing,
}

struct Code {
    text: String,
    /// When it was shown first.
    from_ms: u64,
    /// Somebody used it. It is kept to its end, so that nobody else gets the same.
    spent: bool,
}

struct Seat {
    number: u64,
    /// In the order shown; the last one is on the screen.
    codes: VecDeque<Code>,
    /// When the next one is due.
    rotate_ms: u64,
    waiting: VecDeque<(u64, Frame)>,
    /// Messages so far, and how many of them were sent.
    told: u64,
    sent: u64,
    /// Questions whether the terminal is there: asked for, sent, answered.
    asked: u64,
    pinged: u64,
    answered: u64,
}

/// All terminals.
pub struct Register {
    rules: Rules,
    seats: BTreeMap<Terminal, Seat>,
    sessions: u64,
}

impl Register {
    /// Nobody is there.
    pub fn new(rules: Rules) -> Self {
        Self { rules, seats: BTreeMap::new(), sessions: 0 }
    }

    /// A terminal comes and gets its first code. Whoever had its seat has lost it, with all codes.
    pub fn join(&mut self, terminal: Terminal, now_ms: u64, random: Random<'_>) -> io::Result<Session> {
        let text = self.fresh(now_ms, random)?;
        self.sessions += 1;
        let number = self.sessions;
        let seat = Seat {
            number,
            codes: VecDeque::new(),
            rotate_ms: 0,
            waiting: VecDeque::new(),
            told: 0,
            sent: 0,
            asked: 0,
            pinged: 0,
            answered: 0,
        };
        self.seats.insert(terminal, seat);
        self.show(terminal, text, News::Code, now_ms);
        Ok(Session { terminal, number })
    }

    /// The stay of a terminal that is there.
    pub fn session(&self, terminal: Terminal) -> Option<Session> {
        self.seats.get(&terminal).map(|seat| Session { terminal, number: seat.number })
    }

    /// Ends a stay, if it has not ended yet; its codes go with it.
    pub fn leave(&mut self, session: Session) {
        if self.seat(session).is_some() {
            self.seats.remove(&session.terminal);
        }
    }

    /// Whose code this is, while it is good. Looking does not spend it.
    pub fn holder(&self, code: &str, now_ms: u64) -> Option<Terminal> {
        let good = |known: &Code| known.text == code && !known.spent && self.lives(known, now_ms);
        self.seats.iter().find(|(_, seat)| seat.codes.iter().any(good)).map(|(terminal, _)| *terminal)
    }

    /// Has a terminal told something, with a new code, and spends `code`: all of it or nothing. The message's number;
    /// `None` when the stay is over, the code is not good any more or too much waits already.
    pub fn tell(
        &mut self,
        session: Session,
        code: Option<&str>,
        news: News,
        now_ms: u64,
        random: Random<'_>,
    ) -> io::Result<Option<u64>> {
        if code.is_some_and(|code| self.holder(code, now_ms) != Some(session.terminal)) {
            return Ok(None);
        }
        if self.seat(session).is_none_or(|seat| seat.waiting.len() >= self.rules.pending_messages) {
            return Ok(None);
        }
        let text = self.fresh(now_ms, random)?;
        self.mark(session.terminal, code, true);
        self.show(session.terminal, text, news, now_ms);
        Ok(self.seat(session).map(|seat| seat.told))
    }

    /// Takes it back that a code was spent: nothing came of it. It lives no longer for that.
    pub fn give_back(&mut self, terminal: Terminal, code: &str) {
        self.mark(terminal, Some(code), false);
    }

    fn mark(&mut self, terminal: Terminal, code: Option<&str>, spent: bool) {
        let seat = self.seats.get_mut(&terminal);
        let known = seat.and_then(|seat| seat.codes.iter_mut().find(|known| Some(known.text.as_str()) == code));
        if let Some(known) = known {
            known.spent = spent;
        }
    }

    /// Shows a new code where it is due. When the next one is.
    pub fn rotate(&mut self, now_ms: u64, random: Random<'_>) -> io::Result<Option<u64>> {
        let due: Vec<Terminal> =
            self.seats.iter().filter(|(_, seat)| seat.rotate_ms <= now_ms).map(|(terminal, _)| *terminal).collect();
        for terminal in due {
            let text = self.fresh(now_ms, random)?;
            self.show(terminal, text, News::Code, now_ms);
        }
        Ok(self.seats.values().map(|seat| seat.rotate_ms).min())
    }

    /// The code on a terminal's screen, and when the next one is due.
    pub fn shown(&self, terminal: Terminal) -> Option<(&str, u64)> {
        let seat = self.seats.get(&terminal)?;
        seat.codes.back().map(|code| (code.text.as_str(), seat.rotate_ms))
    }

    /// What a connection has to do next. A ping is told once, a message until it is [`Register::sent`].
    pub fn next(&mut self, session: Session) -> Task {
        let Some(seat) = self.seat_mut(session) else { return Task::Leave };
        if seat.asked > seat.pinged {
            seat.pinged = seat.asked;
            return Task::Ping(seat.pinged);
        }
        seat.waiting.front().map_or(Task::Nothing, |(number, frame)| Task::Send(*number, frame.clone()))
    }

    /// A message went out.
    pub fn sent(&mut self, session: Session, number: u64) {
        let Some(seat) = self.seat_mut(session) else { return };
        seat.sent = seat.sent.max(number);
        while seat.waiting.front().is_some_and(|(waiting, _)| *waiting <= number) {
            seat.waiting.pop_front();
        }
    }

    /// Whether a message went out; `None` when the stay is over.
    pub fn was_sent(&self, session: Session, number: u64) -> Option<bool> {
        self.seat(session).map(|seat| seat.sent >= number)
    }

    /// Asks whether the terminal is there; the question's number. `None` when the stay is over.
    pub fn ask(&mut self, session: Session) -> Option<u64> {
        let seat = self.seat_mut(session)?;
        seat.asked += 1;
        Some(seat.asked)
    }

    /// A pong with this number came. One that was not asked for says nothing.
    pub fn answer(&mut self, session: Session, number: u64) {
        if let Some(seat) = self.seat_mut(session).filter(|seat| number <= seat.pinged) {
            seat.answered = seat.answered.max(number);
        }
    }

    /// Whether this or a later question was answered; `None` when the stay is over.
    pub fn was_answered(&self, session: Session, number: u64) -> Option<bool> {
        self.seat(session).map(|seat| seat.answered >= number)
    }

    fn seat(&self, session: Session) -> Option<&Seat> {
        self.seats.get(&session.terminal).filter(|seat| seat.number == session.number)
    }

    fn seat_mut(&mut self, session: Session) -> Option<&mut Seat> {
        self.seats.get_mut(&session.terminal).filter(|seat| seat.number == session.number)
    }

    fn lives(&self, code: &Code, now_ms: u64) -> bool {
        now_ms < code.from_ms.saturating_add(self.rules.ttl_ms).saturating_add(self.rules.delay_ms)
    }

    /// A code that nobody has or had a moment ago.
    fn fresh(&self, now_ms: u64, random: Random<'_>) -> io::Result<String> {
        let mut length = self.rules.length;
        loop {
            for _ in 0..TRIES {
                let text = draw(&self.rules.symbols, length, &mut *random)?;
                let same = |known: &Code| known.text == text && self.lives(known, now_ms);
                if !self.seats.values().any(|seat| seat.codes.iter().any(same)) {
                    return Ok(text);
                }
            }
            length += 1;
        }
    }

    fn show(&mut self, terminal: Terminal, text: String, news: News, now_ms: u64) {
        let rules = &self.rules;
        let life = rules.ttl_ms.saturating_add(rules.delay_ms);
        let Some(seat) = self.seats.get_mut(&terminal) else { return };
        seat.codes.retain(|code| now_ms < code.from_ms.saturating_add(life));
        while seat.codes.len() >= rules.living_codes.max(1) {
            seat.codes.pop_front();
        }
        seat.codes.push_back(Code { text: text.clone(), from_ms: now_ms, spent: false });
        seat.rotate_ms = now_ms.saturating_add(rules.ttl_ms);
        // The panel looks at its code itself.
        if terminal == Terminal::Panel {
            return;
        }
        // Of codes that a slow terminal has not even got yet only the newest matters.
        if news == News::Code && seat.waiting.back().is_some_and(|(_, frame)| frame.news == News::Code) {
            seat.waiting.pop_back();
        }
        seat.told += 1;
        seat.waiting.push_back((seat.told, Frame { code: text, news }));
    }
}

#[cfg(test)]
#[path = "register/tests.rs"]
mod tests;
