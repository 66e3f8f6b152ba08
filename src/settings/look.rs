//! `[panel] look`: how the touch screen looks.

use serde::Deserialize;

/// A look, or the choice of one by the clock.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub enum Look {
    /// New Year's from 15 December to 14 January, dark at night, else light.
    #[default]
    Auto,
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
    /// Snow and a garland.
    NewYear,
}
