//! What others are told of the panel and of its scene: sizes, names, the job on the screen.

use super::{Done, Failed, Panel, Printing, Scene, review::Review};
use crate::{
    job::state::JobId,
    panel::{
        layout::{self, Layout},
        look::Look,
    },
    text::Language,
};

impl Panel {
    /// The screen has this size from now on, in pixels.
    pub fn resize(&mut self, width: u32, height: u32) {
        (self.width, self.height) = (width, height);
    }

    /// Width and height in pixels.
    pub fn size(&self) -> (u32, u32) {
        (self.width, self.height)
    }

    /// The same, always in this look, with large type or not.
    pub fn looking(mut self, look: Look, large_text: bool) -> Self {
        self.settings.looks.always = Some(look);
        Self { large_text, ..self }
    }

    /// What is on the screen.
    pub fn layout(&self, now_ms: u64) -> Layout {
        layout::lay(self, now_ms)
    }

    /// The scene's name.
    pub fn scene_name(&self) -> &'static str {
        match self.scene {
            Scene::Splash => "splash",
            Scene::Idle => "idle",
            Scene::Code(_) => "code",
            Scene::Review(_) => "review",
            Scene::Printing(_) => "printing",
            Scene::Done(_) => "done",
            Scene::Fault(_) => "fault",
            Scene::Timeout(_) => "timeout",
            Scene::Service => "service",
            Scene::OutOfOrder => "out-of-order",
        }
    }

    /// Whether the screen is dark: the next touch only wakes it.
    pub fn is_asleep(&self) -> bool {
        self.asleep
    }

    /// The language on the screen.
    pub fn language(&self) -> Language {
        self.language
    }

    /// The job on the screen.
    pub fn job(&self) -> Option<JobId> {
        self.scene.review().map(|review| review.card.job)
    }
}

impl Scene {
    pub(super) fn review(&self) -> Option<&Review> {
        match self {
            Self::Review(review)
            | Self::Printing(Printing { review, .. })
            | Self::Done(Done { review, .. })
            | Self::Fault(Failed { review, .. }) => Some(review),
            Self::Timeout(under) => under.review(),
            _ => None,
        }
    }

    pub(super) fn review_mut(&mut self) -> Option<&mut Review> {
        match self {
            Self::Review(review)
            | Self::Printing(Printing { review, .. })
            | Self::Done(Done { review, .. })
            | Self::Fault(Failed { review, .. }) => Some(review),
            Self::Timeout(under) => under.review_mut(),
            _ => None,
        }
    }
}
