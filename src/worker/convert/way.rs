//! Which engine makes what of which kind, and what is done when one cannot.
//!
//! | kind | screen | print |
//! |---|---|---|
//! | DOC DOCX RTF ODT | ours | LibreOffice, else ours, simplified |
//! | XLS XLSX XLSB XLSM ODS | ours | LibreOffice, else ours, simplified |
//! | TXT, pictures | ours | ours: LibreOffice cannot read 8-bit Cyrillic |
//! | PPTX | ours, LibreOffice for slides of which we know that something is missing | LibreOffice, else ours, simplified |
//! | PPT ODP | LibreOffice, a few slides or the print form's pages; else the outline | LibreOffice, else an outline of the text, simplified |
//! | PDF | pdfium | itself |

mod slides;

use std::{
    fs,
    path::{Path, PathBuf},
    sync::{Arc, OnceLock},
    time::Duration,
};

use smol::lock::Semaphore;

use super::{
    ConvertError,
    frame::Told,
    office::{self, Office, show::Shows},
    order::Order,
};
use crate::{
    document::{
        kind::{Kind, Shown},
        made::{Ask, Converted, Format, PRINT_FILE, PageMade},
        refusal::Refusal,
    },
    settings::convert::Convert,
    worker::{WorkerError, Workers, memory},
};

/// What conversions of one kiosk share.
pub struct Converter {
    /// What bounds them.
    pub limits: Convert,
    /// Our own children.
    pub conversions: Arc<Semaphore>,
    /// LibreOffice's processes.
    pub offices: Arc<Semaphore>,
    /// The presentation that is open.
    pub shows: Shows,
    /// Where what is known of LibreOffice may be kept.
    state: Option<PathBuf>,
    office: OnceLock<Option<Office>>,
}

/// Bytes of memory from which on two of LibreOffice's processes do not crowd out the rest.
const TWO_OFFICES_BYTES: u64 = 3 << 30;

/// How many of LibreOffice's processes there may be.
pub(in crate::worker) fn offices(limits: &Convert) -> usize {
    match limits.offices {
        0 if memory::total_bytes().is_some_and(|bytes| bytes >= TWO_OFFICES_BYTES) => 2,
        0 => 1,
        asked => asked,
    }
}

impl Converter {
    /// With these limits; `state` is a folder for what is found out once.
    pub fn new(limits: Convert, state: Option<PathBuf>) -> Self {
        Self {
            conversions: Arc::new(Semaphore::new(limits.conversions)),
            offices: Arc::new(Semaphore::new(offices(&limits))),
            shows: Shows::default(),
            state,
            office: OnceLock::new(),
            limits,
        }
    }

    /// Closes a presentation that nobody leafs through; for ever.
    pub async fn rest(&self) {
        self.shows.rest(Duration::from_secs(self.limits.slides_open_s)).await;
    }

    /// LibreOffice, where it is installed and wanted; looked for when it is needed first.
    pub fn office(&self) -> Option<&Office> {
        let find =
            || self.limits.office.then(|| Office::find(&self.limits.office_folder, self.state.as_deref())).flatten();
        self.office.get_or_init(find).as_ref()
    }
}

/// Makes it.
pub(super) async fn go(
    workers: &Workers,
    document: &Path,
    kind: Kind,
    ask: &Ask,
    folder: &Path,
) -> Result<Converted, ConvertError> {
    let screen_width = workers.converter.limits.shown_px;
    match (ask, kind, kind.shown()) {
        (Ask::Print, Kind::Pdf, _) => itself(workers, document, folder).await,
        (Ask::Print, ..) if kind.is_office() => print(workers, document, kind, folder).await,
        (Ask::Print, ..) => ours(workers, document, kind, ask, folder).await,
        // A text has no pages but on paper.
        (Ask::Pages { .. }, _, Shown::Html) => ours(workers, document, kind, &Ask::Html, folder).await,
        (Ask::Pages { .. }, Kind::Ppt | Kind::Pptx | Kind::Odp, _) => {
            slides::pictures(workers, document, kind, ask, folder).await
        }
        (Ask::Html, _, Shown::Pages | Shown::Pictures) => {
            let pages = Ask::Pages { pages: Default::default(), width: screen_width };
            Box::pin(go(workers, document, kind, &pages, folder)).await
        }
        _ => ours(workers, document, kind, ask, folder).await,
    }
}

/// By a child of ours.
async fn ours(
    workers: &Workers,
    document: &Path,
    kind: Kind,
    ask: &Ask,
    folder: &Path,
) -> Result<Converted, ConvertError> {
    let order = Order::make(kind, ask, workers.converter.limits.clone());
    let told = workers.child(document, &order, Some(folder)).await?;
    Ok(converted(told))
}

fn converted(told: Told) -> Converted {
    let page = |head: &super::frame::Head| PageMade {
        number: head.number,
        file: head.name(),
        media_type: head.format.map_or("", Format::media_type).into(),
        width: head.width,
        height: head.height,
    };
    Converted {
        format: told.files.first().and_then(|head| head.format).unwrap_or(Format::Png),
        page_count: told.page_count,
        pages: told.files.iter().map(page).collect(),
        simplified: told.simplified,
        fonts_substituted: told.fonts_substituted,
    }
}

/// The print form by LibreOffice; by ours where it is not, or cannot.
async fn print(workers: &Workers, document: &Path, kind: Kind, folder: &Path) -> Result<Converted, ConvertError> {
    let Some(office) = workers.converter.office() else {
        return ours(workers, document, kind, &Ask::Print, folder).await;
    };
    // A bomb or a password is found in milliseconds by a child that reads no further.
    let order = Order::fits(kind, workers.converter.limits.clone());
    let told = workers.child(document, &order, Some(folder)).await?;
    let fitted = told.files.first().map(|head| Fitted(folder.join(head.name())));
    let document_fitted = fitted.as_ref().map_or(document, |fitted| &fitted.0);
    let printed = async {
        office::print(workers, office, document_fitted, kind, folder).await?;
        Ok(whole(count(workers, &folder.join(PRINT_FILE)).await?))
    };
    let refusal = match printed.await {
        Err(ConvertError::Refused(refusal)) => refusal,
        other => return other,
    };
    tracing::info!(%refusal, kind = kind.extension(), "LibreOffice made no print form");
    // It does not say why. Our reader knows a password from damage, and often reads what is damaged.
    if refusal == Refusal::TimedOut {
        // Nobody waits twice as long.
        return Err(refusal.into());
    }
    match ours(workers, document, kind, &Ask::Print, folder).await {
        Err(ConvertError::Refused(Refusal::NoEngine | Refusal::Unsupported)) => Err(refusal.into()),
        other => other,
    }
}

/// A workbook on its way to LibreOffice; it goes when it got there.
struct Fitted(PathBuf);

impl Drop for Fitted {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

/// A PDF is its own print form.
async fn itself(workers: &Workers, document: &Path, folder: &Path) -> Result<Converted, ConvertError> {
    let (from, to) = (document.to_owned(), folder.join(PRINT_FILE));
    let page_count = count(workers, &from).await?;
    smol::unblock(move || fs::copy(from, to)).await?;
    Ok(whole(page_count))
}

/// A print form as its author made it.
fn whole(page_count: u32) -> Converted {
    let page = PageMade {
        number: 1,
        file: PRINT_FILE.into(),
        media_type: Format::Pdf.media_type().into(),
        width: None,
        height: None,
    };
    Converted {
        format: Format::Pdf,
        page_count: Some(page_count),
        pages: vec![page],
        simplified: false,
        fonts_substituted: Vec::new(),
    }
}

async fn count(workers: &Workers, pdf: &Path) -> Result<u32, ConvertError> {
    match workers.inspect(fs::File::open(pdf)?).await {
        Ok(inspection) if inspection.page_count > workers.converter.limits.pages => Err(Refusal::TooLarge.into()),
        Ok(inspection) => Ok(inspection.page_count),
        Err(WorkerError::Died(_)) => Err(Refusal::TimedOut.into()),
        Err(other) => Err(other.into()),
    }
}
