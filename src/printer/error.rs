//! Why a printer could not be used, and what a person is told of it.

use std::io;

use crate::job::fault::Fault;

/// The address is not one of a printer we can use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UriError {
    /// Another scheme, or no address at all.
    #[error("not a printer's address; give ipp://HOST[:PORT]/PATH, ipps://…, auto or file:///FOLDER")]
    Unknown,
    /// `file://` without a whole path.
    #[error("a folder needs its whole path: file:///FOLDER with three slashes (or give ipp://HOST[:PORT]/PATH)")]
    Folder,
    /// `fe80::…` without the interface it is behind.
    #[error("a link-local address needs its interface: [fe80::1%25eth0] (or give auto, or ipp://HOST by its name)")]
    LinkLocal,
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
    /// The printer is busy or not ready (0x0502, 0x0504 to 0x0507, 0x050a, 0x050b; HTTP 503): try again later.
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
    /// No encrypted connection could be made; the printer knows nothing of the request.
    #[error("no TLS with the printer: {0}")]
    Tls(String),
    /// The printer shows another key than the one that is kept: it, or somebody between, has changed.
    #[error(
        "the certificate of {printer} has changed: its key was sha256:{pinned} and is sha256:{seen}; compare it with the \
         printer's own settings, and if it is right: ottisk printers --forget {printer}"
    )]
    CertificateChanged {
        /// Under which name the key is kept.
        printer: String,
        /// The key that is kept.
        pinned: String,
        /// The key that was shown.
        seen: String,
    },
    /// A printer whose key is kept is offered only without encryption.
    #[error(
        "{0} was used encrypted before and is offered without encryption now; if that is right: ottisk printers --forget {0}"
    )]
    Downgraded(String),
    /// The printer wants TLS (HTTP 426, RFC 8010 §9.1).
    #[error("the printer wants an encrypted connection: give its address as ipps://")]
    WantsTls,
    /// The web server at that address sends us elsewhere; documents do not go where a stranger points.
    #[error("the printer at this address sends us on{}: give the address where it is", to.as_ref().map(|to| format!(" to {to}")).unwrap_or_default())]
    Redirected {
        /// Where to, safe to show.
        to: Option<String>,
    },
    /// `auto` found nothing.
    #[error("no printer was found on the network or at ipp-usb's ports")]
    NotFound,
    /// The printer that `auto` is bound to was not found.
    #[error("{name} was not found; to choose another printer: ottisk printers --forget auto")]
    BoundNotFound {
        /// What it is called.
        name: String,
    },
    /// `auto` found several and must not guess.
    #[error("several printers were found and none is chosen: {}; name one in [finding] only", names.join(", "))]
    Several {
        /// What they are called, safe to show.
        names: Vec<String>,
    },
    /// What is known of printers cannot be read or kept.
    #[error("printers.json: {0}")]
    Known(io::Error),
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
            Self::Unreachable(_) | Self::NotFound | Self::BoundNotFound { .. } | Self::Known(_) => Fault::Unreachable,
            Self::CertificateChanged { .. } | Self::Downgraded(_) => Fault::CertificateChanged,
            Self::Several { .. } => Fault::SeveralPrinters,
            Self::ConnectionLost => Fault::ConnectionLost,
            Self::Busy => Fault::Busy,
            Self::Refused { .. } | Self::Http(401 | 403) => Fault::Refused,
            Self::Folder(error) if error.kind() == io::ErrorKind::StorageFull => Fault::OutputFull,
            Self::Folder(_) => Fault::Offline,
            Self::NotIpp | Self::Http(_) | Self::Unsuitable => Fault::Unsuitable,
            Self::Tls(_) | Self::WantsTls | Self::Redirected { .. } => Fault::Unsuitable,
            Self::NoSuchJob | Self::Canceled => Fault::AbortedByPrinter,
            Self::Renderer(_) => Fault::Document,
        }
    }
}
