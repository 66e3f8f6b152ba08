//! A printer that speaks IPP/2.0: the operations of a job's life, and what its status codes mean for us.

use std::{
    io,
    sync::{Arc, Mutex, PoisonError},
};

use super::{
    Document, JobReport, Limits, Status, attributes,
    connect::Route,
    document,
    error::PrinterError,
    exchange::exchange,
    find::auto::{Auto, Place},
    message::{Attribute, Attributes, Message, group},
    request, safe,
};
use crate::job::plan::{Capabilities, Format, Plan};

/// A printer. It keeps what the printer said of itself last, for jobs are fitted to it.
#[derive(Debug)]
pub struct Ipp {
    place: Where,
    limits: Limits,
    known: Mutex<Option<Arc<Vec<Attribute>>>>,
}

/// Where the printer is.
#[derive(Debug)]
pub enum Where {
    /// At an address that was given.
    Fixed(Route),
    /// Where it is found.
    Auto(Auto),
}

/// The way that a request takes.
enum Way<'a> {
    Fixed(&'a Route),
    Auto(Arc<Place>),
}

impl Way<'_> {
    fn route(&self) -> &Route {
        match self {
            Self::Fixed(route) => route,
            Self::Auto(place) => &place.route,
        }
    }

    fn uri(&self) -> &str {
        &self.route().address.uri
    }
}

/// The most names of unsupported attributes that are kept.
const MAX_UNSUPPORTED: usize = 16;

impl Ipp {
    /// A printer; nothing is asked of it yet.
    pub fn new(place: Where, limits: Limits) -> Self {
        Self { place, limits, known: Mutex::new(None) }
    }

    /// `printer-uri` as it was given, or `auto`.
    pub fn uri(&self) -> &str {
        match &self.place {
            Where::Fixed(route) => &route.address.uri,
            Where::Auto(_) => "auto",
        }
    }

    /// Where it is now, and the key that is kept of it.
    pub async fn seen(&self) -> Result<(String, Option<String>), PrinterError> {
        let (way, _) = self.way().await?;
        let pin = match &way.route().trust {
            Some(trust) => trust.pin().await?.map(|pin| pin.to_string()),
            None => None,
        };
        Ok((way.uri().to_owned(), pin))
    }

    /// Get-Printer-Attributes. A printer that is not where it was is found again before it counts as gone.
    pub async fn capabilities(&self) -> Result<Capabilities, PrinterError> {
        Ok(self.described().await?.0)
    }

    /// Get-Printer-Attributes, for both.
    pub async fn look(&self) -> Result<(Capabilities, Status), PrinterError> {
        let (capabilities, answer) = self.described().await?;
        Ok((capabilities, attributes::status(answer.group(group::PRINTER))?))
    }

    async fn described(&self) -> Result<(Capabilities, Message), PrinterError> {
        let (way, is_new) = self.way().await?;
        match self.describe(&way).await {
            Err(error) if !is_new && self.moved(&error) => self.describe(&self.way().await?.0).await,
            outcome => outcome,
        }
    }

    async fn describe(&self, way: &Way<'_>) -> Result<(Capabilities, Message), PrinterError> {
        let names = [attributes::REQUESTED.as_slice(), &["printer-uuid"]].concat();
        let asked = request::printer_attributes(way.uri(), &names);
        let answer = accepted(self.ask(way, &asked).await?)?;
        let printer = answer.group(group::PRINTER);
        if let (Way::Auto(place), Where::Auto(auto)) = (way, &self.place)
            && !place.is_of(printer)
        {
            auto.lose();
            return Err(PrinterError::Unreachable(io::ErrorKind::AddrNotAvailable.into()));
        }
        let capabilities = attributes::capabilities(printer)?;
        let needed = printer.0.iter().filter(|attribute| attribute.name != "media-col-database").cloned().collect();
        *self.known.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(needed));
        Ok((capabilities, answer))
    }

    /// Get-Printer-Attributes, only how it is.
    pub async fn status(&self) -> Result<Status, PrinterError> {
        let (way, _) = self.way().await?;
        let names = [
            "printer-state",
            "printer-state-reasons",
            "printer-is-accepting-jobs",
            "printer-impressions-completed",
            "queued-job-count",
        ];
        let answer = accepted(self.ask(&way, &request::printer_attributes(way.uri(), &names)).await?)?;
        attributes::status(answer.group(group::PRINTER))
    }

    /// Validate-Job. A printer that has no such operation will tell at Create-Job.
    pub async fn validate(&self, plan: &Plan) -> Result<(), PrinterError> {
        let known = self.known().await?;
        let (way, _) = self.way().await?;
        let answer = self.ask(&way, &request::validate(way.uri(), plan, Attributes(&known))).await?;
        match accepted(answer) {
            Err(PrinterError::Refused { status: 0x0501, .. }) | Ok(_) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Create-Job.
    pub async fn create(&self, plan: &Plan, job_name: &str) -> Result<i32, PrinterError> {
        let known = self.known().await?;
        let (way, _) = self.way().await?;
        let answer = self.ask(&way, &request::create(way.uri(), plan, job_name, Attributes(&known))).await?;
        let answer = accepted(answer)?;
        answer.group(group::JOB).number("job-id").filter(|job| *job > 0).ok_or(PrinterError::NotIpp)
    }

    /// Send-Document; several of them for a printer that takes a page a document.
    pub async fn send(&self, job: i32, plan: &Plan, document: Document) -> Result<(), PrinterError> {
        match plan.format {
            Format::PwgRaster | Format::Urf => self.send_one(job, plan, document, true).await,
            Format::Pdf => self.send_one(job, plan, document::pdf(document, plan), true).await,
            Format::Jpeg => {
                let pages = document::Pages::of(document, plan);
                for left in (0..plan.documents()).rev() {
                    let page = pages.next(left == 0).await.map_err(PrinterError::Renderer)?;
                    self.send_one(job, plan, page, left == 0).await?;
                }
                Ok(())
            }
        }
    }

    async fn send_one(&self, job: i32, plan: &Plan, document: Document, last: bool) -> Result<(), PrinterError> {
        let (way, _) = self.way().await?;
        let message = request::send(way.uri(), job, plan, last);
        about_job(exchange(way.route(), &self.limits, &message, Some(document)).await?).map(drop)
    }

    /// Get-Job-Attributes.
    pub async fn job(&self, job: i32) -> Result<JobReport, PrinterError> {
        let (way, _) = self.way().await?;
        let answer = about_job(self.ask(&way, &request::job_attributes(way.uri(), job)).await?)?;
        attributes::report(answer.group(group::JOB))
    }

    /// Get-Jobs, twice. A printer that tells nothing of jobs at an end still tells of the others.
    pub async fn jobs(&self) -> Result<Vec<(i32, JobReport)>, PrinterError> {
        let (way, _) = self.way().await?;
        let mut answer = accepted(self.ask(&way, &request::jobs(way.uri(), "not-completed")).await?)?;
        match accepted(self.ask(&way, &request::jobs(way.uri(), "completed")).await?) {
            Ok(ended) => answer.groups.extend(ended.groups),
            Err(PrinterError::Refused { .. }) => {}
            Err(error) => return Err(error),
        }
        let jobs =
            answer.groups.iter().filter(|group| group.tag == group::JOB).map(|group| Attributes(&group.attributes));
        Ok(jobs.filter_map(|job| Some((job.number("job-id")?, attributes::report(job).ok()?))).collect())
    }

    /// Cancel-Job.
    pub async fn cancel(&self, job: i32) -> Result<(), PrinterError> {
        let (way, _) = self.way().await?;
        about_job(self.ask(&way, &request::cancel(way.uri(), job)).await?).map(drop)
    }

    /// The way to take, and whether it was found just now.
    async fn way(&self) -> Result<(Way<'_>, bool), PrinterError> {
        match &self.place {
            Where::Fixed(route) => Ok((Way::Fixed(route), false)),
            Where::Auto(auto) => auto.place().await.map(|(place, is_new)| (Way::Auto(place), is_new)),
        }
    }

    async fn ask(&self, way: &Way<'_>, message: &Message) -> Result<Message, PrinterError> {
        exchange(way.route(), &self.limits, message, None).await.inspect_err(|error| {
            self.moved(error);
        })
    }

    /// Whether the printer may be elsewhere now; if so it will be looked for. Who is there answers in another way than
    /// it does, or nobody.
    fn moved(&self, error: &PrinterError) -> bool {
        use PrinterError::{CertificateChanged, Http, NotIpp, Redirected, Tls, Unreachable, WantsTls};
        let elsewhere = matches!(
            error,
            Unreachable(_) | Http(_) | NotIpp | Redirected { .. } | Tls(_) | WantsTls | CertificateChanged { .. }
        );
        match &self.place {
            Where::Auto(auto) if elsewhere => {
                auto.lose();
                true
            }
            _ => false,
        }
    }

    /// What the printer said of itself; asked now when it was not asked before.
    async fn known(&self) -> Result<Arc<Vec<Attribute>>, PrinterError> {
        let kept = || self.known.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(known) = kept() {
            return Ok(known);
        }
        self.capabilities().await?;
        kept().ok_or(PrinterError::NotIpp)
    }
}

/// `status-code` (RFC 8011 §4.1.6.1 and appendix B). Attributes that were ignored or substituted are no failure: what
/// matters is counted in sheets afterwards.
fn accepted(answer: Message) -> Result<Message, PrinterError> {
    match answer.code {
        0x0000..=0x00ff => Ok(answer),
        0x0502 | 0x0504..=0x0507 | 0x050a | 0x050b => Err(PrinterError::Busy),
        status => {
            let named = answer.group(group::UNSUPPORTED).0.iter().take(MAX_UNSUPPORTED);
            let unsupported = named.map(|attribute| safe(&attribute.name)).collect();
            Err(PrinterError::Refused { status, unsupported })
        }
    }
}

/// For requests about a job: `client-error-not-found` and `client-error-gone` mean the job.
fn about_job(answer: Message) -> Result<Message, PrinterError> {
    match accepted(answer) {
        Err(PrinterError::Refused { status: 0x0406 | 0x0407, .. }) => Err(PrinterError::NoSuchJob),
        other => other,
    }
}
