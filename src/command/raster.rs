//! `ottisk raster`: what the printer would get, in a file; the same path as printing.

use std::{
    fs::File,
    io,
    os::fd::AsFd as _,
    path::{Path, PathBuf},
    rc::Rc,
};

use lexopt::Arg;
use smol::io::BlockOn;

use super::{
    Failure,
    arguments::{Arguments, Common, unexpected},
    document,
};
use crate::{
    job::{
        pages::PageRanges,
        plan::{ColorSpace, Format, Media, NumberUp, Plan, Scaling, SheetBack, Sides},
    },
    printer::{
        self,
        error::PrinterError,
        file::pages::{self, PictureFormat},
    },
    worker::{WorkerError, Workers},
};

pub(super) const HELP: &str = "\
ottisk raster FILE --format pwg|urf|pdf|png|jpeg   what the printer would get, in a file

  --format pwg|urf|pdf      PWG Raster (default), Apple Raster, or the PDF for printers that take neither
  --format png|jpeg         a folder of PNG or JPEG pages
  --resolution DPI          300 by default
  --color gray|rgb|black    gray by default; black is dots alone, and not for urf
  --pages RANGES            1-3,7; all by default
  --media NAME              iso_a4_210x297mm by default
  --scaling fit|fill|none|auto
  --number-up 1|2|4         pages on a side; 1 by default
  --sides one-sided|two-sided-long-edge|two-sided-short-edge
  --sheet-back normal|flipped|rotated|manual-tumble
  -o OUT|-                  file, or folder for png and jpeg; - is stdout (default for pwg, urf and pdf)
  --config FILE, --data DIR
";

/// Resolutions a page can be drawn at: more is more memory than any board has.
const RESOLUTIONS: std::ops::RangeInclusive<u32> = 18..=2400;

struct Asked {
    file: PathBuf,
    format: Output,
    pages: PageRanges,
    plan: Plan,
    out: Option<PathBuf>,
    common: Common,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Output {
    Raster(Format),
    Pictures(PictureFormat),
}

pub(super) fn run(arguments: Arguments) -> Result<(), Failure> {
    super::start_log();
    let asked = read(arguments)?;
    let mut settings = asked.common.settings()?;
    if settings.worker.children_abreast == 0 {
        // Nobody waits at a printer: what costs least, unless the settings say how many.
        settings.worker.children_abreast = 1;
    }
    let workers = Workers::new(settings.worker, Some(&library_folder(&asked.common)))?;
    let workers = Rc::new(workers.converting(settings.convert));
    smol::block_on(draw(&asked, &workers))
}

/// Where libpdfium is kept when there is no data folder: unpacking it for each call would cost more than a page.
pub(super) fn library_folder(common: &Common) -> PathBuf {
    let cache = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
    let home = || std::env::var_os("HOME").map(|home| Path::new(&home).join(".cache"));
    let fallback = || std::env::temp_dir();
    common.data.clone().unwrap_or_else(|| cache.or_else(home).unwrap_or_else(fallback).join("ottisk"))
}

fn read(mut arguments: Arguments) -> Result<Asked, Failure> {
    let (mut file, mut out, mut format) = (None, None, Output::Raster(Format::PwgRaster));
    let (mut pages, mut common) = (PageRanges::default(), Common::default());
    let mut plan = Plan {
        pages: Vec::new(),
        copies: 1,
        repeats: 1,
        sides: Sides::OneSided,
        sheet_back: SheetBack::Normal,
        media: Media::a4(),
        resolution: 300,
        color_space: ColorSpace::Sgray8,
        scaling: Scaling::Fit,
        format: Format::PwgRaster,
        number_up: NumberUp::One,
        skip: 0,
    };
    while let Some(argument) = arguments.next()? {
        match argument {
            Arg::Value(value) if file.is_none() => file = Some(PathBuf::from(value)),
            Arg::Short('o') | Arg::Long("output") => out = Some(arguments.path()?),
            Arg::Long(name) => {
                let name = name.to_owned();
                match name.as_str() {
                    "format" => format = arguments.one_of(output, "pwg, urf, pdf, png, jpeg")?,
                    "resolution" => plan.resolution = resolution(arguments.number()?)?,
                    "color" => plan.color_space = arguments.one_of(color_space, "gray, rgb, black")?,
                    "pages" => {
                        pages = arguments.one_of(|text| PageRanges::parse(text).ok(), "page ranges like 1-3,7")?
                    }
                    "media" => {
                        plan.media =
                            arguments.one_of(Media::by_name, "the media of PWG 5101.1 like iso_a4_210x297mm")?
                    }
                    "number-up" => {
                        let up = |text: &str| text.parse().ok().and_then(NumberUp::from_number);
                        plan.number_up = arguments.one_of(up, "1, 2, 4")?;
                    }
                    "scaling" => plan.scaling = arguments.one_of(scaling, "fit, fill, none, auto")?,
                    "sides" => {
                        plan.sides = arguments
                            .one_of(Sides::from_keyword, "one-sided, two-sided-long-edge, two-sided-short-edge")?
                    }
                    "sheet-back" => {
                        plan.sheet_back =
                            arguments.one_of(SheetBack::from_keyword, "normal, flipped, rotated, manual-tumble")?
                    }
                    other => common.take(other, &mut arguments, "raster")?,
                }
            }
            other => return Err(unexpected(other)),
        }
    }
    if let Output::Raster(asked) = format {
        plan.format = asked;
    }
    if (plan.format, plan.color_space) == (Format::Urf, ColorSpace::Black1) {
        return Err(Failure::Usage("--color: Apple Raster has no black; take gray or rgb".into()));
    }
    let file = file.ok_or_else(|| Failure::Usage("FILE is missing; see `ottisk raster --help`".into()))?;
    Ok(Asked { file, format, pages, plan, out, common })
}

fn output(word: &str) -> Option<Output> {
    match word {
        "pwg" => Some(Output::Raster(Format::PwgRaster)),
        "urf" => Some(Output::Raster(Format::Urf)),
        "pdf" => Some(Output::Raster(Format::Pdf)),
        "png" => Some(Output::Pictures(PictureFormat::Png)),
        "jpeg" => Some(Output::Pictures(PictureFormat::Jpeg)),
        _ => None,
    }
}

fn color_space(word: &str) -> Option<ColorSpace> {
    match word {
        "gray" => Some(ColorSpace::Sgray8),
        "rgb" => Some(ColorSpace::Srgb8),
        "black" => Some(ColorSpace::Black1),
        _ => None,
    }
}

fn scaling(word: &str) -> Option<Scaling> {
    match word {
        "fit" => Some(Scaling::Fit),
        "fill" => Some(Scaling::Fill),
        "none" => Some(Scaling::None),
        "auto" => Some(Scaling::Auto),
        _ => None,
    }
}

fn resolution(dpi: u32) -> Result<u32, Failure> {
    match RESOLUTIONS.contains(&dpi) {
        true => Ok(dpi),
        false => Err(Failure::Usage(format!("--resolution: {dpi} is not {RESOLUTIONS:?}"))),
    }
}

/// A worker's failure as an exit code.
pub(super) fn failure(error: WorkerError) -> Failure {
    match error {
        WorkerError::Document(why) | WorkerError::Died(why) => Failure::BadDocument(why),
        WorkerError::Failed(why) | WorkerError::NotStarted(why) => Failure::Failed(anyhow::anyhow!(why)),
    }
}

async fn draw(asked: &Asked, workers: &Rc<Workers>) -> Result<(), Failure> {
    // Without one, or with `-`, it goes to stdout.
    let out = asked.out.as_ref().filter(|out| *out != Path::new("-"));
    if out.is_none() && matches!(asked.format, Output::Pictures(_)) {
        return Err(Failure::Usage("pictures need -o FOLDER".into()));
    }
    let document = document::open(&asked.file, workers).await?;
    match (asked.format, out) {
        (Output::Pictures(format), Some(folder)) => draw_pictures(asked, workers, document, folder, format).await,
        (_, path) => {
            let out = match path {
                Some(path) => File::create(path).map_err(|e| anyhow::anyhow!("{}: {e}", path.display()))?,
                None => File::from(io::stdout().as_fd().try_clone_to_owned()?),
            };
            let is_file = out.metadata().is_ok_and(|out| out.is_file());
            let drawn = match asked.plan.format {
                Format::Pdf => draw_pdf(asked, workers, document, out).await,
                _ => workers.render_to(document, &asked.plan, &asked.pages, out).await.map_err(failure),
            };
            if let (Err(_), Some(path), true) = (&drawn, path, is_file) {
                // Part of a document looks like one.
                let _ = std::fs::remove_file(path);
            }
            drawn
        }
    }
}

async fn draw_pdf(asked: &Asked, workers: &Rc<Workers>, document: File, mut out: File) -> Result<(), Failure> {
    let plan = planned(asked, workers, document.try_clone()?).await?;
    let (rendering, listening) = workers.render(document, &plan).await.map_err(failure)?;
    let mut pdf = BlockOn::new(printer::document::pdf(Box::pin(rendering), &plan));
    let written = smol::future::zip(smol::unblock(move || io::copy(&mut pdf, &mut out)), listening).await.0;
    written.map(drop).map_err(|error| match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::BrokenPipe => Failure::Failed(error.into()),
        _ => Failure::BadDocument(error.to_string()),
    })
}

async fn draw_pictures(
    asked: &Asked,
    workers: &Rc<Workers>,
    document: File,
    folder: &Path,
    format: PictureFormat,
) -> Result<(), Failure> {
    std::fs::create_dir_all(folder).map_err(|e| anyhow::anyhow!("{}: {e}", folder.display()))?;
    let plan = planned(asked, workers, document.try_clone()?).await?;
    let (rendering, listening) = workers.render(document, &plan).await.map_err(failure)?;
    let into = folder.to_owned();
    let writing =
        smol::unblock(move || pages::write(BlockOn::new(rendering), &plan, &into, format, &|| true, &mut |_| Ok(())));
    let written = smol::future::zip(writing, listening).await.0;
    written.map_err(|error| match error {
        PrinterError::Folder(why) => Failure::Failed(anyhow::anyhow!("{}: {why}", folder.display())),
        error => Failure::BadDocument(error.to_string()),
    })
}

/// The plan with its pages.
async fn planned(asked: &Asked, workers: &Rc<Workers>, document: File) -> Result<Plan, Failure> {
    let page_count = workers.inspect(document).await.map_err(failure)?.page_count;
    let pages = asked.pages.resolve(page_count);
    let pages = pages.map_err(|_| Failure::BadDocument(format!("only {page_count} pages")))?;
    Ok(Plan { pages, ..asked.plan.clone() })
}
