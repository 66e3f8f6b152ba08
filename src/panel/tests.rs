//! The panel as a whole: what people do, what nobody does, and that everything fits.
#![allow(clippy::expect_used, reason = "a test that fails may panic")]

mod fit;
mod journeys;
mod mends;
mod walk;
