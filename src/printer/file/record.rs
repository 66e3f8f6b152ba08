//! `job-0001.json`: a job's ticket, its state and what came out, in the words of RFC 8011 §5.2 and §5.3.

use std::{
    fs,
    io::{self, ErrorKind, Read as _},
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use crate::{
    job::plan::{ColorSpace, Media, Plan, Scaling, Sides},
    printer::{JobReport, JobState, error::PrinterError},
};

/// The longest file that is read, in bytes.
const MAX_BYTES: u64 = 16 * 1024 * 1024;

/// A job of the file printer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// `job-id`.
    pub job: i32,
    /// `job-name`.
    pub name: String,
    /// `job-state`.
    pub state: JobState,
    /// What was asked.
    pub ticket: Ticket,
    /// Sides that came out, all copies counted.
    pub impressions_completed: u32,
    /// Sheets that came out, all copies counted.
    pub media_sheets_completed: u32,
    /// The pages that came out, once each.
    pub pages: Vec<Page>,
}

/// What was asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ticket {
    /// The document's pages in the order of printing.
    pub pages: Vec<u32>,
    /// How often the set is printed.
    pub copies: u32,
    /// One or two sides.
    pub sides: Sides,
    /// The medium, in 1/100 mm.
    pub media: Media,
    /// Dots per inch.
    pub resolution: u32,
    /// `sgray_8`, `srgb_8` or `black_1`.
    pub color_space: String,
    /// How pages were fitted.
    pub print_scaling: Scaling,
}

/// A page that came out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page {
    /// Its name in the job's folder.
    pub file: String,
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
}

/// Where a job's pages are.
pub fn job_folder(folder: &Path, job: i32) -> PathBuf {
    folder.join(format!("job-{job:04}"))
}

impl Record {
    /// A new job: making its folder is what takes the number, also from another process.
    pub fn create(folder: &Path, plan: &Plan, name: String) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        let mut job = 1;
        for entry in fs::read_dir(folder)? {
            let number = |name: &str| name.strip_prefix("job-")?.split('.').next()?.parse::<i32>().ok();
            let taken = entry?.file_name().to_str().and_then(number);
            job = taken.map_or(job, |taken| job.max(taken.saturating_add(1)));
        }
        loop {
            match fs::create_dir(job_folder(folder, job)) {
                Ok(()) => break,
                Err(error) if error.kind() == ErrorKind::AlreadyExists && job < i32::MAX => job += 1,
                Err(error) => return Err(error),
            }
        }
        let record = Self {
            job,
            name,
            state: JobState::Processing,
            ticket: Ticket::of(plan),
            impressions_completed: 0,
            media_sheets_completed: 0,
            pages: Vec::new(),
        };
        record.write(folder)?;
        Ok(record)
    }

    /// Counts one more page, of the first copy: the others follow when the set is whole.
    pub fn add(&mut self, page: Page) {
        self.pages.push(page);
        let sides = u32::try_from(self.pages.len()).unwrap_or(u32::MAX);
        self.impressions_completed = sides;
        self.media_sheets_completed = if self.ticket.sides.is_two_sided() { sides.div_ceil(2) } else { sides };
    }

    /// With all its copies.
    pub fn complete(self) -> Self {
        Self {
            state: JobState::Completed,
            impressions_completed: self.impressions_completed.saturating_mul(self.ticket.copies),
            media_sheets_completed: self.media_sheets_completed.saturating_mul(self.ticket.copies),
            ..self
        }
    }

    /// Writes the file as a whole: a reader sees the one before or this one.
    pub fn write(&self, folder: &Path) -> io::Result<()> {
        let path = job_folder(folder, self.job).with_extension("json");
        let temporary = path.with_extension("json.part");
        fs::write(&temporary, serde_json::to_vec_pretty(self)?)?;
        fs::rename(&temporary, &path)
    }

    /// Reads the file of a job.
    pub fn read(folder: &Path, job: i32) -> Result<Self, PrinterError> {
        let path = job_folder(folder, job).with_extension("json");
        let file = fs::File::open(path).map_err(|error| match error.kind() {
            ErrorKind::NotFound => PrinterError::NoSuchJob,
            _ => PrinterError::Folder(error),
        })?;
        let mut text = Vec::new();
        file.take(MAX_BYTES).read_to_end(&mut text).map_err(PrinterError::Folder)?;
        serde_json::from_slice(&text).map_err(|error| PrinterError::Folder(error.into()))
    }

    /// What Get-Job-Attributes would say.
    pub fn report(&self) -> JobReport {
        let reason = match self.state {
            JobState::Completed => "job-completed-successfully",
            JobState::Canceled => "job-canceled-by-user",
            JobState::Aborted => "aborted-by-system",
            _ => "job-printing",
        };
        JobReport {
            state: self.state,
            reasons: vec![reason.into()],
            impressions_completed: Some(self.impressions_completed),
            message: None,
            name: Some(self.name.clone()),
        }
    }
}

impl Ticket {
    fn of(plan: &Plan) -> Self {
        Self {
            pages: plan.pages.clone(),
            copies: plan.copies,
            sides: plan.sides,
            media: plan.media.clone(),
            resolution: plan.resolution,
            color_space: match plan.color_space {
                ColorSpace::Sgray8 => "sgray_8".into(),
                ColorSpace::Srgb8 => "srgb_8".into(),
                ColorSpace::Black1 => "black_1".into(),
            },
            print_scaling: plan.scaling,
        }
    }
}
