//! Slides as pictures. Those of a PPTX we draw ourselves and take LibreOffice's where we know that something is missing;
//! those of others only LibreOffice can draw: a few from the presentation that it keeps open, for laying out a hundred takes
//! ten times as long as opening them; from the print form when that is there, or many are asked.

use std::{fs, path::Path, time::Duration};

use smol::{Timer, future::FutureExt as _};

use super::{Converted, converted, count, ours, print};
use crate::{
    document::{
        kind::Kind,
        made::{Ask, Format, PRINT_FILE, PageMade},
    },
    job::pages::PageRanges,
    worker::{
        Workers,
        convert::{
            ConvertError,
            office::{Office, show},
            order::Order,
        },
    },
};

/// Slides at one asking that are few.
const FEW: usize = 8;

/// How long a picture that is there already waits for a better one.
const PATIENCE: Duration = Duration::from_secs(8);

/// Where they are made before they get their numbers.
const SOME: &str = ".some-slides";

/// What our own look at a presentation told.
#[derive(Clone, Copy)]
struct Known {
    /// Slides that are shown.
    slides: Option<u32>,
    /// Others are not.
    hides: bool,
}

/// Makes pictures of slides.
pub(super) async fn pictures(
    workers: &Workers,
    document: &Path,
    kind: Kind,
    ask: &Ask,
    folder: &Path,
) -> Result<Converted, ConvertError> {
    if kind == Kind::Pptx {
        let order = Order::make(kind, ask, workers.converter.limits.clone());
        let told = workers.child(document, &order, Some(folder)).await?;
        let (lacks, known) = (told.lacks, Known { slides: told.page_count, hides: told.hides });
        let own = converted(told);
        if !lacks {
            return Ok(own);
        }
        let better = by_office(workers, (document, kind), Some(known), ask, folder);
        // Somebody has waited for it, and a picture that lacks something is there.
        let too_slow = async {
            Timer::after(PATIENCE).await;
            Ok(None)
        };
        return match better.or(too_slow).await {
            Ok(Some(made)) => Ok(made),
            _ => Ok(own),
        };
    }
    if let Some(made) = by_office(workers, (document, kind), None, ask, folder).await? {
        return Ok(made);
    }
    let simplified = print(workers, document, kind, folder).await?.simplified;
    let made = ours(workers, &folder.join(PRINT_FILE), Kind::Pdf, ask, folder).await?;
    Ok(Converted { simplified, ..made })
}

/// From the print form that is there, or a few of them alone; `None` also where there are more or fewer slides than there
/// should be.
async fn by_office(
    workers: &Workers,
    (document, kind): (&Path, Kind),
    known: Option<Known>,
    ask: &Ask,
    folder: &Path,
) -> Result<Option<Converted>, ConvertError> {
    let (pdf, office) = (folder.join(PRINT_FILE), workers.converter.office());
    if pdf.exists() {
        let expected = known.and_then(|known| known.slides);
        if expected.is_some() && count(workers, &pdf).await.ok() != expected {
            return Ok(None);
        }
        let made = ours(workers, &pdf, Kind::Pdf, ask, folder).await?;
        return Ok(Some(Converted { simplified: office.is_none(), ..made }));
    }
    let most = FEW.min(usize::try_from(workers.converter.limits.pages_at_once).unwrap_or(FEW));
    match (office, few(ask, most)) {
        (Some(office), Some((numbers, width))) if office.opens(kind) => {
            some(workers, office, (document, kind), known, (numbers, width), folder).await
        }
        _ => Ok(None),
    }
}

/// The slides asked for, and how wide, when they are few.
fn few(ask: &Ask, most: usize) -> Option<(Vec<u32>, u32)> {
    let Ask::Pages { pages, width } = ask else { return None };
    let each = pages.ranges().iter().flat_map(|range| range.first..=range.last);
    let mut numbers: Vec<u32> = each.take(most + 1).collect();
    numbers.sort_unstable();
    numbers.dedup();
    (1..=most).contains(&numbers.len()).then_some((numbers, *width))
}

/// These slides alone; `None` where that cannot be.
async fn some(
    workers: &Workers,
    office: &Office,
    (document, kind): (&Path, Kind),
    known: Option<Known>,
    (mut numbers, width): (Vec<u32>, u32),
    folder: &Path,
) -> Result<Option<Converted>, ConvertError> {
    // Of slides that are hidden the paper knows nothing, and the others' numbers would not be right.
    let hides = match known {
        Some(known) => known.hides,
        None if workers.converter.shows.is_open(folder) => false,
        // A password or a bomb is found in milliseconds by a child that reads no further.
        None => {
            let order = Order::fits(kind, workers.converter.limits.clone());
            workers.child(document, &order, Some(folder)).await?.hides
        }
    };
    if hides {
        return Ok(None);
    }
    let expected = known.and_then(|known| known.slides);
    let slides = show::slides(workers, office, (document, kind), (&mut numbers, expected), folder).await?;
    let Some(slides) = slides else { return Ok(None) };
    if numbers.is_empty() {
        return Ok(Some(Converted {
            format: Format::Png,
            page_count: Some(slides.of),
            pages: Vec::new(),
            simplified: false,
            fonts_substituted: Vec::new(),
        }));
    }
    let place = folder.join(SOME);
    fs::create_dir_all(&place)?;
    let ask = Ask::Pages { pages: PageRanges::default(), width };
    let made = ours(workers, &slides.pdf, Kind::Pdf, &ask, &place).await?;
    if made.pages.len() != numbers.len() {
        return Ok(None);
    }
    let mut pages = Vec::new();
    for (page, number) in made.pages.into_iter().zip(numbers) {
        let file = Format::Png.file(number);
        fs::rename(place.join(&page.file), folder.join(&file))?;
        pages.push(PageMade { number, file, ..page });
    }
    let _ = fs::remove_dir(&place);
    Ok(Some(Converted { page_count: Some(slides.of), pages, ..made }))
}

#[cfg(test)]
mod tests {
    use super::few;
    use crate::{document::made::Ask, job::pages::PageRanges};

    #[test]
    fn a_few_slides_are_listed_once_each() {
        let few = |text| few(&Ask::Pages { pages: PageRanges::parse(text).expect("ranges"), width: 800 }, 8);
        assert_eq!(few("7-9,2,7").map(|few| few.0), Some(vec![2, 7, 8, 9]));
        assert!(few("").is_none() && few("1-40").is_none() && few("1-4000000000").is_none());
    }
}
