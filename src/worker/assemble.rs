//! Several PDFs made one, or one opened by its password and saved without it: both sides, the parent's and the child's.
//!
//! The child gets the documents as descriptors and the password through a pipe, for a command line can be read by anyone on
//! the machine. What it writes is opened anew by an inspection before anybody trusts it.

use std::{
    ffi::{c_int, c_ulong, c_void},
    fs::File,
    io::{self, Read as _, Write as _},
    os::fd::{AsRawFd as _, FromRawFd as _, OwnedFd, RawFd},
    process::Stdio,
    slice,
    time::Duration,
};

use pdfium_render::prelude::{PdfDocument, Pdfium, PdfiumLibraryBindingsAccessor as _};
use smol::{Timer, future::FutureExt as _, process::Command};

use super::{Limits, Notes, WorkerError, Workers, child::Failure, inspect, leave_open};

/// `FPDF_REMOVE_SECURITY` of fpdf_save.h.
const REMOVE_SECURITY: c_ulong = 3;

/// Bytes of a password that pdfium looks at.
const PASSWORD_BYTES: u64 = 1 << 10;

impl Workers {
    /// Writes the pages of all `documents`, in their order, into `out`, at most `most` bytes. With a password there is one
    /// document, which is written as it is, but without it.
    pub async fn assemble(
        &self,
        documents: Vec<File>,
        password: Option<&str>,
        out: File,
        most: u64,
    ) -> Result<(), WorkerError> {
        let failed = |error: io::Error| WorkerError::NotStarted(error.to_string());
        let _slot = self.inspections.acquire_arc().await;
        let limits = Limits { file_bytes: most, ..self.child_limits(self.limits.inspect_cpu_s, true) };
        let mut command = self.command("assemble", &limits).await?;
        let mut kept: Vec<OwnedFd> = documents.into_iter().map(OwnedFd::from).collect();
        let numbers = |fds: &[OwnedFd]| fds.iter().map(|fd| fd.as_raw_fd().to_string()).collect::<Vec<_>>().join(",");
        command.arg(format!("--documents={}", numbers(&kept)));
        if let Some(password) = password {
            let (reading, mut writing) = io::pipe().map_err(failed)?;
            // A pipe holds 64 KiB, a password less: nobody waits.
            writing.write_all(password.as_bytes()).map_err(failed)?;
            command.arg(format!("--password={}", reading.as_raw_fd()));
            kept.push(reading.into());
        }
        leave_open(&mut command, kept.iter().map(|fd| fd.as_raw_fd()).collect());
        let mut command = Command::from(command);
        command.stdin(Stdio::null()).stdout(out).stderr(Stdio::piped()).kill_on_drop(true);
        let mut child = command.spawn().map_err(failed)?;
        drop(kept);
        let ended = async {
            let notes = Notes::default();
            if let Some(stderr) = child.stderr.take() {
                notes.listen(stderr, |_| {}).await;
            }
            Ok::<_, io::Error>((child.status().await?, notes))
        };
        let too_slow = async {
            Timer::after(Duration::from_secs(self.limits.inspect_timeout_s)).await;
            Err(io::ErrorKind::TimedOut.into())
        };
        let (status, notes) = ended.or(too_slow).await.map_err(|e| WorkerError::Died(e.to_string()))?;
        notes.verdict(status)
    }
}

/// What the child gets besides its stdout.
#[derive(Clone, Debug, Default)]
pub(super) struct Given {
    /// Descriptors of the documents.
    pub documents: Vec<RawFd>,
    /// Descriptor of the pipe with the password.
    pub password: Option<RawFd>,
}

impl Given {
    /// All of them, for the jail to leave open.
    pub fn kept(&self) -> Vec<RawFd> {
        self.documents.iter().copied().chain(self.password).collect()
    }
}

/// In the child, behind its walls: writes the document to stdout.
pub(super) fn run(pdfium: &Pdfium, given: &Given) -> Result<(), Failure> {
    // SAFETY: the descriptors are ours alone, each named once by the parent.
    let file = |fd: &RawFd| unsafe { File::from_raw_fd(*fd) };
    let mut password = String::new();
    if let Some(pipe) = &given.password {
        file(pipe).take(PASSWORD_BYTES).read_to_string(&mut password)?;
    }
    let mut read = Vec::new();
    for mut document in given.documents.iter().map(file) {
        inspect::whole(&mut document)?;
        let mut bytes = Vec::new();
        document.read_to_end(&mut bytes)?;
        read.push(bytes);
    }
    // SAFETY: descriptor 1 is ours alone; nothing else in the child writes to stdout.
    let mut out = unsafe { File::from_raw_fd(1) };
    match (read.as_slice(), &given.password) {
        ([only], Some(_)) => {
            let document = pdfium.load_pdf_from_byte_slice(only, Some(&password))?;
            save(pdfium, only, &password, &document, out)
        }
        (all, None) => {
            let mut joined = pdfium.create_new_pdf()?;
            for bytes in all {
                let document = pdfium.load_pdf_from_byte_slice(bytes, None)?;
                joined.pages_mut().append(&document)?;
            }
            Ok(joined.save_to_writer(&mut out)?)
        }
        _ => Err(Failure::Own("assemble: a password is of one document".into())),
    }
}

/// `FPDF_FILEWRITE` of fpdf_save.h, with our file behind it.
#[repr(C)]
struct Writer {
    version: c_int,
    write: unsafe extern "C" fn(*mut Writer, *const c_void, c_ulong) -> c_int,
    file: File,
    error: Option<io::Error>,
}

unsafe extern "C" fn write(writer: *mut Writer, data: *const c_void, size: c_ulong) -> c_int {
    let Ok(size) = usize::try_from(size) else { return 0 };
    // SAFETY: pdfium hands back the writer that it was given and a block of so many bytes.
    let (writer, block) = unsafe { (&mut *writer, slice::from_raw_parts(data.cast::<u8>(), size)) };
    match writer.file.write_all(block) {
        Ok(()) => 1,
        Err(error) => {
            writer.error = Some(error);
            0
        }
    }
}

/// The crate has no way to leave the encryption out: the library is asked itself.
fn save(pdfium: &Pdfium, bytes: &[u8], password: &str, opened: &PdfDocument<'_>, file: File) -> Result<(), Failure> {
    if opened.pages().is_empty() {
        return Err(Failure::Document("no pages".into()));
    }
    let bindings = pdfium.bindings();
    let mut writer = Writer { version: 1, write, file, error: None };
    // SAFETY: the bytes live longer than the document that is read from them; the writer has the layout of
    // `FPDF_FILEWRITE` in its first two fields, which is all that the library looks at.
    let saved = unsafe {
        let document = bindings.FPDF_LoadMemDocument64(bytes, Some(password));
        if document.is_null() {
            return Err(Failure::Document("encrypted".into()));
        }
        let saved = bindings.FPDF_SaveAsCopy(document, (&raw mut writer).cast(), REMOVE_SECURITY);
        bindings.FPDF_CloseDocument(document);
        saved
    };
    match (saved, writer.error) {
        (_, Some(error)) => Err(error.into()),
        (0, None) => Err(Failure::Document("corrupted: it cannot be saved".into())),
        (_, None) => Ok(()),
    }
}
