//! What of the facts is worth a person's time before they print, gravest first, and which of it one tap mends. Pure.
//!
//! A warning that is wrong is worse than none: people learn to overlook all of them. So a page is called blank only
//! when nothing at all shows, a picture coarse only when it is large and has something on it, and a blank back of a
//! two-sided sheet is nobody's business. Mends are changes of the ticket and nothing else. Printing dark slides inverted
//! is not among them: it turns every photograph on them into its negative.

use crate::job::{
    pages::{PageRange, PageRanges},
    plan::Media,
    preflight::{Facts, PageFacts},
    ticket::Ticket,
};

/// What counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Thresholds {
    /// How dark the darkest spot of a blank page may be, 0 is white and 255 black.
    pub blank_darkest: u8,
    /// How dark a page is on the average that is called nearly black, in percent.
    pub black_percent: u16,
    /// Dots per inch on paper under which a picture looks coarse.
    pub picture_least_dpi: u16,
    /// Percent of the page that coarse pictures must take to be told of.
    pub picture_least_percent: u16,
    /// Percent by which a side may differ from the paper's and still be called the same.
    pub size_percent: u16,
    /// Percent by which fitting changes a page before it is a warning and not just told.
    pub scale_percent: u16,
}

/// What was found.
#[derive(Clone, Debug, PartialEq)]
pub enum What {
    /// Nothing that is to be printed shows anything.
    AllBlank,
    /// These fonts are not in the document: letters may look otherwise or be lost.
    Fonts(Vec<String>),
    /// Nearly black: much toner.
    Black,
    /// Nothing on them.
    Blank,
    /// Pictures that will look coarse; the coarsest has so many dots an inch on paper.
    Coarse {
        /// Dots per inch.
        dpi: u16,
    },
    /// Pages of another size than the paper, which are fitted to it.
    Size {
        /// Their sizes, at most three different ones.
        sizes: Vec<(f32, f32)>,
        /// The paper.
        media: Media,
        /// What fitting makes of the first of them, in percent.
        percent: u32,
    },
}

/// A thing to say before printing.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// What.
    pub what: What,
    /// Of which pages, of those that are to be printed.
    pub pages: PageRanges,
    /// Whether that is all that is to be printed and was looked at.
    pub all: bool,
    /// The pages to print instead, where that mends it.
    pub mend: Option<PageRanges>,
    /// Whether it is worth a stop at the kiosk; the others are for people with time, on their phones.
    pub grave: bool,
}

impl What {
    /// A short stable name, for elements and forms.
    pub fn keyword(&self) -> &'static str {
        match self {
            Self::AllBlank => "all-blank",
            Self::Fonts(_) => "fonts",
            Self::Black => "black-pages",
            Self::Blank => "blank-pages",
            Self::Coarse { .. } => "coarse-pictures",
            Self::Size { .. } => "page-size",
        }
    }
}

/// All that is worth saying of a document of `page_count` pages printed with this ticket on this paper, gravest first.
pub fn find(facts: &Facts, page_count: u32, ticket: &Ticket, media: &Media, thresholds: &Thresholds) -> Vec<Finding> {
    let Ok(chosen) = ticket.pages.resolve(page_count) else { return Vec::new() };
    let fact = |page: &u32| facts.pages.get(page.saturating_sub(1) as usize);
    let looked: Vec<(u32, &PageFacts)> = chosen.iter().filter_map(|page| Some((*page, fact(page)?))).collect();
    if looked.is_empty() {
        return Vec::new();
    }
    let those = |is: &dyn Fn(&PageFacts) -> bool| -> Vec<u32> {
        let mut pages: Vec<u32> = looked.iter().filter(|(_, page)| is(page)).map(|(page, _)| *page).collect();
        pages.sort_unstable();
        pages.dedup();
        pages
    };
    let without = |left_out: &[u32]| {
        let rest: Vec<u32> = chosen.iter().filter(|page| left_out.binary_search(page).is_err()).copied().collect();
        ranges(&rest).filter(|_| !rest.is_empty())
    };
    let finding = |what, pages: &[u32], mend, grave| {
        let all = looked.iter().all(|(page, _)| pages.binary_search(page).is_ok());
        let pages = ranges(pages).unwrap_or_default();
        Finding { what, pages, all, mend, grave }
    };
    let mut findings = Vec::new();

    let blank = those(&|page| page.darkest <= thresholds.blank_darkest);
    let all_blank = blank.len() == those(&|_| true).len() && looked.len() == chosen.len();
    if all_blank {
        findings.push(finding(What::AllBlank, &blank, None, true));
        return findings;
    }

    let strange = those(&|page| !page.fonts.is_empty());
    if !strange.is_empty() {
        let mut names: Vec<String> = Vec::new();
        for name in looked.iter().flat_map(|(_, page)| &page.fonts) {
            if !names.contains(name) {
                names.push(name.clone());
            }
        }
        findings.push(finding(What::Fonts(names), &strange, None, true));
    }

    let black = those(&|page| page.ink >= thresholds.black_percent.saturating_mul(10));
    if !black.is_empty() {
        // A dark title is easily missed; half of the pages are what somebody wants to print.
        let mend = without(&black).filter(|_| black.len() * 2 < looked.len());
        findings.push(finding(What::Black, &black, mend, true));
    }

    if !blank.is_empty() {
        let mend = without(&blank);
        let sheets = |pages: &PageRanges| Ticket { pages: pages.clone(), ..ticket.clone() }.sheets(page_count).ok();
        let saves = mend.as_ref().is_some_and(|rest| sheets(rest) < sheets(&ticket.pages));
        if saves {
            findings.push(finding(What::Blank, &blank, mend, true));
        }
    }

    let on_paper = |page: &PageFacts| {
        let scale = scale(page.size, media);
        let dpi = |dpi: u16| (f64::from(dpi) / scale).round();
        let coarse = page.pictures.iter().filter(|p| dpi(p.dpi) < f64::from(thresholds.picture_least_dpi));
        let (mut share, mut worst) = (0, f64::INFINITY);
        for pictures in coarse {
            share += pictures.share;
            worst = worst.min(dpi(pictures.dpi));
        }
        (share >= thresholds.picture_least_percent.saturating_mul(10) && share > 0).then_some(worst)
    };
    let coarse = those(&|page| on_paper(page).is_some());
    if let Some(worst) = looked.iter().filter_map(|(_, page)| on_paper(page)).reduce(f64::min) {
        findings.push(finding(What::Coarse { dpi: whole(worst) }, &coarse, None, true));
    }

    let other = those(&|page| !is_size(page.size, media, thresholds.size_percent));
    let mut sizes: Vec<(f32, f32)> = Vec::new();
    for page in other.iter().filter_map(fact) {
        if sizes.len() < 3 && !sizes.iter().any(|known| same(*known, page.size)) {
            sizes.push(page.size);
        }
    }
    if let Some(first) = sizes.first() {
        let change = |size: &(f32, f32)| (scale(*size, media) * 100.0).round();
        let (percent, allowed) = (u32::from(whole(change(first))), f64::from(thresholds.scale_percent));
        let grave = sizes.iter().any(|size| (change(size) - 100.0).abs() > allowed);
        let what = What::Size { percent, sizes, media: media.clone() };
        findings.push(finding(what, &other, None, grave));
    }
    findings
}

/// What fitting makes of a page: it is turned as the paper lies, and stays within its margins (`raster::place`).
fn scale((width, height): (f32, f32), media: &Media) -> f64 {
    let margins = media.margins;
    let inside = |side: u32, strips: u32| f64::from(side.checked_sub(strips).filter(|left| *left > 0).unwrap_or(side));
    let across = inside(media.width, margins.left.saturating_add(margins.right));
    let along = inside(media.height, margins.top.saturating_add(margins.bottom));
    let (width, height) = (f64::from(width).max(0.01), f64::from(height).max(0.01));
    let (width, height) = match (width > height) != (across > along) && width != height && across != along {
        true => (height, width),
        false => (width, height),
    };
    let points = |hundredths: f64| hundredths * 72.0 / 2_540.0;
    (points(across) / width).min(points(along) / height).max(0.000_1)
}

fn is_size(page: (f32, f32), media: &Media, percent: u16) -> bool {
    let points = |hundredths: u32| f64::from(hundredths) * 72.0 / 2_540.0;
    let near = |a: f32, b: f64| (f64::from(a) - b).abs() <= b * f64::from(percent) / 100.0;
    let (short, long) = (page.0.min(page.1), page.0.max(page.1));
    near(short, points(media.width.min(media.height))) && near(long, points(media.width.max(media.height)))
}

/// The same size to a person, whichever way it lies.
fn same(a: (f32, f32), b: (f32, f32)) -> bool {
    let near = |a: f32, b: f32| (a - b).abs() <= 3.0;
    near(a.0.min(a.1), b.0.min(b.1)) && near(a.0.max(a.1), b.0.max(b.1))
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped just before")]
fn whole(number: f64) -> u16 {
    number.round().clamp(0.0, 60_000.0) as u16
}

/// Pages as ranges; `None` when there are more than a ticket may hold.
pub fn ranges(pages: &[u32]) -> Option<PageRanges> {
    let mut runs: Vec<PageRange> = Vec::new();
    for page in pages {
        match runs.last_mut() {
            Some(run) if run.last.checked_add(1) == Some(*page) => run.last = *page,
            _ => runs.push(PageRange { first: *page, last: *page }),
        }
    }
    let text = |run: &PageRange| match run.first == run.last {
        true => run.first.to_string(),
        false => format!("{}-{}", run.first, run.last),
    };
    PageRanges::parse(&runs.iter().map(text).collect::<Vec<_>>().join(",")).ok()
}

#[cfg(test)]
mod tests;
