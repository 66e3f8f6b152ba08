//! A printer that is not ours: CUPS' ippeveprinter on loopback (`tests/peers/ippeveprinter.sh`).

use std::{
    fs, io,
    pin::Pin,
    task::{Context, Poll},
    time::{Duration, Instant},
};

use ottisk::{
    job::{
        fault::Fault,
        plan::{Capabilities, ColorSpace, Plan, SheetBack, Sides},
        ticket::{Copies, Ticket},
    },
    printer::{Document, JobReport, JobState, Printer, PrinterState, error::PrinterError},
    raster::{
        packbits::PageEncoder,
        pwg::{SYNC, header::PageHeader},
    },
};

use crate::peers::{PRINTER_LIMITS, PrinterPeer};

/// The peer, and what is asked of it here.
struct Peer(PrinterPeer);

impl std::ops::Deref for Peer {
    type Target = PrinterPeer;

    fn deref(&self) -> &PrinterPeer {
        &self.0
    }
}

impl Peer {
    /// `None` when it is not installed, which is said aloud.
    fn start(arguments: &[&str]) -> Option<Self> {
        PrinterPeer::start(arguments).map(Self)
    }

    async fn capabilities(&self) -> Capabilities {
        self.printer.capabilities().await.expect("capabilities")
    }

    /// Asks for the job until `done`.
    async fn wait(&self, job: i32, done: impl Fn(&JobReport) -> bool) -> JobReport {
        let started = Instant::now();
        loop {
            let report = self.printer.job(job).await.expect("a report");
            if done(&report) {
                return report;
            }
            assert!(started.elapsed() < Duration::from_secs(30), "still {report:?}");
            smol::Timer::after(Duration::from_millis(50)).await;
        }
    }

    /// A printer that was busy a moment ago is asked again.
    async fn create(&self, plan: &Plan) -> i32 {
        let started = Instant::now();
        loop {
            match self.printer.create(plan, "Задание 12").await {
                Ok(job) => return job,
                Err(PrinterError::Busy) if started.elapsed() < Duration::from_secs(10) => {}
                Err(error) => panic!("{error}"),
            }
            smol::Timer::after(Duration::from_millis(50)).await;
        }
    }

    async fn print(&self, plan: &Plan) -> i32 {
        let job = self.create(plan).await;
        self.printer.send(job, plan, whole(raster(plan))).await.expect("sent");
        job
    }
}

fn plan(capabilities: &Capabilities, color: bool, pages: u32) -> Plan {
    let ticket = Ticket { copies: Copies::new(2).expect("2"), two_sided: true, color, ..Ticket::default() };
    Plan::fit(&ticket, capabilities, pages).expect("a plan")
}

/// Pages with a frame, a number's worth of bars, and something like a photograph.
fn raster(plan: &Plan) -> Vec<u8> {
    let mut bytes = SYNC.to_vec();
    for page in 0..plan.raster_pages() {
        let header = PageHeader::of(plan, page % 2 == 1);
        bytes.extend(header.to_bytes());
        let mut encoder = PageEncoder::new(header.width, header.color_space);
        let mut line = vec![255; header.bytes_per_line()];
        for y in 0..header.height {
            match y % 100 {
                0 => line.fill(0),
                1 => line.fill(255),
                20 => line[..300 * (page as usize + 1)].fill(64),
                50..60 => line.iter_mut().enumerate().for_each(|(x, byte)| *byte = (x * y as usize).to_le_bytes()[1]),
                _ => {}
            }
            encoder.rows(&line, line.len(), &mut bytes);
        }
        encoder.finish(&mut bytes);
    }
    bytes
}

fn whole(bytes: Vec<u8>) -> Document {
    Box::pin(smol::io::Cursor::new(bytes))
}

/// Gives its bytes, and then waits for ever or breaks off.
struct Unfinished {
    bytes: io::Cursor<Vec<u8>>,
    breaks: bool,
}

impl smol::io::AsyncRead for Unfinished {
    fn poll_read(mut self: Pin<&mut Self>, _: &mut Context<'_>, buffer: &mut [u8]) -> Poll<io::Result<usize>> {
        match io::Read::read(&mut self.bytes, buffer) {
            Ok(0) if self.breaks => Poll::Ready(Err(io::Error::other("the renderer died"))),
            Ok(0) => Poll::Pending,
            read => Poll::Ready(read),
        }
    }
}

fn unfinished(mut bytes: Vec<u8>, breaks: bool) -> Document {
    bytes.truncate(bytes.len() / 2);
    Box::pin(Unfinished { bytes: io::Cursor::new(bytes), breaks })
}

#[test]
fn a_colour_duplex_printer_prints_what_was_sent() {
    let Some(peer) = Peer::start(&["-2", "-s", "20,10"]) else { return };
    smol::block_on(async {
        let capabilities = peer.capabilities().await;
        assert!(capabilities.color && capabilities.gray);
        assert_eq!((capabilities.sheet_back, capabilities.copies), (SheetBack::Rotated, 999));
        assert_eq!((capabilities.resolutions.as_slice(), capabilities.sides.len()), ([300, 600].as_slice(), 3));
        assert_eq!((capabilities.media[0].name.as_str(), capabilities.media.len()), ("iso_a4_210x297mm", 1));
        assert!(capabilities.media[0].margins.left > 0, "{:?}", capabilities.media);
        let status = peer.printer.status().await.expect("status");
        assert_eq!((status.state, status.accepting, status.fault()), (PrinterState::Idle, true, None));

        for color in [true, false] {
            let plan = plan(&capabilities, color, 3);
            peer.printer.validate(&plan).await.expect("valid");
            let job = peer.print(&plan).await;
            let report = peer.wait(job, |report| report.state.is_terminal()).await;
            assert_eq!(report.state, JobState::Completed, "{report:?}");
            assert_eq!(report.impressions_completed, Some(6));
            let tickets = peer.tickets();
            let ticket = tickets.last().expect("a ticket");
            assert_eq!(ticket["content_type"], "image/pwg-raster");
            assert_eq!(ticket["IPP_COPIES"], "2");
            assert_eq!(ticket["IPP_SIDES"], "two-sided-long-edge");
            assert_eq!(ticket["IPP_PRINT_COLOR_MODE"], if color { "color" } else { "monochrome" });
            assert_eq!(ticket["IPP_JOB_NAME"], "Задание 12");
            assert!(ticket["IPP_MEDIA_COL"].as_str().is_some_and(|col| col.contains("x-dimension=21000")), "{ticket}");
            assert_eq!(ticket["impressions"], 6, "{ticket}");
            let spooled = fs::read(ticket["file"].as_str().expect("a file")).expect("kept");
            assert!(spooled == raster(&plan), "the document arrived differently");
        }
    });
}

#[test]
fn a_gray_one_sided_printer_is_understood() {
    let Some(peer) = Peer::start(&[]) else { return };
    smol::block_on(async {
        let capabilities = peer.capabilities().await;
        assert!(!capabilities.color && capabilities.gray);
        assert_eq!(capabilities.sides, [Sides::OneSided]);
        let plan = plan(&capabilities, true, 2);
        assert_eq!((plan.color_space, plan.sides, plan.resolution), (ColorSpace::Sgray8, Sides::OneSided, 600));
        let job = peer.print(&plan).await;
        let report = peer.wait(job, |report| report.state.is_terminal()).await;
        assert_eq!((report.state, report.impressions_completed), (JobState::Completed, Some(4)));
    });
}

#[test]
fn a_printer_without_paper_holds_the_job_and_goes_on() {
    let Some(peer) = Peer::start(&["-2", "-s", "20,10"]) else { return };
    smol::block_on(async {
        let capabilities = peer.capabilities().await;
        let plan = plan(&capabilities, false, 2);
        peer.fault("state", Some("media-empty-error"));
        let job = peer.print(&plan).await;
        let started = Instant::now();
        while peer.printer.status().await.expect("status").fault() != Some(Fault::MediaEmpty) {
            assert!(started.elapsed() < Duration::from_secs(10), "{:?}", peer.printer.status().await);
            smol::Timer::after(Duration::from_millis(50)).await;
        }
        assert!(!peer.printer.job(job).await.expect("known").state.is_terminal());
        assert!(matches!(peer.printer.create(&plan, "x").await, Err(PrinterError::Busy)));
        peer.fault("state", None);
        let report = peer.wait(job, |report| report.state.is_terminal()).await;
        assert_eq!((report.state, report.impressions_completed), (JobState::Completed, Some(4)));
        let started = Instant::now();
        while peer.printer.status().await.expect("status").fault().is_some() {
            assert!(started.elapsed() < Duration::from_secs(10), "{:?}", peer.printer.status().await);
            smol::Timer::after(Duration::from_millis(50)).await;
        }
    });
}

#[test]
fn jobs_that_are_stopped_or_break_off_do_not_complete() {
    let Some(mut peer) = Peer::start(&["-2", "-s", "20,10"]) else { return };
    smol::block_on(async {
        assert!(matches!(peer.printer.job(4_711).await, Err(PrinterError::NoSuchJob)));
        assert!(matches!(peer.printer.cancel(4_711).await, Err(PrinterError::NoSuchJob)));
        let capabilities = peer.capabilities().await;
        let plan = plan(&capabilities, true, 4);

        peer.fault("slow", Some("3"));
        let job = peer.print(&plan).await;
        peer.wait(job, |report| report.state == JobState::Processing).await;
        peer.printer.cancel(job).await.expect("canceled");
        peer.wait(job, |report| report.state == JobState::Canceled).await;

        let job = peer.create(&plan).await;
        let sent = peer.printer.send(job, &plan, unfinished(raster(&plan), true)).await;
        assert!(matches!(&sent, Err(PrinterError::Renderer(error)) if error.to_string() == "the renderer died"));
        // A part that cannot be printed may have been given up before it is canceled.
        let canceled = peer.printer.cancel(job).await;
        assert!(matches!(canceled, Ok(()) | Err(PrinterError::Refused { status: 0x0404, .. })), "{canceled:?}");
        let report = peer.wait(job, |report| report.state.is_terminal()).await;
        assert_ne!(report.state, JobState::Completed);

        peer.fault("slow", None);
        peer.fault("abort", Some("1"));
        let job = peer.print(&plan).await;
        let report = peer.wait(job, |report| report.state.is_terminal()).await;
        assert_eq!((report.state, report.impressions_completed), (JobState::Aborted, Some(1)));
        peer.fault("abort", None);

        let job = peer.create(&plan).await;
        let printer = Printer::open(&peer.uri(), PRINTER_LIMITS).expect("an address");
        let send = printer.send(job, &plan, unfinished(raster(&plan), false));
        let off = async {
            smol::Timer::after(Duration::from_millis(500)).await;
            peer.0.switch_off();
            std::future::pending().await
        };
        let sent = smol::future::or(send, off).await;
        assert!(matches!(sent, Err(PrinterError::ConnectionLost)), "{sent:?}");
        let started = Instant::now();
        assert!(matches!(printer.status().await, Err(PrinterError::Unreachable(_))));
        assert!(started.elapsed() < Duration::from_secs(1));
    });
}
