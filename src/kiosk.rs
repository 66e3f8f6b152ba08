//! Assembly, a bill of materials: open the tools, hand them up, name the tasks. The first task to end ends all.

use std::{
    fs::File,
    future::Future,
    pin::Pin,
    rc::Rc,
    time::{Duration, SystemTime},
};

use anyhow::Context as _;
use smol::{LocalExecutor, future::FutureExt as _};

use crate::{
    auth::{self, AuthServer},
    clock::{Lived, LivedClock, Reading},
    desk::Desk,
    document::{kind::Kind, refusal::Refusal},
    error::Error,
    gate::Gate,
    guessing::Guessing,
    http::{self, Doors, counters::Counters, streams::Streams},
    job::state::JobId,
    panel::{live::LivePanel, scanner},
    preview::{Preview, edition::Edition},
    printer::{self, Printer, find::Finding, known::Known},
    queue::{Queue, ready::Elsewhere},
    roster::Roster,
    settings::Settings,
    store::{
        Store,
        documents::{Documents, Room},
        jobs, lived,
    },
    terminals::Terminals,
    worker::Workers,
};

/// How long streams may take to end when the kiosk does.
const DRAIN: Duration = Duration::from_millis(200);

/// Everything, ready to live.
pub struct Kiosk {
    /// What the doors open to.
    pub doors: Rc<Doors>,
    desk: Rc<Desk>,
    workers: Rc<Workers>,
    settings: Rc<Settings>,
    listener: smol::Async<std::net::TcpListener>,
    /// Nobody else works on this data folder while we do.
    _lock: File,
}

/// The time, for those who may read it.
pub fn now() -> i64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or(Duration::ZERO);
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

/// The printer's limits, from the settings.
pub fn printer_limits(settings: &Settings) -> printer::Limits {
    let limits = &settings.printer;
    printer::Limits {
        connect_timeout: Duration::from_secs(limits.connect_timeout_s),
        answer_timeout: Duration::from_secs(limits.answer_timeout_s),
        send_stall_timeout: Duration::from_secs(limits.send_stall_timeout_s),
        answer_bytes: limits.answer_bytes,
    }
}

/// How printers are found, from the settings; what is known of them lies in the data folder.
pub fn finding(settings: &Settings) -> Finding {
    let limits = &settings.finding;
    Finding {
        known: Known::in_folder(&settings.store.folder),
        only: limits.only.trim().to_owned(),
        timeout: Duration::from_millis(limits.timeout_ms),
        usb_first_port: limits.usb_first_port,
        usb_ports: limits.usb_ports,
        printers: limits.printers,
    }
}

/// The auth server, if there is one.
fn auth_server(settings: &Settings) -> Result<Option<AuthServer>, anyhow::Error> {
    let api = &settings.print_api;
    if api.auth_url.is_empty() {
        return Ok(None);
    }
    let limits = auth::Limits {
        timeout: Duration::from_secs(api.auth_timeout_s),
        cache: Duration::from_secs(api.auth_cache_s),
        refused_cache: Duration::from_secs(api.auth_refused_cache_s),
        answer_bytes: api.auth_answer_bytes,
        tokens: api.auth_tokens,
        questions: api.auth_questions,
        ca_file: api.auth_ca_file.clone(),
    };
    Ok(Some(AuthServer::open(&api.auth_url, limits).context("print_api.auth_url")?))
}

impl Kiosk {
    /// Opens everything; says what cannot be opened. `demo` lets the loopback interface touch the panel.
    pub fn open(mut settings: Settings, demo: bool) -> Result<Self, anyhow::Error> {
        settings.check()?;
        raise_descriptors();
        // What people bring is for our own eyes.
        // SAFETY: plain integer.
        unsafe { libc::umask(0o077) };
        let folder = settings.store.folder.clone();
        std::fs::create_dir_all(&folder).with_context(|| format!("data folder {}", folder.display()))?;
        let lock = lock(&folder)?;
        let listener =
            http::listen(settings.http.listen).with_context(|| format!("listen on {}", settings.http.listen))?;
        // Port 0 is one that the system chose.
        settings.http.listen = listener.get_ref().local_addr().context("the address we listen on")?;
        let settings = Rc::new(settings);
        let store = Store::open(&settings.database()).context("database")?;
        let limits = &settings.store;
        let room = Room { in_flight_bytes: limits.in_flight_bytes, least_free_bytes: limits.least_free_bytes };
        let documents = Documents::open(&settings.documents(), room).context("documents' folder")?;
        let lived = smol::block_on(open_clock(&store)).map_err(|error| anyhow::anyhow!("lived time: {error:?}"))?;
        let lived = Rc::new(lived);
        let workers = Workers::new(settings.worker.clone(), Some(&folder)).context("libpdfium")?.warm();
        let workers = Rc::new(workers.converting(settings.convert.clone()));
        let printer = Printer::open_known(&settings.printer.uri, printer_limits(&settings), finding(&settings));
        let printer = printer.context("printer.uri")?;
        let roster = Rc::new(Roster::new(store.clone(), Rc::clone(&settings), now));
        let gate = Gate::new(store.clone()).with_auth(auth_server(&settings)?);
        let guessing = smol::block_on(Guessing::open(store.clone(), &settings.guessing, Rc::clone(&lived)));
        let guessing = guessing.map_err(|error| anyhow::anyhow!("wrong codes: {error:?}"))?;
        let terminals = Terminals::new(store.clone(), Rc::clone(&settings), now).context("a QR code")?;
        let terminals = Rc::new(terminals);
        let desk = Desk::open(store.clone(), Rc::clone(&settings), now).context("record.key")?;
        let desk = Rc::new(desk);
        let drawing = Rc::clone(&workers);
        let (kept, held, at) = (store.clone(), documents.clone(), Rc::clone(&lived));
        let queue = Rc::new(Queue::new(store, documents, drawing, printer, Rc::clone(&settings), now, lived));
        let preview = open_preview(&queue, kept, held, Rc::clone(&workers), Rc::clone(&settings), at)?;
        let panel = Rc::new(LivePanel::new(
            Rc::clone(&settings),
            Rc::clone(&queue),
            Rc::clone(&terminals),
            Rc::clone(&roster),
            Rc::clone(&desk),
            now,
        ));
        let doors = Rc::new(Doors {
            queue,
            roster,
            gate,
            guessing,
            preview,
            panel,
            terminals,
            settings: Rc::clone(&settings),
            loopback_touches: demo,
            streams: Streams::new(settings.phone.streams, settings.phone.streams_per_address),
            counters: Counters::default(),
        });
        Ok(Self { doors, desk, workers, settings, listener, _lock: lock })
    }

    /// Lives until a signal or the first task that ends. `first` runs once everything else does.
    pub fn live<T>(self, first: impl Future<Output = Result<T, anyhow::Error>>) -> Result<(), anyhow::Error> {
        self.live_until(async {
            first.await?;
            std::future::pending().await
        })
    }

    /// Lives as long as `visit` lasts: what that returns, or `None` after a signal.
    pub fn live_while<T>(self, visit: impl Future<Output = T>) -> Result<Option<T>, anyhow::Error> {
        let mut seen = None;
        self.live_until(async {
            seen = Some(visit.await);
            Ok(())
        })?;
        Ok(seen)
    }

    fn live_until(self, end: impl Future<Output = Result<(), anyhow::Error>>) -> Result<(), anyhow::Error> {
        for setting in self.settings.without_effect() {
            tracing::warn!(setting, "is read but has no effect in this version");
        }
        let executor = Rc::new(LocalExecutor::new());
        // Given back however this ends.
        let _console = self.doors.panel.keep_console();
        let doors = Rc::clone(&self.doors);
        let queue = Rc::clone(&self.doors.queue);
        // Before anybody can come in.
        smol::block_on(executor.run(queue.sweep())).map_err(|error| anyhow::anyhow!("documents: {error:?}"))?;
        let expiring = Rc::clone(&queue);
        let panel = Rc::clone(&self.doors.panel);
        let tasks: Vec<(&str, Task)> = vec![
            ("http", {
                let (doors, executor) = (Rc::clone(&self.doors), Rc::clone(&executor));
                Box::pin(async move { Ok(http::serve(self.listener, doors, executor).await?) })
            }),
            ("print", Box::pin(async move { queue.print_loop().await.map_err(|e| anyhow::anyhow!("{e:?}")) })),
            ("preflight", {
                let queue = Rc::clone(&self.doors.queue);
                Box::pin(async move { queue.preflight_loop().await.map_err(|e| anyhow::anyhow!("{e:?}")) })
            }),
            ("ready", {
                let (queue, nodes) = (Rc::clone(&self.doors.queue), Nodes(Rc::clone(&self.doors.preview)));
                Box::pin(async move { queue.ready_loop(&nodes).await.map_err(|e| anyhow::anyhow!("{e:?}")) })
            }),
            ("paper", {
                let queue = Rc::clone(&self.doors.queue);
                Box::pin(async move { queue.paper_loop().await.map_err(|e| anyhow::anyhow!("{e:?}")) })
            }),
            ("expire", {
                Box::pin(async move {
                    expiring.expire_loop().await;
                    Ok(())
                })
            }),
            ("panel", {
                let executor = Rc::clone(&executor);
                Box::pin(async move {
                    panel.run(executor).await;
                    Ok(())
                })
            }),
            ("scanner", {
                let (panel, settings) = (Rc::clone(&self.doors.panel), self.settings.scanner.clone());
                Box::pin(async move {
                    scanner::run(panel, settings).await;
                    Ok(())
                })
            }),
            ("restart", {
                let panel = Rc::clone(&self.doors.panel);
                Box::pin(async move {
                    restart_when_asked(&self.desk, &panel).await;
                    Ok(())
                })
            }),
            ("terminals", {
                let (terminals, executor) = (Rc::clone(&self.doors.terminals), Rc::clone(&executor));
                Box::pin(async move {
                    terminals.run(executor).await;
                    Ok(())
                })
            }),
            ("preview", {
                let (preview, executor) = (Rc::clone(&self.doors.preview), Rc::clone(&executor));
                Box::pin(async move { preview.run(&executor).await.map_err(|e| anyhow::anyhow!("{e:?}")) })
            }),
            ("previews' ends", {
                let (preview, queue) = (Rc::clone(&self.doors.preview), Rc::clone(&self.doors.queue));
                Box::pin(async move { preview.sweep_loop(|| queue.changed()).await })
            }),
            ("workers", {
                Box::pin(async move {
                    self.workers.rest().await;
                    Ok(())
                })
            }),
            ("signals", Box::pin(signal())),
        ];
        // Each woken for itself: none is looked at because another one moves.
        let tasks = tasks.into_iter().map(|(name, task)| (name, executor.spawn(task))).collect();
        let ended = smol::block_on(executor.run(race(tasks).or(async { ("start", end.await) }))).1;
        // Whoever follows a job hears the end of the stream, and comes back by itself.
        smol::block_on(executor.run(doors.streams.drain(DRAIN)));
        ended
    }
}

/// Preview nodes, which make print forms too.
struct Nodes(Rc<Preview>);

impl Elsewhere for Nodes {
    async fn print_form(&self, job: JobId, sha256: [u8; 32], kind: Kind) -> Option<Result<File, Refusal>> {
        self.0.print_form(&Edition { document: job.0, version: sha256 }, kind).await
    }
}

type Task = Pin<Box<dyn Future<Output = Result<(), anyhow::Error>>>>;

/// The first of the tasks to end, and its name.
async fn race(
    mut tasks: Vec<(&'static str, smol::Task<Result<(), anyhow::Error>>)>,
) -> (&'static str, Result<(), anyhow::Error>) {
    std::future::poll_fn(move |cx| {
        for (name, task) in &mut tasks {
            if let std::task::Poll::Ready(result) = Pin::new(task).poll(cx) {
                tracing::info!(task = name, "ended");
                return std::task::Poll::Ready((*name, result));
            }
        }
        std::task::Poll::Pending
    })
    .await
}

/// Restarts the machine each time the panel asks for it. The machine ends us by a signal, as always.
async fn restart_when_asked(desk: &Desk, panel: &LivePanel) {
    loop {
        desk.restart_asked().await;
        if let Err(error) = desk.restart().await {
            tracing::error!(%error, "the machine was not restarted");
            panel.not_restarted();
        }
    }
}

/// Waits for SIGINT or SIGTERM: nothing needs to be put in order, dropping the tasks is enough.
pub async fn signal() -> Result<(), anyhow::Error> {
    use async_signal::{Signal, Signals};
    use smol::stream::StreamExt as _;
    let mut signals = Signals::new([Signal::Int, Signal::Term])?;
    signals.next().await;
    Ok(())
}

/// Previews; paper goes first while a job is at the printer.
fn open_preview(
    queue: &Rc<Queue>,
    store: Store,
    documents: Documents,
    workers: Rc<Workers>,
    settings: Rc<Settings>,
    lived: Rc<LivedClock>,
) -> Result<Rc<Preview>, anyhow::Error> {
    let at = Rc::downgrade(queue);
    let printing = move || at.upgrade().is_some_and(|queue| queue.live().is_some_and(|live| live.ending.is_none()));
    let opening = Preview::open(store, documents, workers, settings, now, lived, Box::new(printing));
    Ok(Rc::new(smol::block_on(opening).context("previews")?))
}

/// As many descriptors as the system lets us have: a connection is one, and 1,024 are the usual soft limit.
fn raise_descriptors() {
    let mut limit = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: both pointers are to a live value, written by the first call and only read by the second.
    let raised = unsafe {
        libc::getrlimit(libc::RLIMIT_NOFILE, &raw mut limit) == 0 && {
            limit.rlim_cur = limit.rlim_max;
            libc::setrlimit(libc::RLIMIT_NOFILE, &raw const limit) == 0
        }
    };
    if !raised {
        tracing::warn!("the limit of open files stays as it is");
    }
}

/// Two kiosks on one folder would print every job twice.
fn lock(folder: &std::path::Path) -> Result<File, anyhow::Error> {
    let path = folder.join("lock");
    let file = File::options().create(true).truncate(false).write(true).open(&path);
    let file = file.with_context(|| path.display().to_string())?;
    file.try_lock().map_err(|_| anyhow::anyhow!("another ottisk works on {}", folder.display()))?;
    Ok(file)
}

/// A store that commands share with a running kiosk.
fn open_store(settings: &Settings) -> Result<Store, anyhow::Error> {
    std::fs::create_dir_all(&settings.store.folder)
        .with_context(|| format!("data folder {}", settings.store.folder.display()))?;
    Store::open(&settings.database()).context("database")
}

/// The roster and the tokens without a kiosk, for commands.
pub fn open_roster(settings: Settings) -> Result<(Roster, Gate), anyhow::Error> {
    let store = open_store(&settings)?;
    let gate = Gate::new(store.clone());
    Ok((Roster::new(store, Rc::new(settings), now), gate))
}

/// Lived time, where an earlier life left it.
async fn open_clock(store: &Store) -> Result<LivedClock, Error> {
    let reading = Reading::take();
    let lived = match store.read(lived::load).await? {
        Some(lived) => lived,
        None => {
            let newest = store.read(jobs::newest).await?;
            let lived = Lived::begin(&reading, newest);
            let saved = lived.clone();
            store.write(move |db| lived::save(db, &saved)).await?;
            lived
        }
    };
    Ok(LivedClock::new(lived, &reading))
}
