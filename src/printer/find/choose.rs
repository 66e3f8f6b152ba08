//! Which of the printers that were found `auto` takes. Pure.
//!
//! The one it is bound to, and no other: sheets that come out in another room are somebody's secret. Before it is bound: of
//! those that `[finding] only` means, the only one at a cable, else the only one on the network. Among several it does
//! not guess.

use super::Found;
use crate::printer::{error::PrinterError, known::Bound};

/// The most names that are told of.
const MAX_NAMES: usize = 8;

/// The printer to take.
pub(super) fn choose<'a>(found: &'a [Found], bound: Option<&Bound>, only: &str) -> Result<&'a Found, PrinterError> {
    let meant: Vec<&Found> = found.iter().filter(|printer| printer.is_meant_by(only)).collect();
    if let Some(bound) = bound {
        if let Some(same) = meant.iter().find(|printer| printer.id == bound.id) {
            return Ok(same);
        }
        // Whoever changes the setting means another printer.
        if bound.only == only {
            return Err(PrinterError::BoundNotFound { name: bound.name.clone() });
        }
    }
    let at_cable: Vec<&Found> = meant.iter().copied().filter(|printer| printer.is_usb()).collect();
    let equal = if at_cable.is_empty() { meant } else { at_cable };
    match equal.as_slice() {
        [] => Err(PrinterError::NotFound),
        [one] => Ok(one),
        several => {
            Err(PrinterError::Several { names: several.iter().take(MAX_NAMES).map(|p| p.name.clone()).collect() })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::tests::{found, sighting},
        Bound, PrinterError, choose,
    };

    const A: &str = "ipp://10.0.0.1/ipp/print";
    const B: &str = "ipps://10.0.0.2/ipp/print";
    const USB: &str = "ipp://localhost:60000/ipp/print";

    fn chosen(printers: &[(&str, &str)], bound: Option<(&str, &str)>, only: &str) -> Result<String, PrinterError> {
        let seen: Vec<_> = printers.iter().map(|(name, uri)| sighting(Some(name), name, uri)).collect();
        let bound = bound.map(|(id, only)| Bound { id: id.into(), name: id.into(), uri: A.into(), only: only.into() });
        choose(&found(&seen), bound.as_ref(), only).map(|printer| printer.id.clone())
    }

    #[test]
    fn the_only_one_is_taken_and_among_equals_none() {
        assert!(matches!(chosen(&[], None, ""), Err(PrinterError::NotFound)));
        assert_eq!(chosen(&[("a", A)], None, "").expect("the only one"), "a");
        assert!(
            matches!(chosen(&[("a", A), ("b", B)], None, ""), Err(PrinterError::Several { names }) if names == ["a", "b"])
        );
        assert_eq!(chosen(&[("a", A), ("b", B), ("c", USB)], None, "").expect("at the cable"), "c");
        assert!(matches!(chosen(&[("a", USB), ("c", USB)], None, ""), Err(PrinterError::Several { .. })));
    }

    #[test]
    fn the_bound_one_is_waited_for() {
        assert_eq!(chosen(&[("a", A), ("b", B), ("c", USB)], Some(("a", "")), "").expect("bound"), "a");
        assert!(matches!(chosen(&[("b", B)], Some(("a", "")), ""), Err(PrinterError::BoundNotFound { .. })));
        assert!(matches!(chosen(&[], Some(("a", "")), ""), Err(PrinterError::BoundNotFound { .. })));
    }

    #[test]
    fn the_setting_narrows_and_a_new_one_unbinds() {
        let both = [("Office", A), ("Door", B)];
        assert_eq!(chosen(&both, None, "door").expect("by a part of its name"), "Door");
        assert!(matches!(chosen(&both, None, "acme"), Err(PrinterError::Several { .. })));
        assert!(matches!(chosen(&both, None, "nobody"), Err(PrinterError::NotFound)));
        assert_eq!(chosen(&both, Some(("Office", "")), "door").expect("another is meant now"), "Door");
        assert_eq!(chosen(&both, Some(("Office", "")), "acme").expect("it is meant still"), "Office");
        assert!(matches!(
            chosen(&both[1..], Some(("Office", "acme")), "acme"),
            Err(PrinterError::BoundNotFound { .. })
        ));
    }
}
