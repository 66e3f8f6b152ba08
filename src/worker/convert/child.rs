//! `ottisk worker convert …`: the converting child's entry. Goes to jail, does what the order says with the document on
//! stdin, hands over what it made on stdout. Everything it names is in its own memory: it opens no file but fonts.

use std::{
    ffi::OsString,
    fs::File,
    io::{BufWriter, ErrorKind, Read as _, Seek as _},
    os::fd::FromRawFd as _,
    path::PathBuf,
};

use pdfium_render::prelude::Pdfium;

use super::{
    frame::{Out, Told},
    look,
    order::{Order, Task},
    outline, pdf, picture, sheet, slide, txt, unlocked, word,
};
use crate::{
    document::{kind::Kind, made::Ask, refusal::Refusal},
    worker::{Limits, child::Failure, jail},
};

/// Where made files go.
pub(super) type Made = Out<BufWriter<File>>;

/// Runs the child's life. `arguments` are what follows `worker convert`.
pub fn live(arguments: impl Iterator<Item = OsString>) -> Result<(), Failure> {
    let (library, limits, order) = parse(arguments).map_err(|why| Failure::Own(format!("worker convert: {why}")))?;
    let draws_pdf = order.kind == Kind::Pdf && matches!(order.task, Task::Make(_));
    let pdfium = match draws_pdf {
        true => {
            let bindings = Pdfium::bind_to_library(&library);
            Some(Pdfium::new(bindings.map_err(|error| Failure::Own(format!("{error:?}")))?))
        }
        false => None,
    };
    let _ = rustix::thread::set_name(c"ottisk-convert");
    jail::enter(&limits, &[])?;
    // SAFETY: descriptors 0 and 1 are ours alone; nothing else in the child reads stdin or writes to stdout.
    let (mut document, out) = unsafe { (File::from_raw_fd(0), File::from_raw_fd(1)) };
    // Whoever handed the file over may have read it.
    document.rewind()?;
    let mut out = Out::new(BufWriter::new(out));
    let told = match (&order.task, &pdfium) {
        (Task::Kind, _) => Told { kind: look::kind(&mut document, order.limits.source_bytes)?, ..Told::default() },
        (Task::Make(ask), Some(pdfium)) => pdf::make(pdfium, &document, ask, &order.limits, &mut out)?,
        (Task::Fits, _) => {
            let bytes = whole(document, &order)?;
            look::fits(&bytes, order.kind, &order.limits)?;
            if let Some(fitted) = sheet::fit::fitted(&bytes, order.kind, &order.limits) {
                out.fitted(&fitted)?;
            }
            Told { hides: outline::hides(&bytes, order.kind), ..Told::default() }
        }
        (Task::Make(ask), None) => make(whole(document, &order)?, ask, &order, &mut out)?,
    };
    Ok(out.told(told)?)
}

fn whole(document: File, order: &Order) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    let read = document.take(order.limits.source_bytes).read_to_end(&mut bytes);
    read.map_err(|error| match error.kind() {
        ErrorKind::OutOfMemory => refuse(Refusal::TooLarge),
        _ => error.into(),
    })?;
    // One that is locked with the password that everybody has is as good as open.
    Ok(unlocked::opened(&bytes).unwrap_or(bytes))
}

fn make(bytes: Vec<u8>, ask: &Ask, order: &Order, out: &mut Made) -> Result<Told, Failure> {
    let limits = &order.limits;
    // A name may lie; what the parent was told of a kind may too.
    look::fits(&bytes, order.kind, limits)?;
    match order.kind {
        Kind::Jpeg | Kind::Bmp | Kind::Png | Kind::Gif | Kind::Tiff => {
            picture::make(&bytes, order.kind, ask, limits, out)
        }
        Kind::Txt => txt::make(&bytes, ask, limits, out),
        Kind::Doc | Kind::Docx | Kind::Rtf | Kind::Odt => word::make(&bytes, order.kind, ask, limits, out),
        Kind::Xls | Kind::Xlsx | Kind::Xlsb | Kind::Xlsm | Kind::Ods => {
            sheet::make(&bytes, order.kind, ask, limits, out)
        }
        Kind::Pptx => slide::make(bytes, ask, limits, out),
        Kind::Ppt | Kind::Odp => outline::make(bytes, order.kind, ask, limits, out),
        Kind::Pdf => Err(refuse(Refusal::Unsupported)),
    }
}

/// The document's end, with a reason that the parent can read.
pub(super) fn refuse(refusal: Refusal) -> Failure {
    Failure::Document(refusal.code().into())
}

fn parse(arguments: impl Iterator<Item = OsString>) -> Result<(PathBuf, Limits, Order), String> {
    use lexopt::prelude::{Long, ValueExt as _};
    let mut parser = lexopt::Parser::from_args(arguments);
    let (mut library, mut limits, mut order) = (None, None, None);
    let text = |e: lexopt::Error| e.to_string();
    while let Some(argument) = parser.next().map_err(text)? {
        let Long(name) = argument else { return Err(argument.unexpected().to_string()) };
        let name = name.to_owned();
        let value = parser.value().and_then(|value| value.string()).map_err(text)?;
        match name.as_str() {
            "library" => library = Some(PathBuf::from(value)),
            "limits" => limits = Some(serde_json::from_str(&value).map_err(|e| e.to_string())?),
            "order" => order = Some(serde_json::from_str(&value).map_err(|e| e.to_string())?),
            other => return Err(format!("no option --{other}")),
        }
    }
    match (library, limits, order) {
        (Some(library), Some(limits), Some(order)) => Ok((library, limits, order)),
        _ => Err("--library, --limits and --order are needed".into()),
    }
}
