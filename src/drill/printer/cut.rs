//! Connections that are cut at any byte, on demand.

/// Which side is speaking when the connection ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The kiosk: after so many bytes of its request.
    Request(u64),
    /// The printer: after so many 65,535ths of its answer.
    Answer(u16),
}

/// One cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cut {
    /// Where.
    pub side: Side,
    /// Without a reset.
    pub cleanly: bool,
}

/// The next cut, if one was asked for.
#[derive(Clone, Copy, Debug, Default)]
pub struct Cuts {
    next: Option<(Cut, Which)>,
    /// Bytes of the last document's request that came whole.
    pub document_bytes: u64,
    /// Whether the last cut that was asked for has happened.
    pub is_made: bool,
}

/// Which connection is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// The one with the document.
    Document,
    /// The one after so many others without.
    Other(u32),
}

impl Cuts {
    /// Cuts the connection that is meant, once.
    pub fn ask(&mut self, cut: Cut, which: Which) {
        self.next = Some((cut, which));
        self.is_made = false;
    }

    /// No cut after all.
    pub fn forget(&mut self) {
        self.next = None;
    }

    /// A connection has come: is it cut?
    pub fn take(&mut self, is_document: bool) -> Option<Cut> {
        let (cut, which) = self.next?;
        match which {
            Which::Document if is_document => {}
            Which::Other(0) if !is_document => {}
            Which::Other(left) if !is_document => {
                self.next = Some((cut, Which::Other(left - 1)));
                return None;
            }
            _ => return None,
        }
        self.next = None;
        self.is_made = true;
        Some(cut)
    }

    /// A document's request came whole.
    pub fn measured(&mut self, bytes: u64) {
        self.document_bytes = self.document_bytes.max(bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::{Cut, Cuts, Side, Which};

    #[test]
    fn the_connection_that_is_meant_is_cut_once() {
        let cut = Cut { side: Side::Request(7), cleanly: true };
        let mut cuts = Cuts::default();
        assert_eq!(cuts.take(true), None);
        cuts.ask(cut, Which::Document);
        assert_eq!((cuts.take(false), cuts.take(true), cuts.take(true)), (None, Some(cut), None));
        cuts.ask(cut, Which::Other(1));
        assert!(!cuts.is_made);
        assert_eq!((cuts.take(false), cuts.take(true), cuts.take(false)), (None, None, Some(cut)));
        assert!(cuts.is_made);
    }
}
