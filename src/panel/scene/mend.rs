//! What stands between a person and good sheets, and the taps that mend it: findings of the pre-flight, and a tray that
//! holds too little by somebody's count. The rules are in `job::preflight::findings` and `job::paper`.

use super::{Effect, Panel, Scene, review::Review};
use crate::job::{
    paper::{Paper, Said, Way, way},
    plan::Media,
    preflight::findings::{Finding, find},
};

/// What lies in the printer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tray {
    /// The paper.
    pub media: Media,
    /// How much of it.
    pub paper: Paper,
}

/// Too little paper by the count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::panel) struct Shortage {
    /// Sheets that are left.
    pub(in crate::panel) left: u32,
    /// Sheets that are needed.
    pub(in crate::panel) needed: u64,
    /// What fits.
    pub(in crate::panel) way: Option<Way>,
}

/// The element that takes this way.
pub(in crate::panel) fn way_id(way: &Way) -> &'static str {
    match way {
        Way::TwoSided => "mend-two-sided",
        Way::Copies(_) => "mend-copies",
        Way::Pages(_) => "mend-pages",
    }
}

impl Panel {
    /// What is worth a stop before printing as chosen.
    pub(in crate::panel) fn findings(&self, review: &Review) -> Vec<Finding> {
        let Some(facts) = &review.facts else { return Vec::new() };
        let media = &self.tray.media;
        let found = find(facts, review.card.page_count, &review.ticket, media, &self.settings.thresholds);
        found.into_iter().filter(|finding| finding.grave).collect()
    }

    /// Whether there is too little paper; `None` also when its owner looked into the tray.
    pub(in crate::panel) fn shortage(&self, review: &Review) -> Option<Shortage> {
        let needed = self.amount_of_all(review).1;
        let left = self.tray.paper.left()?;
        if self.tray.paper.fits(needed) || review.anyway {
            return None;
        }
        // One file's choices mend one file's want.
        let alone = self.others.is_empty();
        let way = way(&review.ticket, review.card.page_count, left, self.offer().two_sided).filter(|_| alone);
        Some(Shortage { left, needed, way })
    }

    /// A tap on what mends something under review.
    pub(super) fn mend(&mut self, id: &str) -> Vec<Effect> {
        let Scene::Review(review) = &self.scene else { return Vec::new() };
        let finding = |finding: Finding| Some((format!("mend-{}", finding.what.keyword()), finding.mend?));
        let pages = self.findings(review).into_iter().filter_map(finding).find(|(known, _)| known == id);
        let way = self.shortage(review).and_then(|shortage| shortage.way).filter(|way| way_id(way) == id);
        let Scene::Review(review) = &mut self.scene else { return Vec::new() };
        match (pages, way) {
            (Some((_, pages)), _) => review.ticket.pages = pages,
            (None, Some(way)) => review.ticket = way.take(&review.ticket),
            (None, None) if id == "paper-is-there" => review.anyway = true,
            (None, None) => return Vec::new(),
        }
        review.shown = 0;
        review.wanted_pictures()
    }

    /// A tap of whoever fills the tray.
    pub(super) fn say_paper(&self, id: &str) -> Vec<Effect> {
        match id {
            "paper-full" => vec![Effect::Paper(Said::Full)],
            "paper-added" => vec![Effect::Paper(Said::Added(self.settings.added_sheets))],
            "paper-forget" => vec![Effect::Paper(Said::Unknown)],
            _ => Vec::new(),
        }
    }
}
