//! The one test program: it drives the real binary and real peers.
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test that fails may panic, and says why"
)]

mod check;
mod conformance;
mod crash;
mod drill;
mod expiry;
mod finding;
mod forkserver;
mod formats;
mod goldens;
mod guessing;
mod journeys;
mod missing;
mod panel;
mod peers;
mod preflight;
mod printer;
mod raster;
mod refused;
mod released;
mod security;
mod support;
mod surface;
mod terminals;
mod tidy;
mod uploads;
