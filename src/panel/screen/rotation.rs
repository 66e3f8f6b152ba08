//! Rotation: the picture turned clockwise on the display, in quarters. Where a pixel goes, and where a finger is.

use crate::panel::touch::calibration::Matrix;

/// Quarters of a turn, clockwise as people see it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Rotation {
    /// As it is.
    #[default]
    Upright,
    /// The picture's top is at the display's right.
    Right,
    /// Upside down.
    Over,
    /// The picture's top is at the display's left.
    Left,
}

impl Rotation {
    /// Of `0`, `90`, `180` or `270` degrees; anything else is not a rotation.
    pub fn from_degrees(degrees: u16) -> Option<Self> {
        match degrees {
            0 => Some(Self::Upright),
            90 => Some(Self::Right),
            180 => Some(Self::Over),
            270 => Some(Self::Left),
            _ => None,
        }
    }

    /// The picture's size on a display of this size, and the other way round.
    pub fn size(self, (width, height): (u32, u32)) -> (u32, u32) {
        match self {
            Self::Upright | Self::Over => (width, height),
            Self::Right | Self::Left => (height, width),
        }
    }

    /// From fractions of the display to fractions of the picture.
    pub fn matrix(self) -> Matrix {
        Matrix(match self {
            Self::Upright => [1.0, 0.0, 0.0, 0.0, 1.0, 0.0],
            Self::Right => [0.0, 1.0, 0.0, -1.0, 0.0, 1.0],
            Self::Over => [-1.0, 0.0, 1.0, 0.0, -1.0, 1.0],
            Self::Left => [0.0, -1.0, 1.0, 1.0, 0.0, 0.0],
        })
    }

    /// The turn that takes this one back.
    #[must_use]
    pub fn inverse(self) -> Self {
        match self {
            Self::Right => Self::Left,
            Self::Left => Self::Right,
            same => same,
        }
    }
}
