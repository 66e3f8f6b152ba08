//! The one test program: it drives the real binary and real peers.
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test that fails may panic, and says why"
)]

mod browser;
mod check;
mod conformance;
mod convert;
mod crash;
mod desk;
mod drill;
mod events;
mod expiry;
mod finding;
mod forkserver;
mod formats;
mod goldens;
mod guessing;
mod hardware;
mod journeys;
mod missing;
mod nodes;
mod panel;
mod peers;
mod preflight;
mod preview;
mod printer;
mod raster;
mod refused;
mod released;
mod scanner;
mod security;
mod support;
mod surface;
mod terminals;
mod tidy;
mod tus;
mod uploads;
