//! The panel: the kiosk's touch screen. Scenes decide, layouts place, paint draws; all pure, the time is an argument.
//!
//! Not here: devices, the loop that feeds events and carries out effects, and the browser's mirror.

pub mod canvas;
pub mod font;
pub mod glyphs;
pub mod icon;
pub mod layout;
pub mod live;
pub mod paint;
pub mod palette;
pub mod picture;
pub mod qr;
pub mod sample;
pub mod scene;
pub mod shapes;
pub mod words;

#[cfg(test)]
mod tests;
