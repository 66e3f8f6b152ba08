//! The drill's printer at its port: a request, what the machine makes of it, an answer, or whatever the fault of the hour
//! leaves of one.

use std::{
    io,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use ipp::{
    attribute::IppAttributes, model::DelimiterTag, parser::AsyncIppParser, reader::AsyncIppReader, value::IppValue,
};
use smol::{Timer, future::FutureExt as _, io::AsyncReadExt as _, net::TcpStream};

use super::{
    answer::{Answer, Model},
    cut::{Cut, Cuts, Side},
    job::{Document, Job},
    machine::{Course, Machine},
    page::Pages,
    trouble::Conduct,
    wire::{Body, Wire},
};

/// How often whoever waits for the machine looks again.
const LOOK: Duration = Duration::from_millis(10);

/// Bytes of a request's head and attributes after which a faulty connection is cut, the next one later.
const CUTS: [u64; 5] = [1, 60, 150, 250, 420];

/// Seconds that a client may be silent.
const PATIENCE: Duration = Duration::from_secs(30);

/// The machine and what its connections share.
pub struct Desk {
    machine: Mutex<Machine>,
    model: Model,
    /// Connections cut on demand, besides those that a fault cuts.
    cuts: Mutex<Cuts>,
    served: std::sync::atomic::AtomicUsize,
}

/// What was asked.
struct Asked {
    operation: u16,
    number: i32,
    attributes: IppAttributes,
}

/// How a request was met.
enum Met {
    Answer(Answer),
    Cut { cleanly: bool },
}

impl Desk {
    /// A printer that stands idle.
    pub fn new(model: Model) -> Self {
        let machine = Mutex::new(Machine::new(Duration::from_millis(model.sheet_ms)));
        Self { machine, model, cuts: Mutex::default(), served: Default::default() }
    }

    /// The machine itself.
    pub fn machine(&self) -> MutexGuard<'_, Machine> {
        self.machine.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Talks with a client.
    pub async fn serve(self: Arc<Self>, stream: TcpStream) {
        let talk = async {
            self.talk(stream).await;
        };
        let late = async {
            Timer::after(PATIENCE).await;
        };
        talk.or(late).await;
    }

    async fn talk(&self, stream: TcpStream) {
        let turn = self.served.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let mut wire = Wire::new(stream);
        if let Conduct::Cut { .. } = self.machine().trouble.conduct() {
            wire.cut_after = Some(CUTS[turn % CUTS.len()]);
        }
        let (body, is_document) = match wire.request().await {
            Ok(request) => request,
            Err((wire, _)) => return wire.end(self.cuts_cleanly()),
        };
        let cut = self.cuts().take(is_document);
        let cleanly = cut.map_or_else(|| self.cuts_cleanly(), |cut| cut.cleanly);
        let parsed = AsyncIppParser::new(AsyncIppReader::new(body)).parse_parts().await;
        let Ok((header, attributes, reader)) = parsed else { return };
        let asked =
            Asked { operation: header.operation_or_status.cast_unsigned(), number: header.request_id, attributes };
        let mut body = reader.into_inner();
        if let Some(Cut { side: Side::Request(at), .. }) = cut {
            // What is cut before its document begins was never heard.
            if !is_document || at <= body.wire.came {
                return body.wire.end(cleanly);
            }
            body.wire.cut_after = Some(at);
        }
        while self.machine().trouble.is_asleep() {
            Timer::after(LOOK).await;
        }
        let before = self.machine().trouble.conduct();
        let met = match asked.operation {
            _ if before == Conduct::Busy => Ok(Met::Answer(Answer::new(0x0507, asked.number))),
            0x0006 => self.send_document(&asked, &mut body, cleanly).await,
            _ => self.obey(&asked, &mut body).await,
        };
        let Ok(met) = met else { return body.wire.end(cleanly) };
        if is_document {
            self.cuts().measured(body.wire.came);
        }
        let answer = match met {
            Met::Answer(answer) => answer,
            Met::Cut { cleanly } => return body.wire.end(cleanly),
        };
        while self.machine().trouble.is_asleep() {
            Timer::after(LOOK).await;
        }
        let conduct = match self.machine().trouble.conduct() {
            // What struck while this was answered strikes the next one.
            Conduct::Cut { .. } | Conduct::Busy => before,
            now => now,
        };
        self.answer(body.wire, conduct, turn, &asked, &answer, cut).await;
    }

    /// Connections cut on demand.
    pub fn cuts(&self) -> MutexGuard<'_, Cuts> {
        self.cuts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn cuts_cleanly(&self) -> bool {
        matches!(self.machine().trouble.conduct(), Conduct::Cut { cleanly: true })
    }

    /// Says the answer, or what the fault of the hour makes of it.
    async fn answer(
        &self,
        mut wire: Wire,
        conduct: Conduct,
        turn: usize,
        asked: &Asked,
        answer: &Answer,
        cut: Option<Cut>,
    ) {
        let odd = turn % 2 == 1;
        let whole = |bytes: &[u8]| http("200 OK", bytes, bytes.len());
        let said = match conduct {
            Conduct::Busy if odd => http("503 Service Unavailable", b"", 0),
            Conduct::Lost => Vec::new(),
            Conduct::Broken if odd => {
                let bytes = answer.to_bytes();
                let half = &bytes[..bytes.len() / 2];
                http("200 OK", half, bytes.len())
            }
            Conduct::Broken => {
                let mut bytes = answer.to_bytes();
                // The length of the first attribute's value, behind the header, two tags and its name.
                bytes[8 + 2 + 2 + "attributes-charset".len()] = 0x7f;
                whole(&bytes)
            }
            Conduct::Garbage if odd => b"220 printer FTP server ready\r\n\xff\xfe\x00\r\n\r\n".to_vec(),
            Conduct::Garbage => {
                let group = match asked.operation {
                    0x000b => DelimiterTag::PrinterAttributes,
                    _ => DelimiterTag::JobAttributes,
                };
                whole(&Answer::new(0, asked.number).absurd(group).to_bytes())
            }
            _ => whole(&answer.to_bytes()),
        };
        if let Some(Cut { side: Side::Answer(part), cleanly }) = cut {
            let at = usize::try_from(u64::from(part) * said.len() as u64 / u64::from(u16::MAX)).unwrap_or(0);
            let _ = wire.say(&said[..at.min(said.len())]).await;
            return wire.end(cleanly);
        }
        let said = wire.say(&said).await;
        match conduct {
            _ if said.is_err() => {}
            Conduct::Well | Conduct::Busy => wire.end_politely().await,
            Conduct::Cut { cleanly } => wire.end(cleanly),
            _ => wire.end(true),
        }
    }

    /// All operations but Send-Document.
    async fn obey(&self, asked: &Asked, body: &mut Body) -> io::Result<Met> {
        // Nothing should follow; what does is a part of the request.
        let mut rest = Vec::new();
        body.read_to_end(&mut rest).await?;
        let now = Instant::now();
        let (mut machine, model) = (self.machine(), self.model);
        let answer = |status| Answer::new(status, asked.number);
        let id = asked.number_of("job-id").unwrap_or(0);
        Ok(Met::Answer(match asked.operation {
            0x0004 | 0x0005 if machine.refuses_jobs => answer(0x0506),
            0x0004 => answer(0),
            0x0005 => {
                let copies = asked.number_of("copies").and_then(|copies| u32::try_from(copies).ok()).unwrap_or(1);
                let two_sided = asked.text("sides").is_some_and(|sides| sides.starts_with("two-sided"));
                let job = Job::new(&asked.text("job-name").unwrap_or_default(), copies, two_sided);
                let id = machine.create(job.clone(), now);
                answer(0).job(id, machine.jobs.get(&id).unwrap_or(&job), &machine, model)
            }
            0x0008 => answer(machine.cancel(id)),
            0x0009 => match machine.jobs.get(&id) {
                Some(job) => answer(0).job(id, job, &machine, model),
                None => answer(0x0406),
            },
            0x000a => {
                let completed = asked.text("which-jobs").as_deref() == Some("completed");
                let listed = machine.jobs.iter().filter(|(_, job)| job.state.is_terminal() == completed);
                listed.fold(answer(0), |answer, (id, job)| answer.job(*id, job, &machine, model))
            }
            0x000b => answer(0).printer(&machine, model),
            _ => answer(0x0501),
        }))
    }

    /// Takes a document as fast as the machine prints it.
    async fn send_document(&self, asked: &Asked, body: &mut Body, cleanly: bool) -> io::Result<Met> {
        let id = asked.number_of("job-id").unwrap_or(0);
        let begun = self.machine().begin_document(id);
        if let Err(status) = begun {
            return Ok(Met::Answer(Answer::new(status, asked.number)));
        }
        let taken = self.take(id, body).await;
        if taken.is_err() {
            let cut = body.wire.cut_after.is_some_and(|cut| body.wire.came >= cut);
            self.machine().document_broke(id, cut && cleanly);
        }
        match taken? {
            Course::Cut { cleanly, .. } => {
                self.machine().document_broke(id, cleanly);
                Ok(Met::Cut { cleanly })
            }
            Course::Answer(status) => Ok(Met::Answer(Answer::new(status, asked.number))),
            Course::Go | Course::Wait => {
                let machine = self.machine();
                let answer = Answer::new(0, asked.number);
                Ok(Met::Answer(match machine.jobs.get(&id) {
                    Some(job) => answer.job(id, job, &machine, self.model),
                    None => answer,
                }))
            }
        }
    }

    /// Reads the document until it ends or the machine wants no more of it.
    async fn take(&self, id: i32, body: &mut Body) -> io::Result<Course> {
        let mut pages = Pages::default();
        let mut piece = [0; 512];
        let mut cut = None;
        loop {
            let course = self.machine().course(id);
            match course {
                Course::Wait => {
                    Timer::after(LOOK).await;
                    continue;
                }
                Course::Go => {}
                Course::Cut { .. } | Course::Answer(_) => return Ok(course),
            }
            let count = match body.read(&mut piece).await {
                Ok(0) => break,
                Ok(count) => count,
                Err(_) if cut.is_some() => return Ok(cut.unwrap_or(Course::Go)),
                Err(error) => return Err(error),
            };
            let Ok(found) = pages.feed(&piece[..count]) else {
                self.machine().document_broke(id, false);
                // `client-error-document-format-error`.
                return Ok(Course::Answer(0x0411));
            };
            let course = self.machine().pages(id, &found, Instant::now());
            match course {
                Course::Cut { after: 0, .. } | Course::Answer(_) => return Ok(course),
                Course::Cut { after, .. } => {
                    body.wire.cut_after = Some(body.wire.came + after);
                    cut = Some(course);
                }
                Course::Go | Course::Wait => {}
            }
        }
        if !pages.is_between_pages() {
            self.machine().document_broke(id, true);
            return Ok(Course::Answer(0x0411));
        }
        let mut machine = self.machine();
        match machine.jobs.get(&id).map(|job| job.document) {
            Some(Document::Arriving) => Ok(machine.document_ended(id, Instant::now())),
            _ => Ok(machine.course(id)),
        }
    }
}

impl Asked {
    fn value(&self, name: &str) -> Option<&IppValue> {
        self.attributes.groups().iter().find_map(|group| group.get(name)).map(|attribute| attribute.value())
    }

    fn number_of(&self, name: &str) -> Option<i32> {
        match self.value(name)? {
            IppValue::Integer(number) | IppValue::Enum(number) => Some(*number),
            _ => None,
        }
    }

    fn text(&self, name: &str) -> Option<String> {
        match self.value(name)? {
            IppValue::Keyword(text) => Some(text.as_str().to_owned()),
            IppValue::NameWithoutLanguage(text) => Some(text.as_str().to_owned()),
            _ => None,
        }
    }
}

/// An HTTP answer whose head promises `length` bytes.
fn http(status: &str, body: &[u8], length: usize) -> Vec<u8> {
    let head = format!("HTTP/1.1 {status}\r\nContent-Type: application/ipp\r\nContent-Length: {length}\r\n\r\n");
    [head.as_bytes(), body].concat()
}
