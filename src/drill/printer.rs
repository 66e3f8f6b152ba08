//! A printer that misbehaves on demand: IPP on loopback, a machine with an output tray, and twenty faults.
//!
//! It reads requests with crate `ipp` and pages with a reader of its own, so that the kiosk is not judged by its own
//! code. It runs on a thread and an executor of its own: a kiosk that hangs must not stop its printer.

mod answer;
mod cut;
pub mod fault;
pub mod job;
pub mod machine;
pub mod page;
mod serve;
pub mod trouble;
mod wire;

use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, MutexGuard},
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use smol::{LocalExecutor, Timer, channel, future::FutureExt as _, net::TcpListener};

pub use self::{
    answer::{MEDIA, Model, RESOLUTION},
    cut::{Cut, Cuts, Side, Which},
};
use self::{machine::Machine, serve::Desk};

/// How often the engine moves.
const BEAT: Duration = Duration::from_millis(10);

/// A printer at work; it ends when this is dropped.
pub struct FaultPrinter {
    desk: Arc<Desk>,
    address: SocketAddr,
    stop: Option<channel::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl FaultPrinter {
    /// A printer that stands idle at a port of its own.
    pub fn start(model: Model) -> io::Result<Self> {
        let desk = Arc::new(Desk::new(model));
        let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let address = listener.local_addr()?;
        let listener = TcpListener::try_from(listener)?;
        let (stop, stopped) = channel::bounded(1);
        let served = Arc::clone(&desk);
        let thread = thread::Builder::new().name("drill-printer".into()).spawn(move || {
            let executor = LocalExecutor::new();
            let engine = async {
                loop {
                    served.machine().step(Instant::now());
                    Timer::after(BEAT).await;
                }
            };
            let stopped = async {
                let _ = stopped.recv().await;
            };
            let life = engine.or(listen(&executor, &served, listener, address)).or(stopped);
            smol::block_on(executor.run(life));
        })?;
        Ok(Self { desk, address, stop: Some(stop), thread: Some(thread) })
    }

    /// `printer-uri`.
    pub fn uri(&self) -> String {
        format!("ipp://{}/ipp/print", self.address)
    }

    /// The machine, to look at and to mend. Not to be held for long.
    pub fn machine(&self) -> MutexGuard<'_, Machine> {
        self.desk.machine()
    }

    /// Connections that are cut on demand.
    pub fn cuts(&self) -> MutexGuard<'_, Cuts> {
        self.desk.cuts()
    }
}

impl Drop for FaultPrinter {
    fn drop(&mut self) {
        self.stop = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Takes connections, for ever; while the printer is deaf nobody listens at its port.
async fn listen(executor: &LocalExecutor<'_>, desk: &Arc<Desk>, first: TcpListener, address: SocketAddr) {
    let mut open = Some(first);
    loop {
        let is_deaf = desk.machine().trouble.is_deaf();
        if is_deaf {
            open = None;
        }
        let Some(listener) = &open else {
            Timer::after(BEAT).await;
            if !is_deaf {
                open = TcpListener::bind(address).await.ok();
            }
            continue;
        };
        let accepting = async { listener.accept().await.ok() };
        let looking = async {
            Timer::after(BEAT).await;
            None
        };
        if let Some((stream, _)) = accepting.or(looking).await {
            let _ = stream.set_nodelay(true);
            executor.spawn(Arc::clone(desk).serve(stream)).detach();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::{FaultPrinter, Model, fault::Fault, fault::Moment};
    use crate::{
        job::{plan::Plan, ticket::Ticket},
        printer::{JobState, Limits, Printer, error::PrinterError},
    };

    const LIMITS: Limits = Limits {
        connect_timeout: Duration::from_secs(2),
        answer_timeout: Duration::from_millis(400),
        send_stall_timeout: Duration::from_millis(400),
        answer_bytes: 100_000,
    };

    /// A printer and a client of the kiosk's.
    fn pair() -> (FaultPrinter, Printer) {
        let printer = FaultPrinter::start(Model::default()).expect("a port");
        let client = Printer::open(&printer.uri(), LIMITS).expect("an address");
        (printer, client)
    }

    #[test]
    fn the_kiosk_knows_it_for_a_printer() {
        let (printer, client) = pair();
        smol::block_on(async {
            let able = client.capabilities().await.expect("suitable");
            assert_eq!((able.resolutions.as_slice(), able.copies, able.sides.len()), ([75].as_slice(), 99, 3));
            assert_eq!(able.media[0].name, super::MEDIA.0);
            let plan = Plan::fit(&Ticket { two_sided: true, ..Ticket::default() }, &able, 3).expect("fits");
            client.validate(&plan).await.expect("taken");
            let id = client.create(&plan, "ottisk-x").await.expect("a job");
            assert_eq!(client.job(id).await.expect("known").state, JobState::PendingHeld);
            assert!(printer.machine().jobs[&id].two_sided);
            client.cancel(id).await.expect("canceled");
            assert_eq!(client.job(id).await.expect("known").state, JobState::Canceled);
            assert!(matches!(client.job(id + 1).await, Err(PrinterError::NoSuchJob)));
        });
    }

    /// What the client makes of a printer with a fault, asked twice, for some take turns.
    fn met(fault: Fault) -> [Option<PrinterError>; 2] {
        let (printer, client) = pair();
        printer.machine().arm(fault, Moment::Before, Instant::now());
        // The door is closed a little later.
        std::thread::sleep(Duration::from_millis(50));
        smol::block_on(async { [client.capabilities().await.err(), client.capabilities().await.err()] })
    }

    #[test]
    fn faults_are_what_their_names_say() {
        use PrinterError::{Busy, ConnectionLost, NotIpp, Unreachable, Unsuitable};
        let all = |fault, is: fn(&PrinterError) -> bool| {
            let met = met(fault);
            assert!(met.iter().all(|error| error.as_ref().is_some_and(is)), "{fault:?}: {met:?}");
        };
        all(Fault::Offline, |error| matches!(error, Unreachable(_)));
        all(Fault::Silent, |error| matches!(error, ConnectionLost));
        all(Fault::Busy, |error| matches!(error, Busy));
        all(Fault::ConnectionReset, |error| matches!(error, ConnectionLost));
        all(Fault::ConnectionClosed, |error| matches!(error, ConnectionLost));
        all(Fault::AnswersLost, |error| matches!(error, ConnectionLost));
        all(Fault::BrokenAnswers, |error| matches!(error, ConnectionLost | NotIpp));
        all(Fault::GarbageAnswers, |error| matches!(error, Unsuitable | NotIpp));
        assert!(met(Fault::MediaEmpty).iter().all(Option::is_none));
    }

    #[test]
    fn it_is_deaf_for_a_while_and_hears_again() {
        let (printer, client) = pair();
        printer.machine().arm(Fault::Offline, Moment::Before, Instant::now());
        let until = Instant::now() + Duration::from_secs(5);
        std::thread::sleep(Duration::from_millis(50));
        assert!(smol::block_on(client.status()).is_err());
        while smol::block_on(client.status()).is_err() {
            assert!(Instant::now() < until, "it stays deaf");
            std::thread::sleep(Duration::from_millis(50));
        }
        assert!(printer.machine().trouble.over().is_some());
    }
}
