//! Why a printer could not be used, and what a person is told of it.

use std::io;

use crate::job::fault::Fault;

/// The address is not one of a printer we can use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UriError {
    /// `ipps://` or `auto`.
    #[error("ipps:// and auto are not supported yet; give ipp://HOST[:PORT]/PATH or file:///FOLDER")]
    NotYet,
    /// Another scheme, or no address at all.
    #[error("not a printer's address; give ipp://HOST[:PORT]/PATH or file:///FOLDER")]
    Unknown,
    /// `file://` without a whole path.
    #[error("a folder needs its whole path: file:///FOLDER with three slashes (or give ipp://HOST[:PORT]/PATH)")]
    Folder,
}

/// A request to a printer failed.
#[derive(Debug, thiserror::Error)]
pub enum PrinterError {
    /// No connection could be made; the printer knows nothing of the request.
    #[error("the printer does not answer: {0}")]
    Unreachable(io::Error),
    /// The connection broke or nothing moved on it; nobody knows what the printer did.
    #[error("the connection to the printer was lost")]
    ConnectionLost,
    /// The printer is busy with another job (0x0507, 0x0505, 0x0502; HTTP 503): try again later.
    #[error("the printer is busy")]
    Busy,
    /// The printer does not want this (RFC 8011 §4.1.6).
    #[error("the printer refused with status 0x{status:04x} {}", unsupported.join(", "))]
    Refused {
        /// `status-code`.
        status: u16,
        /// Names of the attributes it objects to, safe to show.
        unsupported: Vec<String>,
    },
    /// The web server at that address answers, but not as a printer.
    #[error("HTTP status {0} instead of an IPP answer")]
    Http(u16),
    /// What answers does not speak IPP.
    #[error("what answers there is not an IPP printer")]
    NotIpp,
    /// The printer takes nothing that we can make.
    #[error("the printer takes no format that can be made")]
    Unsuitable,
    /// The printer does not know the job, or not any more.
    #[error("the printer does not know the job")]
    NoSuchJob,
    /// The document broke off on our side.
    #[error("the document broke off: {0}")]
    Renderer(io::Error),
    /// The job was stopped while its document was on the way.
    #[error("the job was canceled")]
    Canceled,
    /// The folder that is the printer cannot be written or read.
    #[error("the printer's folder: {0}")]
    Folder(io::Error),
}

impl PrinterError {
    /// What a person is told.
    pub fn fault(&self) -> Fault {
        match self {
            Self::Unreachable(_) => Fault::Unreachable,
            Self::ConnectionLost => Fault::ConnectionLost,
            Self::Busy | Self::Refused { .. } | Self::Http(401 | 403) => Fault::Refused,
            Self::Folder(error) if error.kind() == io::ErrorKind::StorageFull => Fault::OutputFull,
            Self::Folder(_) => Fault::Offline,
            Self::NotIpp | Self::Http(_) | Self::Unsuitable => Fault::Unsuitable,
            Self::NoSuchJob | Self::Canceled => Fault::AbortedByPrinter,
            Self::Renderer(_) => Fault::Document,
        }
    }
}
