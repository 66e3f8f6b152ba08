//! A folder that is a printer: what would be on paper is in `job-0001/page-0001.png` and so on, and `job-0001.json` tells
//! the ticket and what came out.
//!
//! It takes PWG Raster as any printer does, so what is seen there went the whole way. Copies are counted, not repeated.
//! No clock is read and nothing is ever deleted; whoever uses it for long clears the folder.

use std::{
    collections::BTreeMap,
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use self::{
    pages::PictureFormat,
    record::{Page, Record},
};
use super::{Document, JobReport, JobState, PrinterState, Status, error::PrinterError};
use crate::job::plan::{Capabilities, Format, Media, Plan, SheetBack, Sides};

pub mod pages;
mod record;

/// `client-error-not-possible` (RFC 8011 appendix B.1.4.5).
const NOT_POSSIBLE: u16 = 0x0404;

/// A folder.
#[derive(Debug)]
pub struct FilePrinter {
    uri: String,
    jobs: Jobs,
}

/// The jobs that are not at an end; those that are stand in their files alone.
#[derive(Clone, Debug)]
struct Jobs {
    folder: PathBuf,
    active: Arc<Mutex<BTreeMap<i32, Record>>>,
}

impl FilePrinter {
    /// The printer in `folder`, which is made when it is needed.
    pub fn new(uri: &str, folder: PathBuf) -> Self {
        Self { uri: uri.to_owned(), jobs: Jobs { folder, active: Arc::default() } }
    }

    /// The address it was opened with.
    pub fn uri(&self) -> &str {
        &self.uri
    }

    /// A colour duplex printer with borderless A4.
    pub fn capabilities() -> Capabilities {
        Capabilities {
            formats: vec![Format::PwgRaster],
            resolutions: vec![300],
            color: true,
            gray: true,
            black: false,
            several_documents: false,
            sides: Sides::ALL.to_vec(),
            sheet_back: SheetBack::Normal,
            copies: 999,
            pages_per_minute: None,
            media: vec![Media::a4()],
            model: "Ottisk file printer".into(),
        }
    }

    /// How it is: well, as long as there is a folder.
    pub fn status(&self) -> Result<Status, PrinterError> {
        std::fs::create_dir_all(&self.jobs.folder).map_err(PrinterError::Folder)?;
        let active = self.jobs.lock().values().any(|record| !record.state.is_terminal());
        let state = if !active { PrinterState::Idle } else { PrinterState::Processing };
        Ok(Status { state, accepting: true, reasons: vec!["none".into()], counter: None, queued: None })
    }

    /// The next free number, and its folder and file.
    pub async fn create(&self, plan: &Plan, job_name: &str) -> Result<i32, PrinterError> {
        let (jobs, plan, name) = (self.jobs.clone(), plan.clone(), super::safe(job_name));
        smol::unblock(move || {
            let record = Record::create(&jobs.folder, &plan, name).map_err(PrinterError::Folder)?;
            let job = record.job;
            jobs.lock().insert(job, record);
            Ok(job)
        })
        .await
    }

    /// Takes the pages as they come. A part of a document aborts the job and leaves only whole pages.
    pub async fn send(&self, job: i32, plan: &Plan, document: Document) -> Result<(), PrinterError> {
        match self.jobs.lock().get(&job) {
            Some(record) if record.pages.is_empty() => {}
            Some(_) => return Err(PrinterError::Refused { status: NOT_POSSIBLE, unsupported: Vec::new() }),
            None => return Err(PrinterError::NoSuchJob),
        }
        let guard = LeaveOnDrop { jobs: &self.jobs, job };
        let (jobs, plan) = (self.jobs.clone(), plan.clone());
        let sent = smol::unblock(move || {
            let folder = record::job_folder(&jobs.folder, job);
            let document = smol::io::BlockOn::new(document);
            let wanted = || jobs.is_active(job);
            pages::write(document, &plan, &folder, PictureFormat::Png, &wanted, &mut |page| jobs.add(job, page))?;
            jobs.end(job, JobState::Completed).map_err(PrinterError::Folder)
        })
        .await;
        if sent.is_err() {
            // A job that was stopped meanwhile has its end already.
            let _ = self.jobs.end(job, JobState::Aborted);
        }
        drop(guard);
        sent
    }

    /// How the job is. One that was on the way when the program ended is aborted.
    pub async fn job(&self, job: i32) -> Result<JobReport, PrinterError> {
        if let Some(record) = self.jobs.lock().get(&job) {
            return Ok(record.report());
        }
        let folder = self.jobs.folder.clone();
        let record = smol::unblock(move || Record::read(&folder, job)).await?;
        Ok(match record.state {
            state if state.is_terminal() => record.report(),
            _ => Record { state: JobState::Aborted, ..record }.report(),
        })
    }

    /// The jobs that are not at an end: the numbers of the others are known, or nothing of them came.
    pub fn jobs(&self) -> Vec<(i32, JobReport)> {
        self.jobs.lock().iter().map(|(job, record)| (*job, record.report())).collect()
    }

    /// Stops the job, also one whose document is not waited for any more.
    pub async fn cancel(&self, job: i32) -> Result<(), PrinterError> {
        if self.jobs.lock().contains_key(&job) {
            return self.jobs.end(job, JobState::Canceled).map_err(PrinterError::Folder);
        }
        self.job(job).await?;
        Err(PrinterError::Refused { status: NOT_POSSIBLE, unsupported: Vec::new() })
    }
}

impl Jobs {
    fn lock(&self) -> MutexGuard<'_, BTreeMap<i32, Record>> {
        self.active.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_active(&self, job: i32) -> bool {
        self.lock().get(&job).is_some_and(|record| !record.state.is_terminal())
    }

    /// A page came out.
    fn add(&self, job: i32, page: Page) -> std::io::Result<()> {
        match self.lock().get_mut(&job) {
            Some(record) => {
                record.add(page);
                record.write(&self.folder)
            }
            None => Ok(()),
        }
    }

    /// The first end of a job is its end.
    fn end(&self, job: i32, state: JobState) -> std::io::Result<()> {
        match self.lock().remove(&job) {
            Some(record) if state == JobState::Completed => record.complete().write(&self.folder),
            Some(record) => Record { state, ..record }.write(&self.folder),
            None => Ok(()),
        }
    }
}

/// A job whose document is not waited for any more is aborted, unless somebody says that it is canceled.
struct LeaveOnDrop<'a> {
    jobs: &'a Jobs,
    job: i32,
}

impl Drop for LeaveOnDrop<'_> {
    fn drop(&mut self) {
        if let Some(record) = self.jobs.lock().get_mut(&self.job) {
            record.state = JobState::Aborted;
            // When even this cannot be written, the file still says "processing", which reads as aborted.
            let _ = record.write(&self.jobs.folder);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{
        fs, io,
        path::{Path, PathBuf},
        pin::Pin,
        task::{Context, Poll},
    };

    use super::{FilePrinter, record::Record};
    use crate::{
        job::{
            plan::{ColorSpace, Format, Media, NumberUp, Plan, Scaling, SheetBack, Sides},
            state::JobId,
        },
        printer::{Document, JobState, error::PrinterError},
        raster::{
            packbits::PageEncoder,
            pwg::{SYNC, header::PageHeader},
        },
    };

    /// A folder that is gone after the test.
    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str) -> Self {
            let folder = std::env::temp_dir().join(format!("ottisk-file-printer-{name}-{}", std::process::id()));
            let _ = fs::remove_dir_all(&folder);
            Self(folder)
        }

        fn printer(&self) -> FilePrinter {
            FilePrinter::new("file:///x", self.0.clone())
        }

        fn names(&self, inside: &str) -> Vec<String> {
            let entries = fs::read_dir(self.0.join(inside)).expect("a folder");
            let mut names: Vec<_> =
                entries.map(|e| e.expect("entry").file_name().into_string().expect("name")).collect();
            names.sort();
            names
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    fn plan(pages: u32) -> Plan {
        Plan {
            pages: (1..=pages).collect(),
            copies: 2,
            repeats: 1,
            sides: Sides::TwoSidedLongEdge,
            sheet_back: SheetBack::Normal,
            media: Media::by_size(1_016, 1_524, Default::default()),
            resolution: 300,
            color_space: ColorSpace::Srgb8,
            scaling: Scaling::Fit,
            format: Format::PwgRaster,
            number_up: NumberUp::One,
            skip: 0,
        }
    }

    fn pixels(header: &PageHeader) -> Vec<u8> {
        (0..header.bytes_per_line() * header.height as usize).map(|n| (n * n / 977).to_le_bytes()[0]).collect()
    }

    fn raster(plan: &Plan, pages: u32) -> Vec<u8> {
        let mut bytes = SYNC.to_vec();
        for page in 0..pages {
            let header = PageHeader::of(plan, page % 2 == 1);
            bytes.extend(header.to_bytes());
            let mut encoder = PageEncoder::new(header.width, header.color_space);
            encoder.rows(&pixels(&header), header.bytes_per_line(), &mut bytes);
            encoder.finish(&mut bytes);
        }
        bytes
    }

    fn document(bytes: Vec<u8>) -> Document {
        Box::pin(smol::io::Cursor::new(bytes))
    }

    fn picture(path: &Path) -> (u32, u32, Option<u32>, Vec<u8>) {
        let file = io::BufReader::new(fs::File::open(path).expect("a picture"));
        let mut reader = png::Decoder::new(file).read_info().expect("a PNG");
        let mut pixels = vec![0; reader.output_buffer_size().expect("small")];
        let info = reader.next_frame(&mut pixels).expect("whole");
        (info.width, info.height, reader.info().pixel_dims.map(|dims| dims.xppu), pixels)
    }

    #[test]
    fn pages_come_out_as_pictures_and_the_ticket_is_kept() {
        let folder = Folder::new("whole");
        let (printer, plan) = (folder.printer(), plan(3));
        smol::block_on(async {
            let job = printer.create(&plan, &format!("Job {}", JobId(7))).await.expect("a number");
            assert_eq!(job, 1);
            assert_eq!(printer.job(job).await.expect("known").state, JobState::Processing);
            printer.send(job, &plan, document(raster(&plan, 3))).await.expect("printed");
            let report = printer.job(job).await.expect("known");
            assert_eq!((report.state, report.impressions_completed), (JobState::Completed, Some(6)));
            assert!(matches!(printer.cancel(job).await, Err(PrinterError::Refused { status: 0x0404, .. })));
            assert!(matches!(printer.job(99).await, Err(PrinterError::NoSuchJob)));
            assert_eq!(printer.create(&plan, "").await.expect("a number"), 2);
        });
        assert_eq!(folder.names("job-0001"), ["page-0001.png", "page-0002.png", "page-0003.png"]);
        let record = Record::read(&folder.0, 1).expect("a record");
        assert_eq!((record.media_sheets_completed, record.pages.len()), (4, 3));
        assert_eq!((record.ticket.copies, record.ticket.color_space.as_str()), (2, "srgb_8"));
        let header = PageHeader::of(&plan, false);
        let shown = picture(&folder.0.join("job-0001/page-0002.png"));
        assert_eq!(shown, (header.width, header.height, Some(11_811), pixels(&header)));
    }

    #[test]
    fn a_broken_document_aborts_and_leaves_whole_pages_only() {
        let folder = Folder::new("broken");
        let (printer, plan) = (folder.printer(), plan(2));
        let whole = raster(&plan, 2);
        let cut = |at| document(whole[..at].to_vec());
        smol::block_on(async {
            for (document, pages) in
                [(cut(whole.len() - 1), 1), (cut(100), 0), (cut(4), 0), (document(raster(&plan, 3)), 2)]
            {
                let job = printer.create(&plan, "x").await.expect("a number");
                let sent = printer.send(job, &plan, document).await;
                assert!(matches!(sent, Err(PrinterError::Renderer(_))), "{sent:?}");
                assert_eq!(printer.job(job).await.expect("known").state, JobState::Aborted);
                assert_eq!(folder.names(&format!("job-{job:04}")).len(), pages);
            }
        });
    }

    /// Gives its bytes and then waits for ever.
    struct Stuck(Vec<u8>);

    impl smol::io::AsyncRead for Stuck {
        fn poll_read(mut self: Pin<&mut Self>, _: &mut Context<'_>, buffer: &mut [u8]) -> Poll<io::Result<usize>> {
            if self.0.is_empty() {
                return Poll::Pending;
            }
            let count = buffer.len().min(self.0.len());
            buffer[..count].copy_from_slice(&self.0[..count]);
            self.0.drain(..count);
            Poll::Ready(Ok(count))
        }
    }

    #[test]
    fn a_job_that_is_not_waited_for_is_aborted_and_a_canceled_one_stays_canceled() {
        let folder = Folder::new("dropped");
        let (printer, plan) = (folder.printer(), plan(2));
        smol::block_on(async {
            for cancel in [false, true] {
                let job = printer.create(&plan, "x").await.expect("a number");
                let send = printer.send(job, &plan, Box::pin(Stuck(raster(&plan, 1))));
                let after = async {
                    smol::Timer::after(std::time::Duration::from_millis(300)).await;
                    if cancel {
                        printer.cancel(job).await.expect("on its way");
                    }
                    Ok(())
                };
                smol::future::or(send, after).await.expect("left");
                let expected = if cancel { JobState::Canceled } else { JobState::Aborted };
                let report = printer.job(job).await.expect("known");
                assert_eq!((report.state, report.impressions_completed), (expected, Some(1)));
            }
        });
    }

    #[test]
    fn a_job_that_outlived_its_program_is_aborted() {
        let folder = Folder::new("restart");
        let job = smol::block_on(folder.printer().create(&plan(1), "x")).expect("a number");
        let report = smol::block_on(folder.printer().job(job)).expect("known");
        assert_eq!(report.state, JobState::Aborted);
    }
}
