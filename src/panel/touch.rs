//! Fingers, mice and a technician's keyboard, as the scenes know them: taps at a place, presses of an element.
//!
//! [`devices`] reads the hardware; [`pointer`] and [`keyboard`] say what it means; [`calibration`] where a finger really is.

pub mod calibration;
pub mod devices;
pub mod keyboard;
pub mod pointer;
