//! A rectangle of the screen in whole pixels, and the few ways scenes cut it.

use embedded_graphics::{
    geometry::{Point, Size},
    primitives::Rectangle,
};

/// `x, y` of the top left corner, width and height.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Area {
    /// Left.
    pub x: i32,
    /// Top.
    pub y: i32,
    /// Width.
    pub w: i32,
    /// Height.
    pub h: i32,
}

impl Area {
    /// By its corner and size.
    pub const fn new(x: i32, y: i32, w: i32, h: i32) -> Self {
        Self { x, y, w, h }
    }

    /// Past its right edge.
    pub fn right(self) -> i32 {
        self.x + self.w
    }

    /// Past its bottom edge.
    pub fn bottom(self) -> i32 {
        self.y + self.h
    }

    /// What this and `other` have in common; without a width or a height when that is nothing.
    #[must_use]
    pub fn overlap(self, other: Self) -> Self {
        let (x, y) = (self.x.max(other.x), self.y.max(other.y));
        let (right, bottom) = (self.right().min(other.right()), self.bottom().min(other.bottom()));
        Self::new(x, y, (right - x).max(0), (bottom - y).max(0))
    }

    /// The smallest area that holds this and `other`.
    #[must_use]
    pub fn around(self, other: Self) -> Self {
        let (x, y) = (self.x.min(other.x), self.y.min(other.y));
        Self::new(x, y, self.right().max(other.right()) - x, self.bottom().max(other.bottom()) - y)
    }

    /// Whether there is nothing in it.
    pub fn is_empty(self) -> bool {
        self.w <= 0 || self.h <= 0
    }

    /// Smaller by `x` left and right and `y` above and below.
    pub fn inset(self, x: i32, y: i32) -> Self {
        Self::new(self.x + x, self.y + y, self.w - 2 * x, self.h - 2 * y)
    }

    /// Moved.
    pub fn down(self, y: i32) -> Self {
        Self { y: self.y + y, ..self }
    }

    /// A box of this size in its middle.
    pub fn middle(self, w: i32, h: i32) -> Self {
        Self::new(self.x + (self.w - w) / 2, self.y + (self.h - h) / 2, w, h)
    }

    /// Cut into `count` columns with `gap` between them; what does not divide goes to the gaps' ends.
    pub fn column(self, index: i32, count: i32, gap: i32) -> Self {
        let at = |index: i32| self.x + index * (self.w + gap) / count.max(1);
        Self { x: at(index), w: at(index + 1) - gap - at(index), ..self }
    }

    /// Cut into `count` rows with `gap` between them.
    pub fn row(self, index: i32, count: i32, gap: i32) -> Self {
        let at = |index: i32| self.y + index * (self.h + gap) / count.max(1);
        Self { y: at(index), h: at(index + 1) - gap - at(index), ..self }
    }

    /// As elements tell it.
    pub fn rect(self) -> [i32; 4] {
        [self.x, self.y, self.w, self.h]
    }

    /// Whether they share a pixel.
    pub fn meets(self, other: Self) -> bool {
        self.x < other.right() && other.x < self.right() && self.y < other.bottom() && other.y < self.bottom()
    }

    /// Whether `other` is inside.
    pub fn holds(self, other: Self) -> bool {
        self.x <= other.x && other.right() <= self.right() && self.y <= other.y && other.bottom() <= self.bottom()
    }
}

impl From<Area> for Rectangle {
    fn from(area: Area) -> Self {
        Self::new(Point::new(area.x, area.y), Size::new(area.w.max(0) as u32, area.h.max(0) as u32))
    }
}
