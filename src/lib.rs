//! Ottisk («оттиск», an imprint): one binary that turns a board with a touch display and a printer into a self-service
//! print terminal, and is the server its phones talk to. This page is the map; the compiler checks its links.
//!
//! # Floors
//!
//! Arrows point down: a room names only rooms below it, and rooms of one floor do not know each other but where the
//! table in `tests/tidy.rs` says so.
//!
//! | floor | rooms |
//! |---|---|
//! | command line | [`command`]: one file a command |
//! | drill | [`drill`]: whole kiosks against a printer that misbehaves |
//! | assembly | [`kiosk`]: opens the tools, hands them up, names the tasks; [`node`]: converts for other kiosks |
//! | doors | [`http`]: phones, bots, other servers; [`panel`]: the touch screen |
//! | journeys | [`queue`]: a job's life; [`preview`]: looks at documents; [`roster`]: members; [`gate`]: tokens; [`terminals`]: QR codes; [`guessing`]: wrong codes; [`desk`]: what a technician does |
//! | tools | [`store`]: SQLite and documents; [`printer`]: IPP, and a folder as a printer; [`worker`]: jailed children; [`auth`]: another server's tokens; [`broker`]: RabbitMQ; [`tls`]: servers that authorities vouch for; [`clock`]: lived time; [`bell`]: who waits for a change; [`board`]: the machine we run on; [`flight`]: signed flight records; [`logbook`]: the log's last lines |
//! | nouns | [`job`], [`document`], [`raster`], [`member`], [`access`], [`settings`], [`error`], [`text`] |
//!
//! # Journeys
//!
//! 1. *Upload → PIN.* A phone or a bot orders and uploads (`http/files`, `http/pages`); the bytes stream into
//!    [`store::documents`] (hashed, fsynced); a jailed child looks at them ([`worker::Workers::inspect`]); only then
//!    [`queue::Queue::submit`] keeps them, in one transaction. After that [`queue::preflight`] has another child look at
//!    what a person should know before they print ([`job::preflight`]).
//!    Phones upload in pieces that survive lost networks and restarts (`http/tus`, [`store::uploads`]); what is no PDF, or
//!    is made of several files, has its code first and its print form later ([`queue::ready`]).
//! 2. *Release → paper.* A finger or a scanner moves [`panel::scene`]; [`queue::Queue::release`] changes a row and rings;
//!    the print loop ([`queue::print`]) fits a [`job::plan::Plan`], writes down what it is about to do, asks the printer
//!    for a job, lets children draw bands in turns ([`worker::team`]), streams them ([`printer::Printer::send`]) until the
//!    printer tells the end: completed with a print fact, or held again with a [`job::fault::Fault`] and, where sheets are
//!    or may be out ([`queue::proof`]), a [`job::part::Rest`], with which [`queue::missing`] goes on.
//!    A phone sees the pages as they print ([`queue::picture`]) and hears what happens as it happens
//!    (`http/pages/events`, [`http::streams`]).
//! 3. *Members.* Other servers push the list ([`roster::Roster::upsert`]).
//! 4. *QR → paper.* A terminal, remote or our panel, shows a code ([`terminals::register`]); whoever scans it tells
//!    `POST /qr` which PINs (`http/qr`) or comes to the phone page, whose visit ([`terminals::visits`]) outlives the
//!    code; the terminal gets a message at once, our own printer a release.
//! 5. *Preview.* Whoever knows a code gets a token ([`preview::token`]) for one version of one document; what they ask is
//!    made once by a jailed child here ([`worker::convert`]) or at a [`node`], kept by content ([`store::previews`]), and
//!    read by `http/preview`.
//! 6. *Restart.* Every start is a recovery ([`queue::recover`]); `kill -9` is a supported way to stop.
//!
//! # Concurrency
//!
//! One executor thread runs doors, journeys and timers with `Rc` state. Two threads own SQLite ([`store::Store`]), blocking
//! file work is on smol's pool, pixels are in children. [`queue::Queue::changed`] is the bell: it carries nothing, whoever
//! hears it looks again.

pub mod access;
pub mod auth;
pub mod bell;
pub mod board;
pub mod broker;
pub mod clock;
pub mod command;
pub mod desk;
pub mod document;
pub mod drill;
pub mod error;
pub mod flight;
pub mod gate;
pub mod guessing;
pub mod http;
pub mod job;
pub mod kiosk;
pub mod logbook;
pub mod member;
pub mod node;
pub mod panel;
pub mod preview;
pub mod printer;
pub mod queue;
pub mod raster;
pub mod roster;
pub mod settings;
pub mod store;
pub mod terminals;
pub mod text;
pub mod tls;
pub mod worker;
