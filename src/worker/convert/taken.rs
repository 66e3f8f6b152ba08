//! The parent's side of one child: starts it, takes its files into a folder as they come, and judges how it ended.

use std::{
    fs::{self, File},
    io::{self, Write as _},
    path::Path,
    process::Stdio,
};

use smol::{
    Async,
    io::{AsyncBufRead, AsyncBufReadExt as _, AsyncRead, AsyncReadExt as _, BufReader},
    process::Command,
};

use super::{
    ConvertError,
    frame::{Frame, Head, LINE_BYTES, Told},
    order::Order,
};
use crate::{
    document::{kind::Kind, refusal::Refusal},
    worker::{EXIT_BAD_DOCUMENT, EXIT_FAILED, Limits, Note, WorkerError, Workers, pipes},
};

/// Bytes read and written at once.
const CHUNK_BYTES: usize = 256 << 10;

/// Bytes of stderr that are looked at.
const SAID_BYTES: u64 = 256 << 10;

/// What Rust's allocator says before it gives up.
const NO_MEMORY: &str = "memory allocation of";

/// Runs the child to its end.
pub(super) async fn run(
    workers: &Workers,
    document: File,
    order: &Order,
    folder: Option<&Path>,
) -> Result<Told, ConvertError> {
    let ([stdout, stderr], [out, said]) = pipes()?;
    let mut command = Command::from(workers.converting_command(order).await?);
    command.stdin(Stdio::from(document)).stdout(out).stderr(said).kill_on_drop(true);
    let mut child = command.spawn()?;
    // It holds our ends of the pipes too, and they would never end.
    drop(command);
    let mut reader = BufReader::with_capacity(CHUNK_BYTES, stdout);
    let taking = take(&mut reader, folder, order.limits.made_bytes);
    let (taken, said) = smol::future::zip(
        async {
            let taken = taking.await;
            if taken.is_err() {
                // Or it would wait for us for ever.
                let _ = child.kill();
            }
            taken
        },
        listen(stderr),
    )
    .await;
    let status = child.status().await?;
    let refused = said.refused(status);
    match (taken, refused) {
        (Err(Taking::TooMuch), _) => Err(Refusal::TooLarge.into()),
        (Err(Taking::Own(error)), _) => Err(error.into()),
        (_, Some(error)) => Err(error),
        (Ok(Some(told)), None) => Ok(told),
        (Ok(None) | Err(Taking::Nonsense), None) => {
            Err(ConvertError::Failed("the child did not say how it ended".into()))
        }
    }
}

enum Taking {
    TooMuch,
    Nonsense,
    Own(io::Error),
}

/// `None` when the child ended before it said so.
async fn take(
    reader: &mut (impl AsyncBufRead + Unpin),
    folder: Option<&Path>,
    most_bytes: u64,
) -> Result<Option<Told>, Taking> {
    let (mut files, mut bytes) = (Vec::<Head>::new(), 0_u64);
    loop {
        let mut line = String::new();
        let read = (&mut *reader).take(LINE_BYTES).read_line(&mut line).await.map_err(|_| Taking::Nonsense)?;
        if read == 0 {
            return Ok(None);
        }
        match serde_json::from_str(&line).map_err(|_| Taking::Nonsense)? {
            Frame::Told(told) => return Ok(Some(Told { files, ..told })),
            Frame::File(head) => {
                bytes = bytes.saturating_add(head.bytes);
                if bytes > most_bytes {
                    return Err(Taking::TooMuch);
                }
                let folder = folder.ok_or(Taking::Nonsense)?;
                keep(reader, &folder.join(head.name()), head.bytes).await?;
                files.push(head);
            }
        }
    }
}

/// The file gets its name when it is whole.
async fn keep(reader: &mut (impl AsyncRead + Unpin), path: &Path, bytes: u64) -> Result<(), Taking> {
    let part = path.with_extension("part");
    let mut file = File::create(&part).map_err(Taking::Own)?;
    let mut left = bytes;
    while left > 0 {
        let mut chunk = vec![0; CHUNK_BYTES.min(usize::try_from(left).unwrap_or(CHUNK_BYTES))];
        reader.read_exact(&mut chunk).await.map_err(|_| Taking::Nonsense)?;
        left = left.saturating_sub(chunk.len() as u64);
        file = smol::unblock(move || file.write_all(&chunk).map(|()| file)).await.map_err(Taking::Own)?;
    }
    drop(file);
    fs::rename(&part, path).map_err(Taking::Own)
}

/// What the child said on stderr.
#[derive(Default)]
struct Said {
    why: Option<String>,
    no_memory: bool,
}

async fn listen(stderr: Async<File>) -> Said {
    let mut said = Said::default();
    let mut bytes = Vec::new();
    let mut stderr = stderr;
    let _ = (&mut stderr).take(SAID_BYTES).read_to_end(&mut bytes).await;
    // What comes after is thrown away, or the child would wait for us.
    let mut rest = [0; 4096];
    while stderr.read(&mut rest).await.is_ok_and(|read| read > 0) {}
    for line in String::from_utf8_lossy(&bytes).lines() {
        match serde_json::from_str(line) {
            Ok(Note::Error(why)) => said.why = Some(why),
            Ok(Note::Pages(_)) => {}
            Err(_) => {
                said.no_memory |= line.contains(NO_MEMORY);
                tracing::debug!(target: "ottisk::worker", line = %line.chars().take(200).collect::<String>());
            }
        }
    }
    said
}

impl Said {
    fn refused(self, status: std::process::ExitStatus) -> Option<ConvertError> {
        use std::os::unix::process::ExitStatusExt as _;
        let why = self.why.unwrap_or_default();
        match (status.code(), status.signal()) {
            (Some(0), _) => None,
            (Some(code), _) if code == i32::from(EXIT_BAD_DOCUMENT) => Some(WorkerError::Document(why).into()),
            _ if self.no_memory => Some(Refusal::TooLarge.into()),
            // Its seconds of CPU were over.
            (_, Some(libc::SIGXCPU | libc::SIGKILL)) => Some(Refusal::TimedOut.into()),
            (Some(code), _) if code == i32::from(EXIT_FAILED) => Some(ConvertError::Failed(why)),
            // It died, and so of its document.
            _ => Some(Refusal::Corrupted.into()),
        }
    }
}

impl Workers {
    /// This program as a child that converts.
    async fn converting_command(&self, order: &Order) -> Result<std::process::Command, ConvertError> {
        let address_space_bytes = match order.kind {
            // As where it is printed: pdfium maps more than it fills.
            Kind::Pdf => self.limits.address_space_bytes,
            _ => order.limits.address_space_bytes,
        };
        let limits = Limits {
            address_space_bytes,
            cpu_s: order.limits.cpu_s,
            file_bytes: 0,
            page_cpu_s: order.limits.cpu_s,
            document_pages: self.limits.document_pages,
        };
        let order = serde_json::to_string(order).map_err(|error| ConvertError::Failed(error.to_string()))?;
        let mut command = self.command("convert", &limits).await?;
        command.arg("--order").arg(order);
        Ok(command)
    }
}
