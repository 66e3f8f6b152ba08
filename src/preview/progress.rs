//! How a description changes: pages are asked, made, refused. Whatever was told to be there stays as it is: the first to
//! complete it wins. Pure.

use crate::document::{
    description::{Description, Page, State},
    made::{Converted, PageMade},
    refusal::Refusal,
};

/// A page that is not there yet.
fn begun(number: u32) -> Page {
    Page { number, state: State::InProgress, file: None, media_type: None, width: None, height: None }
}

/// How far page `number` is; `None` when nobody asked for it.
pub fn page(description: &Description, number: u32) -> Option<State> {
    description.pages.iter().find(|page| page.number == number).map(|page| page.state)
}

/// Whether there is nothing more to come of page `number`: it was made or refused, or is past the end.
pub fn is_settled(description: &Description, number: u32) -> bool {
    description.page_count.is_some_and(|count| number > count)
        || page(description, number).is_some_and(|state| state != State::InProgress)
}

/// These pages are wanted: those that nobody asked before. `None` when there is nothing to do.
pub fn asked(description: &Description, pages: &[u32], now: &str) -> Option<Description> {
    let is_new = |number: &&u32| {
        let past = description.page_count.is_some_and(|count| **number > count);
        !past && page(description, **number).is_none()
    };
    let new: Vec<Page> = pages.iter().filter(is_new).map(|number| begun(*number)).collect();
    if new.is_empty() {
        return None;
    }
    let mut description = description.clone();
    description.pages.extend(new);
    Some(settled(description, now))
}

/// Those of what was made that are wanted still: all, unless somebody else was faster.
pub fn wanted<'a>(description: &Description, made: &'a [PageMade], whole: bool) -> Vec<&'a PageMade> {
    if whole && description.state != State::InProgress {
        return Vec::new();
    }
    made.iter().filter(|made| page(description, made.number) != Some(State::Complete)).collect()
}

/// Takes in what was made, `bytes` in all. Of `pages`, those that are not among it are past the end.
pub fn made(description: Description, converted: &Converted, bytes: u64, pages: &[u32], now: &str) -> Description {
    let mut description = description.made(converted, bytes, now);
    let count = description.page_count.unwrap_or(u32::MAX);
    let is_none = |number: u32| pages.contains(&number) || number > count;
    description.pages.retain(|page| page.state != State::InProgress || !is_none(page.number));
    settled(description, now)
}

/// There will be no such pages; of a document that is made whole, or of which nothing was made or may be made, there is
/// nothing.
pub fn refused(mut description: Description, refusal: Refusal, pages: &[u32], now: &str) -> Description {
    let is_made = description.pages.iter().any(|page| page.state == State::Complete);
    // One heavy page tells nothing of the others that are on their way.
    let is_of_page = matches!(refusal, Refusal::TimedOut | Refusal::TooLarge);
    let others = |page: &Page| page.state == State::InProgress && !pages.contains(&page.number);
    if pages.is_empty() || !(is_made || is_of_page && description.pages.iter().any(others)) {
        description.pages.clear();
        return description.refused(refusal, now);
    }
    for page in description.pages.iter_mut().filter(|page| pages.contains(&page.number)) {
        if page.state == State::InProgress {
            page.state = State::Error;
        }
    }
    description.error = Some(refusal.into());
    settled(description, now)
}

/// Complete when no page is on its way.
fn settled(mut description: Description, now: &str) -> Description {
    description.pages.sort_by_key(|page| page.number);
    let waits = description.pages.iter().any(|page| page.state == State::InProgress);
    description.state = if waits { State::InProgress } else { State::Complete };
    description.updated_at = now.into();
    description
}

/// Whether another try may end otherwise: what lacked was time, or a program that may be there by now.
pub fn is_worth_another_try(description: &Description) -> bool {
    let code = description.error.as_ref().filter(|_| description.state == State::Error).map(|error| error.code);
    matches!(code, Some(Refusal::TimedOut | Refusal::NoEngine))
}

#[cfg(test)]
mod tests {
    use super::{Description, PageMade, Refusal, State, asked, is_worth_another_try, made, page, refused, wanted};
    use crate::document::{
        kind::Kind,
        made::{Converted, Format},
    };

    fn converted(pages: &[u32], page_count: u32) -> Converted {
        let page = |number: &u32| PageMade {
            number: *number,
            file: Format::Png.file(*number),
            media_type: Format::Png.media_type().into(),
            width: Some(8),
            height: Some(6),
        };
        let pages = pages.iter().map(page).collect();
        let (simplified, fonts_substituted) = Default::default();
        Converted { format: Format::Png, page_count: Some(page_count), pages, simplified, fonts_substituted }
    }

    #[test]
    fn pages_are_asked_and_come_by_and_by() {
        let begun = Description::begun("", "", Kind::Pdf, "t0");
        let first = asked(&begun, &[1, 5, 9], "t1").expect("new pages");
        assert_eq!((first.state, page(&first, 1), page(&first, 2)), (State::InProgress, Some(State::InProgress), None));
        assert_eq!(asked(&first, &[9, 1], "t1"), None);
        // 9 is past the end, and nobody waits for it any more.
        let half = made(first, &converted(&[1], 7), 100, &[1], "t2");
        assert_eq!((half.state, half.page_count, half.bytes), (State::InProgress, Some(7), 100));
        assert_eq!((page(&half, 5), page(&half, 9)), (Some(State::InProgress), None));
        // Nor for what turned out not to be there.
        let all = made(half, &converted(&[], 7), 0, &[5], "t3");
        assert_eq!((all.state, all.pages.len()), (State::Complete, 1));
        assert_eq!(asked(&all, &[8, 1], "t4"), None);
        // A neighbour, which nobody asked, is simply there.
        let near = made(all, &converted(&[2], 7), 50, &[2], "t4");
        assert_eq!((near.state, page(&near, 2), near.bytes), (State::Complete, Some(State::Complete), 150));
        assert_eq!(asked(&near, &[3], "t5").map(|next| next.state), Some(State::InProgress));
    }

    #[test]
    fn the_first_to_complete_wins() {
        let begun = asked(&Description::begun("", "", Kind::Pdf, "t0"), &[1, 2], "t0").expect("new");
        let ours = converted(&[1, 2], 2);
        assert_eq!(wanted(&begun, &ours.pages, false).len(), 2);
        let theirs = made(begun, &converted(&[2], 2), 1, &[2], "t1");
        assert_eq!(wanted(&theirs, &ours.pages, false).iter().map(|page| page.number).collect::<Vec<_>>(), [1]);
        let whole = Description::begun("", "", Kind::Docx, "t0");
        assert_eq!(wanted(&whole, &ours.pages, true).len(), 2);
        let whole = made(whole, &converted(&[1], 1), 1, &[], "t1");
        assert!(wanted(&whole, &ours.pages, true).is_empty());
        let wrong = Description::begun("", "", Kind::Docx, "t0").refused(Refusal::Encrypted, "t1");
        assert!(wanted(&wrong, &ours.pages, true).is_empty());
    }

    #[test]
    fn one_page_that_fails_spoils_no_other() {
        let begun = asked(&Description::begun("", "", Kind::Pdf, "t0"), &[1, 2], "t0").expect("new");
        let nothing = refused(begun.clone(), Refusal::TimedOut, &[1, 2], "t1");
        assert_eq!((nothing.state, nothing.pages.len(), is_worth_another_try(&nothing)), (State::Error, 0, true));
        let heavy = refused(begun.clone(), Refusal::TimedOut, &[1], "t1");
        assert_eq!((heavy.state, page(&heavy, 2)), (State::InProgress, Some(State::InProgress)));
        let nothing = refused(heavy.clone(), Refusal::TimedOut, &[2], "t2");
        assert_eq!((nothing.state, nothing.pages.len()), (State::Error, 0));
        let second = made(heavy, &converted(&[2], 2), 1, &[2], "t2");
        assert_eq!((second.state, page(&second, 1)), (State::Complete, Some(State::Error)));
        let broken = refused(begun.clone(), Refusal::Corrupted, &[1], "t1");
        assert_eq!(broken.state, State::Error);
        let one = made(begun, &converted(&[1], 2), 1, &[1], "t1");
        let one = refused(one, Refusal::Corrupted, &[2], "t2");
        assert_eq!(
            (one.state, page(&one, 1), page(&one, 2)),
            (State::Complete, Some(State::Complete), Some(State::Error))
        );
        assert!(one.error.is_some() && !is_worth_another_try(&one));
    }
}
