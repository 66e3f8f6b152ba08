//! A document as people bring it: of which kind it is, what a conversion of it is asked for and makes, why there is none,
//! and how all that is told. Pure: values in, values out; the engines are in [`worker::convert`](crate::worker::convert).
//!
//! Documents of jobs as they lie on the disk are the store's business.

pub mod description;
pub mod kind;
pub mod made;
pub mod refusal;
