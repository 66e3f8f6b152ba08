//! Slides that only LibreOffice can draw. Whoever asks for a few of many gets these alone, for laying out a hundred slides
//! takes ten times as long as opening them; whoever asks again reads on, and gets the print form, whose pages cost
//! milliseconds and which stays in the folder.

use std::{fs, path::Path};

use super::{Converted, count, ours, print};
use crate::{
    document::{
        kind::Kind,
        made::{Ask, Format, PRINT_FILE, PageMade},
    },
    job::pages::{PageRange, PageRanges},
    worker::{
        Workers,
        convert::{
            ConvertError,
            office::{self, Office},
            order::Order,
        },
    },
};

/// Slides at one asking that are few.
const FEW: u32 = 3;

/// Slides of a document up to which all of them are as fast.
const ALL: u32 = 8;

/// Where a few slides are made, and the sign that they were.
const SOME: &str = ".some-slides";

/// Makes pictures of slides.
pub(super) async fn pictures(
    workers: &Workers,
    document: &Path,
    kind: Kind,
    ask: &Ask,
    folder: &Path,
) -> Result<Converted, ConvertError> {
    let pdf = folder.join(PRINT_FILE);
    let office = workers.converter.office();
    let mut simplified = office.is_none();
    if !pdf.exists() {
        if let (Some(office), Some((range, width))) = (office, few(ask))
            && !folder.join(SOME).exists()
            && let Some(made) = some(workers, office, (document, kind), (range, width), folder).await?
        {
            return Ok(made);
        }
        simplified = print(workers, document, kind, folder).await?.simplified;
    }
    let made = ours(workers, &pdf, Kind::Pdf, ask, folder).await?;
    Ok(Converted { simplified, ..made })
}

/// The slides asked for, and how wide, when they are few.
fn few(ask: &Ask) -> Option<(PageRange, u32)> {
    let Ask::Pages { pages, width } = ask else { return None };
    match pages.ranges() {
        [range] if range.last - range.first < FEW => Some((*range, *width)),
        _ => None,
    }
}

/// These slides alone; `None` where all of them may as well be made.
async fn some(
    workers: &Workers,
    office: &Office,
    (document, kind): (&Path, Kind),
    (range, width): (PageRange, u32),
    folder: &Path,
) -> Result<Option<Converted>, ConvertError> {
    let order = Order::fits(kind, workers.converter.limits.clone());
    let Some(page_count) = workers.child(document, &order, None).await?.page_count else { return Ok(None) };
    if page_count <= ALL || range.last > page_count {
        return Ok(None);
    }
    let place = folder.join(SOME);
    fs::create_dir_all(&place)?;
    if office::print(workers, office, document, kind, Some(range), &place).await.is_err() {
        return Ok(None);
    }
    let pdf = place.join(PRINT_FILE);
    // A hidden slide is counted but not drawn: the numbers would not be right.
    if count(workers, &pdf).await.ok() != Some(range.last - range.first + 1) {
        return Ok(None);
    }
    let made = ours(workers, &pdf, Kind::Pdf, &Ask::Pages { pages: PageRanges::default(), width }, &place).await?;
    fs::remove_file(&pdf)?;
    let mut pages = Vec::new();
    for page in made.pages {
        let number = range.first + page.number - 1;
        let file = Format::Png.file(number);
        fs::rename(place.join(&page.file), folder.join(&file))?;
        pages.push(PageMade { number, file, ..page });
    }
    Ok(Some(Converted { page_count: Some(page_count), pages, ..made }))
}

#[cfg(test)]
mod tests {
    use super::few;
    use crate::{document::made::Ask, job::pages::PageRanges};

    #[test]
    fn a_few_slides_are_a_short_range() {
        let few = |text| few(&Ask::Pages { pages: PageRanges::parse(text).expect("ranges"), width: 800 }).is_some();
        assert!(few("1") && few("7-9"));
        assert!(!few("") && !few("1,5") && !few("1-40"));
    }
}
