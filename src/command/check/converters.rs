//! The converters: which documents can be shown and printed as their authors made them.

use super::Finding;
use crate::{settings::Settings, worker::convert::office::Office};

/// Looks for LibreOffice.
pub(super) fn converters(settings: &Settings) -> Finding {
    let install = |packages: &[&str]| format!("apt-get install --no-install-recommends {}", packages.join(" "));
    let all: Vec<_> = Office::packages().collect();
    if !settings.convert.office {
        let message = "LibreOffice is not used: office documents print with a simpler layout, PPT and ODP as outlines";
        return Finding::warn("converters", message, "take out convert.office = false, if that is not meant");
    }
    match Office::find(&settings.convert.office_folder, None) {
        None => Finding::warn(
            "converters",
            "no LibreOffice: office documents print with a simpler layout, PPT and ODP as outlines",
            install(&all),
        ),
        Some(office) if !office.missing.is_empty() => Finding::warn(
            "converters",
            format!("LibreOffice {} lacks parts: what they open prints with a simpler layout", office.version),
            install(&office.missing),
        ),
        Some(office) => {
            let bar =
                if office.input_bar { "" } else { "; without calc's inputbar.ui, which converting does not need" };
            Finding::ok("converters", format!("LibreOffice {} prints office documents{bar}", office.version))
        }
    }
}
