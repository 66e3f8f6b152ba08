//! `ottisk preview`: a document's preview in a folder, by the same engines as the preview service's.

use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
};

use lexopt::Arg;
use sha2::{Digest as _, Sha256};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use super::{
    Failure,
    arguments::{Arguments, Common, unexpected},
    raster::library_folder,
};
use crate::{
    access::hex,
    document::{
        description::Description,
        kind::{Kind, Shown},
        made::{Ask, Converted, PRINT_FILE},
    },
    job::pages::PageRanges,
    settings::Settings,
    worker::{Workers, convert::ConvertError},
};

pub(super) const HELP: &str = "\
ottisk preview FILE -o DIR            a document's preview: description.json and its files

  -o, --output DIR          made when it is not there
  --pages RANGES            of slides and PDF; without it the first ones
  --width PIXELS            of pictures of pages; 1600 at the most unless [convert] shown_px says otherwise
  --print                   the print form besides, print.pdf
  --config FILE, --data DIR
";

struct Asked {
    file: PathBuf,
    folder: PathBuf,
    pages: PageRanges,
    width: Option<u32>,
    print: bool,
    common: Common,
}

pub(super) fn run(arguments: Arguments) -> Result<(), Failure> {
    super::start_log();
    let asked = read(arguments)?;
    let settings = asked.common.settings()?;
    fs::create_dir_all(&asked.folder)?;
    // Another document's, from an earlier run: slides would be taken from it.
    match fs::remove_file(asked.folder.join(PRINT_FILE)) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error.into()),
        _ => {}
    }
    let description = smol::block_on(preview(&asked, &settings))?;
    fs::write(asked.folder.join("description.json"), serde_json::to_string_pretty(&description)? + "\n")?;
    match &description.error {
        None => Ok(()),
        Some(told) => Err(Failure::BadDocument(format!("{}: {}", told.code.code(), told.message))),
    }
}

fn read(mut arguments: Arguments) -> Result<Asked, Failure> {
    let (mut file, mut folder, mut pages, mut width) = (None, None, PageRanges::default(), None);
    let (mut print, mut common) = (false, Common::default());
    while let Some(argument) = arguments.next()? {
        match argument {
            Arg::Value(value) if file.is_none() => file = Some(PathBuf::from(value)),
            Arg::Short('o') | Arg::Long("output") => folder = Some(arguments.path()?),
            Arg::Long("pages") => {
                pages = arguments.one_of(|text| PageRanges::parse(text).ok(), "page ranges like 1-3,7")?;
            }
            Arg::Long("width") => {
                let read = |text: &str| text.parse().ok().filter(|width| (16..=10_000).contains(width));
                width = Some(arguments.one_of(read, "16 to 10000")?);
            }
            Arg::Long("print") => print = true,
            Arg::Long(name) => {
                let name = name.to_owned();
                common.take(&name, &mut arguments, "preview")?;
            }
            other => return Err(unexpected(other)),
        }
    }
    let missing = |what: &str| Failure::Usage(format!("{what} is missing; see `ottisk preview --help`"));
    let (file, folder) = (file.ok_or_else(|| missing("FILE"))?, folder.ok_or_else(|| missing("-o DIR"))?);
    Ok(Asked { file, folder, pages, width, print, common })
}

async fn preview(asked: &Asked, settings: &Settings) -> Result<Description, Failure> {
    let workers = Workers::new(settings.worker.clone(), Some(&library_folder(&asked.common)))?;
    let workers = workers.converting(settings.convert.clone());
    let told = look(&workers, asked, settings).await;
    workers.close().await;
    told
}

async fn look(workers: &Workers, asked: &Asked, settings: &Settings) -> Result<Description, Failure> {
    let version = version(&asked.file)?;
    let document = asked.file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    // A kind that nobody knows still has a description.
    let begun = |kind| Description::begun(&document, &version, kind, &now());
    let kind = match workers.kind(&asked.file).await {
        Ok(kind) => kind,
        Err(ConvertError::Refused(refusal)) => {
            let named = Kind::from_extension(&document).unwrap_or(Kind::Txt);
            return Ok(begun(named).refused(refusal, &now()));
        }
        Err(failed) => return Err(failed.into()),
    };
    let description = begun(kind);
    let ask = match kind.shown() {
        Shown::Html => Ask::Html,
        Shown::Pages | Shown::Pictures => {
            Ask::Pages { pages: asked.pages.clone(), width: asked.width.unwrap_or(settings.convert.shown_px) }
        }
    };
    let made = match workers.convert(&asked.file, kind, &ask, &asked.folder).await {
        Ok(converted) => converted,
        Err(ConvertError::Refused(refusal)) => return Ok(description.refused(refusal, &now())),
        Err(failed) => return Err(failed.into()),
    };
    let description = description.made(&made, bytes(&made, &asked.folder), &now());
    match asked.print {
        true => print(workers, asked, kind, description).await,
        false => Ok(description),
    }
}

/// The print form too; it has no page of its own in a description, but what it had to leave out is told.
async fn print(
    workers: &Workers,
    asked: &Asked,
    kind: Kind,
    mut description: Description,
) -> Result<Description, Failure> {
    match workers.convert(&asked.file, kind, &Ask::Print, &asked.folder).await {
        Ok(printed) => {
            description.simplified |= printed.simplified;
            description.bytes += bytes(&printed, &asked.folder);
            Ok(description)
        }
        Err(ConvertError::Refused(refusal)) => Ok(description.refused(refusal, &now())),
        Err(failed) => Err(failed.into()),
    }
}

fn bytes(made: &Converted, folder: &Path) -> u64 {
    made.pages.iter().filter_map(|page| folder.join(&page.file).metadata().ok()).map(|data| data.len()).sum()
}

/// The SHA-256 of a file, hex.
fn version(file: &Path) -> Result<String, io::Error> {
    let mut hash = Sha256::new();
    io::copy(&mut File::open(file)?, &mut hash)?;
    Ok(hex(&hash.finalize()))
}

fn now() -> String {
    OffsetDateTime::now_utc().format(&Rfc3339).unwrap_or_default()
}
