//! Pages as pictures for screens: the raster that prints, at a screen's resolution, whatever the printer is sent.
//!
//! Few are drawn at one time, so that paper never waits for screens, and the last ones are kept, for people scroll back.
//! How a picture is laid out in a scene is the panel's.

use std::{cell::RefCell, collections::VecDeque, io, rc::Rc};

use bytes::Bytes;
use smol::{io::BlockOn, lock::Semaphore};

use super::{Queue, any_printer};
use crate::{
    error::Error,
    job::{
        plan::{Capabilities, ColorSpace, Format, NumberUp, Plan, Scaling, Sides},
        state::JobId,
        ticket::{Copies, Ticket},
    },
    raster::{
        picture::first_page,
        place::{media_pixels, place},
        pwg::decode::Limits,
    },
    store::jobs::{Document, Job},
    worker::team::{Listening, Rendering},
};

/// Gray of the hatched strip that no printer reaches, dark and light.
const HATCH: [u8; 2] = [0xc4, 0xee];

/// Pixels from one line of the hatching to the next.
const HATCH_PIXELS: u32 = 6;

/// How a page is to be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    /// Dots per inch.
    pub resolution: u32,
    /// As it lies on the paper.
    pub scaling: Scaling,
    /// With so many on a side.
    pub number_up: NumberUp,
    /// In colour.
    pub color: bool,
}

/// The last pictures, and how many are drawn at one time.
pub struct Pictures {
    drawing: Semaphore,
    most_bytes: usize,
    kept: RefCell<VecDeque<(Kept, Bytes)>>,
}

/// What a picture shows; whoever draws it again gets the same.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Kept {
    sha256: [u8; 32],
    plan: Plan,
}

impl Pictures {
    /// At most so many at one time, and so many bytes of them kept.
    pub fn new(at_once: usize, most_bytes: usize) -> Self {
        Self { drawing: Semaphore::new(at_once.max(1)), most_bytes, kept: RefCell::default() }
    }

    fn find(&self, wanted: &Kept) -> Option<Bytes> {
        self.kept.borrow().iter().find(|(kept, _)| kept == wanted).map(|(_, png)| png.clone())
    }

    fn keep(&self, kept: Kept, png: Bytes) {
        let mut all = self.kept.borrow_mut();
        let mut bytes = png.len();
        all.push_front((kept, png));
        let whole = all.iter().skip(1).take_while(|(_, png)| {
            bytes += png.len();
            bytes <= self.most_bytes
        });
        let whole = 1 + whole.count();
        all.truncate(whole);
    }
}

impl Queue {
    /// A side as it will print, small: the one on which `page` stands, at `resolution` dots per inch.
    pub async fn picture(&self, job: JobId, page: u32, resolution: u32) -> Result<(Rendering, Listening, Plan), Error> {
        let known = self.job(job).await?.ok_or(Error::FilesUnknown(1))?;
        let missing = known.missing();
        let document = known.document.ok_or(missing)?;
        let plan = self.plan_for_screen(&known.ticket, &document, page, resolution)?;
        let (rendering, listening) = self.draw(&document, &plan).await?;
        Ok((rendering, listening, plan))
    }

    /// The same as a PNG, with the strip that the printer does not reach hatched. Of `ticket` only its pages count.
    pub async fn png(&self, job: &Job, ticket: &Ticket, page: u32, look: Look) -> Result<Bytes, Error> {
        let document = job.document.as_ref().ok_or_else(|| job.missing())?;
        let Look { resolution, scaling, number_up, color } = look;
        let ticket = Ticket { scaling, number_up, color, ..ticket.clone() };
        let plan = self.plan_for_screen(&ticket, document, page, resolution)?;
        let kept = Kept { sha256: document.sha256, plan };
        if let Some(png) = self.pictures.find(&kept) {
            return Ok(png);
        }
        let _turn = self.pictures.drawing.acquire().await;
        // Somebody else may have waited for the same.
        if let Some(png) = self.pictures.find(&kept) {
            return Ok(png);
        }
        let (rendering, listening) = self.draw(document, &kept.plan).await?;
        let plan = kept.plan.clone();
        let reading = smol::unblock(move || encode(BlockOn::new(rendering), &plan));
        let (png, ()) = smol::future::zip(reading, listening).await;
        let png = Bytes::from(png.map_err(|error| {
            tracing::warn!(%error, "no picture of a page");
            Error::Worker
        })?);
        self.pictures.keep(kept, png.clone());
        Ok(png)
    }

    fn plan_for_screen(&self, ticket: &Ticket, document: &Document, page: u32, resolution: u32) -> Result<Plan, Error> {
        // Whatever the printer is sent, a screen is shown pages, and no dots.
        let formats = vec![Format::PwgRaster];
        let view = Capabilities { formats, ..self.printer().capabilities.unwrap_or_else(any_printer) };
        let ticket = Ticket { copies: Copies::ONE, ..ticket.clone() };
        let plan = Plan::fit(&ticket, &view, document.page_count).map_err(|_| Error::PastTheEnd)?;
        if page == 0 || page > document.page_count {
            return Err(Error::PastTheEnd);
        }
        let mut sides = plan.pages.chunks(plan.number_up.get());
        // A page that is not asked is shown alone.
        let side = sides.find(|side| side.contains(&page)).map_or_else(|| vec![page], <[u32]>::to_vec);
        let number_up = if plan.pages.contains(&page) { plan.number_up } else { NumberUp::One };
        let color_space = plan.color_space.drawn();
        Ok(Plan { pages: side, number_up, resolution, color_space, sides: Sides::OneSided, ..plan })
    }

    async fn draw(&self, document: &Document, plan: &Plan) -> Result<(Rendering, Listening), Error> {
        let file = self.documents.open_document(&document.name).await?;
        self.workers.render(file, plan).await.map_err(|_| Error::Worker)
    }
}

/// The first page of a raster as a PNG.
fn encode(raster: impl io::Read, plan: &Plan) -> Result<Vec<u8>, io::Error> {
    let (max_width, max_height) = media_pixels(&plan.media, plan.resolution);
    let limits = Limits { max_width, max_height, max_pages: 1 };
    let page = first_page(raster, limits).map_err(|error| io::Error::other(format!("{error:?}")))?;
    let (width, height, mut pixels) = page.ok_or_else(|| io::Error::other("no page"))?;
    // Whatever page it is: the strip is the paper's.
    let clip = place(595.0, 842.0, &plan.media, plan.resolution, Scaling::Fit).clip;
    for (index, pixel) in (0_u32..).zip(pixels.chunks_exact_mut(3)) {
        let (x, y) = (index % width.max(1), index / width.max(1));
        let reached = (clip.x..clip.x + clip.width).contains(&x) && (clip.y..clip.y + clip.height).contains(&y);
        if !reached {
            pixel.fill(HATCH[usize::from((x + y) % HATCH_PIXELS != 0)]);
        }
    }
    let gray = plan.color_space != ColorSpace::Srgb8;
    let mut png = Vec::new();
    let mut encoder = png::Encoder::new(&mut png, width, height);
    encoder.set_color(if gray { png::ColorType::Grayscale } else { png::ColorType::Rgb });
    encoder.set_depth(png::BitDepth::Eight);
    let mut writer = encoder.write_header()?;
    match gray {
        true => writer.write_image_data(&pixels.iter().step_by(3).copied().collect::<Vec<_>>())?,
        false => writer.write_image_data(&pixels)?,
    }
    writer.finish()?;
    Ok(png)
}

/// As the settings have them.
pub fn pictures(settings: &Rc<crate::settings::Settings>) -> Pictures {
    Pictures::new(settings.phone.pictures, settings.phone.picture_bytes)
}

#[cfg(test)]
mod tests {
    use super::{Bytes, Kept, Pictures, Plan, Ticket, any_printer};

    #[test]
    fn the_last_pictures_are_kept_and_no_more() {
        let plan = Plan::fit(&Ticket::default(), &any_printer(), 1).expect("a plan");
        let kept = |number: u8| Kept { sha256: [number; 32], plan: plan.clone() };
        let pictures = Pictures::new(1, 10);
        for number in 0..4 {
            pictures.keep(kept(number), Bytes::from(vec![number; 4]));
        }
        assert_eq!([0, 1, 2, 3].map(|number| pictures.find(&kept(number)).is_some()), [false, false, true, true]);
        pictures.keep(kept(9), Bytes::from(vec![0; 99]));
        assert!(pictures.find(&kept(9)).is_some() && pictures.find(&kept(3)).is_none());
    }
}
