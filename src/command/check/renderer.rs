//! The renderer: a real child behind its walls draws a page of the sample.

use std::{fs::File, io::Write as _, rc::Rc};

use smol::io::BlockOn;

use super::Finding;
use crate::{
    command::demo::SAMPLE,
    job::{
        plan::{Plan, Sides},
        ticket::Ticket,
    },
    queue::any_printer,
    raster::{picture::first_page, place::media_pixels, pwg::decode::Limits},
    settings::Settings,
    worker::{Walls, WorkerError, Workers},
};

/// Dots per inch: enough to see that something is drawn.
const RESOLUTION: u32 = 60;

/// Draws, and tells which walls stood around it.
pub(super) async fn renderer(settings: &Settings) -> Finding {
    match draw(settings).await {
        Ok((walls, pages)) => tell(walls, pages),
        Err(error) => Finding::fail(
            "renderer",
            format!("the sample cannot be drawn: {error:#}"),
            "look at the log; a child needs memory, a writable data folder without noexec, and OTTISK_PDFIUM unset or right",
        ),
    }
}

fn tell(walls: Walls, pages: u32) -> Finding {
    let name = |up, name| if up { format!("{name} on") } else { format!("{name} OFF") };
    let up = format!("{}, {}", name(walls.landlock, "Landlock"), name(walls.seccomp, "seccomp"));
    let message = format!("drew page 1 of {pages} in a jailed child: {up}");
    match walls {
        Walls { files: true, .. } => Finding::fail(
            "renderer",
            message + ", and it could open files",
            "run a kernel with Landlock (5.13 or later, lsm=landlock,...) or a 64-bit system with seccomp",
        ),
        Walls { sockets: true, .. } => Finding::warn(
            "renderer",
            message + ", and it could open sockets",
            "a 64-bit system with seccomp (CONFIG_SECCOMP_FILTER) has the wall that is missing",
        ),
        Walls { landlock: true, seccomp: true, .. } => Finding::ok("renderer", message),
        Walls { landlock: false, .. } => Finding::warn(
            "renderer",
            message,
            "a kernel of 5.13 or later with lsm=landlock,... lets documents use fonts",
        ),
        Walls { seccomp: false, .. } => Finding::warn("renderer", message, "a 64-bit system has the other wall too"),
    }
}

async fn draw(settings: &Settings) -> Result<(Walls, u32), anyhow::Error> {
    // A store that is not there yet is not made by a look at it.
    let folder = Some(settings.store.folder.as_path()).filter(|folder| folder.exists());
    let workers = Rc::new(Workers::new(settings.worker.clone(), folder)?);
    let walls = workers.walls(sample()?).await?;
    let page_count = workers.inspect(sample()?).await?.page_count;
    let plan = Plan::fit(&Ticket::default(), &any_printer(), page_count);
    let plan = plan.map_err(|error| anyhow::anyhow!("no plan for the sample: {error:?}"))?;
    let plan = Plan { pages: vec![1], resolution: RESOLUTION, sides: Sides::OneSided, ..plan };
    let (max_width, max_height) = media_pixels(&plan.media, plan.resolution);
    let (rendering, listening) = workers.render(sample()?, &plan).await?;
    let limits = Limits { max_width, max_height, max_pages: 1 };
    let reading = smol::unblock(move || first_page(BlockOn::new(rendering), limits));
    let (picture, ()) = smol::future::zip(reading, listening).await;
    let picture = picture.map_err(|error| anyhow::anyhow!("{error}"))?;
    let drawn = picture.is_some_and(|(.., pixels)| pixels.iter().any(|pixel| *pixel < 128));
    anyhow::ensure!(drawn, WorkerError::Failed("the page is blank".into()));
    Ok((walls, page_count))
}

/// The sample as a file that lies nowhere.
fn sample() -> Result<File, anyhow::Error> {
    let path = std::env::temp_dir().join(format!(".ottisk-check-{}.pdf", std::process::id()));
    let mut file = File::options().read(true).write(true).create_new(true).open(&path)?;
    std::fs::remove_file(&path)?;
    file.write_all(SAMPLE)?;
    Ok(file)
}
