//! `urf-supported`: what a printer takes as Apple Raster, in keywords of letters and numbers. Pure.
//!
//! `RS300-600` resolutions, `W8` gray, `SRGB24` colour, `DM1` to `DM4` how it wants the backs of sheets. The rest (`CP`, `IS`,
//! `MT`, `OB`, `PQ`, `V`, `FN`) is told better by attributes of IPP.

use super::message::Attributes;
use crate::job::plan::SheetBack;

/// What is told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Urf {
    /// In dots per inch, as they are told.
    pub resolutions: Vec<u32>,
    /// `W8`.
    pub gray: bool,
    /// `SRGB24`.
    pub color: bool,
    /// `DM`; absent in printers that print one side.
    pub sheet_back: SheetBack,
}

impl Urf {
    /// What `printer` tells.
    pub(super) fn of(printer: Attributes<'_>) -> Self {
        let mut urf = Self::default();
        for keyword in printer.texts("urf-supported") {
            match keyword {
                "W8" => urf.gray = true,
                "SRGB24" => urf.color = true,
                "DM2" => urf.sheet_back = SheetBack::Flipped,
                "DM3" => urf.sheet_back = SheetBack::Rotated,
                "DM4" => urf.sheet_back = SheetBack::ManualTumble,
                other => {
                    let list = other.strip_prefix("RS").unwrap_or_default();
                    urf.resolutions.extend(list.split('-').filter_map(|dpi| dpi.parse::<u32>().ok()));
                }
            }
        }
        urf
    }
}

#[cfg(test)]
mod tests {
    use super::{Attributes, Urf};
    use crate::{
        job::plan::SheetBack,
        printer::message::{Attribute, Syntax, Value},
    };

    #[test]
    fn keywords_of_a_printer_are_understood() {
        let keywords = ["CP1", "IS1-4-5", "RS300-600", "SRGB24", "W8", "V1.4", "DM3", "RSx", "RS"];
        let values = keywords.iter().map(|keyword| Value::Text(Syntax::Keyword, (*keyword).into())).collect();
        let attributes = [Attribute { name: "urf-supported".into(), values }];
        let expected = Urf { resolutions: vec![300, 600], gray: true, color: true, sheet_back: SheetBack::Rotated };
        assert_eq!(Urf::of(Attributes(&attributes)), expected);
        assert_eq!(Urf::of(Attributes(&[])), Urf::default());
    }
}
