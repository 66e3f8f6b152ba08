//! Several children draw one document together: each takes every n-th raster page, and writes it when its turn comes, so
//! that pages leave in order through one pipe or into one file. The turn is a byte that goes round in a ring of pipes.
//!
//! A child that ends in the middle closes its end of the ring; the next one finds no turn there and ends too. So nobody
//! has to watch over the order, and a document with a hole cannot look whole: all children must end well.

use std::{
    fs::File,
    io::{self, Read as _, Write},
    os::fd::{FromRawFd as _, OwnedFd, RawFd},
};

use super::child::Failure;

/// Bytes of finished lines that a child keeps until its turn comes; one that has more waits. A page of text takes 1 to 7
/// MB, a photograph at 600 dpi may take 40.
const HELD_BYTES: usize = 8 << 20;

/// Raster pages of a child at the least: each opens the document and its fonts anew, which costs about as much as a page of
/// text.
const PAGES_EACH: u32 = 2;

/// How many of `most` children it pays to start.
pub fn worthwhile(most: u32, pages: u32) -> u32 {
    most.min(pages / PAGES_EACH).max(1)
}

/// A child's place among those that draw a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Counted from 0.
    pub index: u32,
    /// How many there are.
    pub of: u32,
}

impl Place {
    /// The place among those that are really started for a document of so many raster pages.
    pub fn among(self, pages: u32) -> Self {
        Self { of: worthwhile(self.of, pages), ..self }
    }

    /// Whether raster page `page`, counted from 0, is drawn here.
    pub fn draws(self, page: u32) -> bool {
        page % self.of.max(1) == self.index
    }
}

/// The ends of the ring that one child holds.
#[derive(Debug)]
pub struct Ends {
    /// Where its turn comes from.
    pub from: OwnedFd,
    /// Where it passes it on.
    pub to: OwnedFd,
}

/// A ring that only its first child holds yet: how many others there will be is not known before it has opened the
/// document.
#[derive(Debug)]
pub struct Ring {
    /// Where the second will read.
    next: OwnedFd,
    /// Where the last will write.
    back: OwnedFd,
}

impl Ring {
    /// The ring, and the first child's ends of it.
    pub fn begin() -> io::Result<(Ends, Self)> {
        let ((from, back), (next, to)) = (io::pipe()?, io::pipe()?);
        Ok((Ends { from: from.into(), to: to.into() }, Self { next: next.into(), back: back.into() }))
    }

    /// The ends of the other children, `of` with the first, in their order.
    pub fn close(self, of: u32) -> io::Result<Vec<Ends>> {
        let (mut from, mut ends) = (self.next, Vec::new());
        for _ in 2..of {
            let (next, to) = io::pipe()?;
            ends.push(Ends { from, to: to.into() });
            from = next.into();
        }
        ends.push(Ends { from, to: self.back });
        Ok(ends)
    }
}

/// In the child: what is drawn, held back until the turn comes.
pub(super) struct Output<W> {
    out: W,
    held: Vec<u8>,
    ring: Option<(File, File)>,
    mine: bool,
}

impl<W: Write> Output<W> {
    /// Writes to `out`. Without a ring it is always one's turn.
    pub(super) fn new(out: W, ring: Option<(RawFd, RawFd)>) -> Self {
        // SAFETY: the parent left these two open for us alone, and nothing else here knows their numbers.
        let ring = ring.map(|(from, to)| unsafe { (File::from_raw_fd(from), File::from_raw_fd(to)) });
        Self { out, held: Vec::new(), mine: ring.is_none(), ring }
    }

    /// Takes its place: the first begins, and whoever is alone needs no ring.
    pub(super) fn take(&mut self, place: Place) {
        self.mine = place.index == 0;
        if place.of == 1 {
            self.ring = None;
        }
    }

    /// Where lines are put.
    pub(super) fn buffer(&mut self) -> &mut Vec<u8> {
        &mut self.held
    }

    /// A band is drawn: it leaves when it may.
    pub(super) fn band(&mut self) -> Result<(), Failure> {
        if !self.mine && self.held.len() > HELD_BYTES {
            self.wait()?;
        }
        if self.mine {
            self.out.write_all(&self.held)?;
            self.held.clear();
        }
        Ok(())
    }

    /// A page is drawn: it leaves, and the turn passes on.
    pub(super) fn page(&mut self) -> Result<(), Failure> {
        if !self.mine {
            self.wait()?;
        }
        self.band()?;
        self.out.flush()?;
        if let Some((_, to)) = &mut self.ring {
            self.mine = false;
            // Whoever is next may have no page left and be gone.
            let _ = to.write_all(b".");
        }
        Ok(())
    }

    fn wait(&mut self) -> Result<(), Failure> {
        if let Some((from, _)) = &mut self.ring {
            from.read_exact(&mut [0]).map_err(|_| Failure::Own(OTHER_ENDED.into()))?;
        }
        self.mine = true;
        Ok(())
    }
}

/// Why a child ended whose turn never came; another one knows better.
pub(super) const OTHER_ENDED: &str = "another part of the document was not drawn";

#[cfg(test)]
mod tests {
    use std::{
        fs::File,
        io::{self, Read as _},
        os::fd::{IntoRawFd as _, OwnedFd},
        thread,
    };

    use super::{Ends, Output, Place, Ring, worthwhile};

    #[test]
    fn every_page_is_drawn_once() {
        for of in 1..5 {
            for page in 0..20 {
                assert_eq!((0..of).filter(|index| Place { index: *index, of }.draws(page)).count(), 1);
            }
        }
    }

    #[test]
    fn few_pages_take_few_children() {
        assert_eq!([0, 1, 3, 4, 7, 9, 100].map(|pages| worthwhile(4, pages)), [1, 1, 1, 2, 3, 4, 4]);
        assert_eq!(worthwhile(0, 100), 1);
    }

    /// What `of` children write together, each a letter a page; one that ends after `until` pages leaves the rest.
    fn written(of: u32, pages: u32, ends_early: Option<u32>) -> (String, usize) {
        let (mut read, write) = io::pipe().expect("a pipe");
        let (first, ring) = Ring::begin().expect("a ring");
        let all: Vec<Ends> = [first].into_iter().chain(ring.close(of).expect("ends")).collect();
        let children: Vec<_> = (0..of)
            .zip(all)
            .map(|(index, ends)| {
                let out = File::from(OwnedFd::from(write.try_clone().expect("a descriptor")));
                thread::spawn(move || {
                    let place = Place { index, of };
                    let mut out = Output::new(out, Some((ends.from.into_raw_fd(), ends.to.into_raw_fd())));
                    out.take(place);
                    for page in (0..pages).filter(|page| place.draws(*page)) {
                        if ends_early == Some(page) {
                            return false;
                        }
                        out.buffer().extend([b'a' + u8::try_from(page).expect("few")]);
                        if out.band().and_then(|()| out.page()).is_err() {
                            return false;
                        }
                    }
                    true
                })
            })
            .collect();
        drop(write);
        let mut text = String::new();
        read.read_to_string(&mut text).expect("text");
        (text, children.into_iter().filter_map(|child| child.join().ok()).filter(|well| *well).count())
    }

    #[test]
    fn pages_leave_in_order_and_a_lost_child_ends_all_after_it() {
        assert_eq!(written(2, 5, None), ("abcde".into(), 2));
        assert_eq!(written(4, 10, None), ("abcdefghij".into(), 4));
        // Page f is not written, so nothing after it is.
        assert_eq!(written(3, 12, Some(5)).0, "abcde");
    }
}
