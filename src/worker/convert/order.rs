//! What a converting child is told to do: one JSON object on its command line, of our own making.

use serde::{Deserialize, Serialize};

use crate::{
    document::{kind::Kind, made::Ask},
    settings::convert::Convert,
};

/// One child's work.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Order {
    /// What to do.
    pub task: Task,
    /// Whom the document was found to be.
    pub kind: Kind,
    /// What bounds it.
    pub limits: Convert,
}

/// What to do with the document on stdin.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Task {
    /// Tell of which kind it is.
    Kind,
    /// Tell whether it may be opened at all, without a password and no bomb, and whether slides of it are hidden. Of a workbook make one that fits its paper's width.
    Fits,
    /// Make this of it.
    Make(Ask),
}

impl Order {
    /// Tell the kind.
    pub fn kind(limits: Convert) -> Self {
        Self { task: Task::Kind, kind: Kind::Txt, limits }
    }

    /// Tell whether it may be opened.
    pub fn fits(kind: Kind, limits: Convert) -> Self {
        Self { task: Task::Fits, kind, limits }
    }

    /// Make something.
    pub fn make(kind: Kind, ask: &Ask, limits: Convert) -> Self {
        Self { task: Task::Make(ask.clone()), kind, limits }
    }
}
