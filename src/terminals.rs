//! The journey by QR: somebody scans a terminal's code with a phone and the sheets come out there. Any number of
//! terminals, the kiosk's own panel being one of them; a remote one has an API token and a connection.
//!
//! What is told to a remote terminal is told only when it answered a ping the moment before, and counts as told when
//! its connection took all of it; otherwise whoever asked hears that there is no such terminal, and a code of one that
//! is only slow is still good. What is lost is a message to a terminal that dies in the milliseconds between.
//!
//! All of this is forgotten at a restart: terminals come again by themselves and show new codes.
//!
//! Who shows what is in [`register`], the words in [`news`], a connection's side in [`seated`], phones that come back after
//! an upload in [`visits`], what is counted in [`fetched`]. Not here: the websocket (`http/terminals`) and releasing at our
//! own printer (the queue's journey; the door knows both).

pub mod fetched;
pub mod news;
pub mod register;
pub mod seated;
pub mod visits;

use std::{
    cell::RefCell,
    io,
    pin::Pin,
    rc::Rc,
    sync::Arc,
    time::{Duration, Instant},
};

use event_listener::{Event, EventListener};
use smol::{LocalExecutor, Timer, channel, future::FutureExt as _, lock::Semaphore};

use self::{
    news::{File, News},
    register::{Register, Rules, Session, Terminal},
    visits::Visits,
};
use crate::{error::Error, settings::Settings, store::Store};

/// Connections that may begin in one moment; the next moment takes more.
const BEGINNING: usize = 64;

/// A connection's whole life.
pub type Connection = Pin<Box<dyn Future<Output = ()>>>;

/// The journey.
pub struct Terminals {
    store: Store,
    settings: Rc<Settings>,
    /// Milliseconds since 1970, for print facts; codes live by [`Terminals::now`], which never jumps.
    clock: fn() -> i64,
    started: Instant,
    register: RefCell<Register>,
    visits: RefCell<Visits>,
    bell: Event,
    connections: (channel::Sender<Connection>, channel::Receiver<Connection>),
    refusals: Arc<Semaphore>,
}

/// By what somebody may print at a terminal: a code that is good, or a visit.
#[derive(Clone)]
pub struct Claim {
    /// Where.
    pub terminal: Terminal,
    code: Option<String>,
}

impl Terminals {
    /// With the panel at its place.
    pub fn new(store: Store, settings: Rc<Settings>, clock: fn() -> i64) -> Result<Self, io::Error> {
        let (api, limits) = (&settings.print_api, &settings.terminals);
        let ms = |seconds: u64| seconds.saturating_mul(1_000);
        let mut register = Register::new(Rules {
            symbols: api.qr_token_symbols.chars().collect(),
            length: api.qr_token_length,
            ttl_ms: ms(api.qr_token_ttl_s),
            delay_ms: ms(api.qr_token_delay_s),
            living_codes: limits.living_codes,
            pending_messages: limits.pending_messages,
        });
        register.join(Terminal::Panel, 0, &mut random)?;
        Ok(Self {
            store,
            clock,
            started: Instant::now(),
            register: RefCell::new(register),
            visits: RefCell::new(Visits::new(ms(limits.visit_s), limits.visits)),
            bell: Event::new(),
            connections: channel::bounded(BEGINNING),
            refusals: Arc::new(Semaphore::new(limits.refusals)),
            settings,
        })
    }

    /// Rings when there is something to look at. Take it before looking.
    pub fn changed(&self) -> EventListener {
        self.bell.listen()
    }

    fn ring(&self) {
        self.bell.notify(usize::MAX);
    }

    fn now(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    /// Shows new codes when they are due and lets connections live, for ever.
    pub async fn run(&self, executor: Rc<LocalExecutor<'static>>) {
        let rotating = async {
            let mut due = None;
            loop {
                let changed = self.changed();
                let now = self.now();
                let next = self.register.borrow_mut().rotate(now, &mut random);
                let pause = match next {
                    Ok(next) => {
                        // Something turned, or somebody came or left.
                        if std::mem::replace(&mut due, next) != next {
                            self.ring();
                        }
                        next.unwrap_or(u64::MAX).saturating_sub(now)
                    }
                    Err(error) => {
                        tracing::error!(%error, "no randomness for a code");
                        1_000
                    }
                };
                let pause = async {
                    Timer::after(Duration::from_millis(pause)).await;
                };
                changed.or(pause).await;
            }
        };
        let beginning = async {
            while let Ok(connection) = self.connections.1.recv().await {
                executor.spawn(connection).detach();
            }
        };
        rotating.or(beginning).await;
    }

    /// The code on the panel, and milliseconds until the next one.
    pub fn on_panel(&self) -> Option<(String, u64)> {
        let register = self.register.borrow();
        let (code, until) = register.shown(Terminal::Panel)?;
        Some((code.to_owned(), until.saturating_sub(self.now())))
    }

    /// What stands in the panel's QR: a page for the phone, with the code.
    pub fn link(&self, code: &str) -> String {
        let query = form_urlencoded::Serializer::new(String::new()).append_pair("qr", code).finish();
        format!("{}/?{query}", self.settings.public_url())
    }

    /// By a code, as it was scanned: with or without its prefix, or the panel's whole link. Does not spend it.
    pub fn by_code(&self, scanned: &str) -> Option<Claim> {
        let page = format!("{}/?", self.settings.public_url());
        let in_link = scanned.strip_prefix(&page).and_then(|query| {
            form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "qr").map(|(_, code)| code.into_owned())
        });
        let text = in_link.as_deref().unwrap_or(scanned);
        let (register, now) = (self.register.borrow(), self.now());
        let bare = text.strip_prefix(&self.settings.print_api.qr_token_prefix);
        bare.into_iter().chain([text]).find_map(|code| {
            let terminal = register.holder(code, now)?;
            Some(Claim { terminal, code: Some(code.to_owned()) })
        })
    }

    /// Begins a visit where `scanned` is shown; its name, or `None` when the code is over.
    pub fn visit(&self, scanned: &str) -> Option<String> {
        let terminal = self.by_code(scanned)?.terminal;
        let begun = self.visits.borrow_mut().begin(terminal, self.now(), &mut random);
        begun.inspect_err(|error| tracing::error!(%error, "no randomness for a visit")).ok()
    }

    /// By a visit that is not over.
    pub fn by_visit(&self, visit: &str) -> Option<Claim> {
        let terminal = self.visits.borrow().terminal(visit, self.now())?;
        Some(Claim { terminal, code: None })
    }

    /// Hands documents over, and spends the code. For the panel that is all; printing is up to the caller.
    pub async fn hand(&self, claim: &Claim, files: Vec<File>) -> Result<(), Error> {
        let told = self.tell(claim.terminal, claim.code.as_deref(), News::Files(files)).await?;
        told.then_some(()).ok_or(Error::TerminalQrUnknown)
    }

    /// Takes it back that a claim's code was spent: nothing came of it.
    pub fn give_back(&self, claim: &Claim) {
        if let Some(code) = &claim.code {
            self.register.borrow_mut().give_back(claim.terminal, code);
        }
    }

    /// Has the terminal with this token do something.
    pub async fn command(&self, token: [u8; 32], news: News) -> Result<(), Error> {
        let told = self.tell(Terminal::Token(token), None, news).await?;
        told.then_some(()).ok_or(Error::TerminalTokenUnknown)
    }

    /// Whether the terminal got it.
    async fn tell(&self, terminal: Terminal, code: Option<&str>, news: News) -> Result<bool, Error> {
        let Some(session) = self.session(terminal) else { return Ok(false) };
        if terminal != Terminal::Panel && !self.is_there(session).await {
            return Ok(false);
        }
        // Nothing is awaited between the look at the code and its end: of several who hold it one gets in.
        let told = self.register.borrow_mut().tell(session, code, news, self.now(), &mut random)?;
        let Some(number) = told else { return Ok(false) };
        self.ring();
        Ok(self.until(|register| register.was_sent(session, number)).await)
    }

    /// Whether a terminal answers, now.
    async fn is_there(&self, session: Session) -> bool {
        let Some(number) = self.ask(session) else { return false };
        let silent = async {
            Timer::after(Duration::from_secs(self.settings.terminals.answer_timeout_s)).await;
            false
        };
        self.until(|register| register.was_answered(session, number)).or(silent).await
    }

    /// Waits until `look` is true; `false` when it is `None`, since the terminal has left.
    async fn until(&self, look: impl Fn(&Register) -> Option<bool>) -> bool {
        loop {
            let changed = self.changed();
            let seen = look(&self.register.borrow());
            match seen {
                None => return false,
                Some(true) => return true,
                Some(false) => changed.await,
            }
        }
    }

    fn session(&self, terminal: Terminal) -> Option<Session> {
        self.register.borrow().session(terminal)
    }
}

fn random(buffer: &mut [u8]) -> io::Result<()> {
    getrandom::fill(buffer).map_err(io::Error::other)
}
