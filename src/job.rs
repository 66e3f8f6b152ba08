//! A print job: its ticket, its code, its states, its plan. All pure: values in, values out.

pub mod code;
pub mod fault;
pub mod pages;
pub mod paper;
pub mod part;
pub mod plan;
pub mod preflight;
pub mod state;
pub mod ticket;
