//! The panel: the kiosk's touch screen. Scenes decide, layouts place, paint draws; all pure, the time is an argument.
//!
//! The hardware is in [`screen`], [`touch`] and [`console`]; [`live`] feeds events and carries out effects.
//!
//! Not here: the browser's mirror.

pub mod canvas;
mod compliment;
pub mod console;
pub mod font;
pub mod glyphs;
pub mod icon;
pub mod layout;
pub mod live;
pub mod look;
pub mod paint;
pub mod palette;
pub mod picture;
pub mod qr;
pub mod sample;
pub mod scanner;
pub mod scene;
pub mod screen;
pub mod shapes;
pub mod touch;
pub mod words;

#[cfg(test)]
mod tests;
