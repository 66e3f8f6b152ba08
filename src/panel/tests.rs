//! The panel as a whole: what people do, what nobody does, and that everything fits.
#![allow(clippy::expect_used, reason = "a test that fails may panic")]

pub(in crate::panel) mod contrast;
mod damage;
mod desk;
mod fit;
mod journeys;
mod mends;
mod says;
mod several;
mod states;
mod walk;
