//! Probes by which phones and computers find out whether a Wi-Fi leads to the internet (RFC 8952 calls such a network
//! captive). On the kiosk's own Wi-Fi they are led to the page; the phone shows it by itself, without anybody typing an
//! address. Off unless `portal.captive` says so: then every name on that network must lead here.
//!
//! Known probes: Android `/generate_204` and `/gen_204`, Apple `/hotspot-detect.html` and `/library/test/success.html`,
//! Windows `/connecttest.txt`, `/ncsi.txt` and `/redirect`, Firefox `/canonical.html` and `/success.txt`.

use hyper::{
    StatusCode,
    header::{CACHE_CONTROL, HeaderValue, LOCATION},
};

use super::{
    Doors,
    answer::{self, Answer},
};
use crate::text::say;

/// Anything but what the prober expects makes it open a page; all of them follow a 302 (RFC 9110 §15.4.3).
pub(super) fn probe(doors: &Doors) -> Result<Answer, Answer> {
    if !doors.settings.portal.captive {
        return Err(answer::problem(StatusCode::NOT_FOUND, say::ERROR_NOT_FOUND, &[]));
    }
    let mut answer = answer::empty(StatusCode::FOUND);
    // With the kiosk's own name: the prober asked under somebody else's.
    let place = HeaderValue::from_str(&format!("{}/", doors.settings.public_url()));
    answer.headers_mut().extend(place.map(|place| (LOCATION, place)));
    answer.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(answer)
}
