//! The display and what people touch, looked at without taking them from a kiosk that runs.

use super::Finding;
use crate::{
    panel::{
        screen::{drm, fbdev},
        touch::{
            devices::{self, Use},
            pointer::Kind,
        },
    },
    settings::{Screen, Settings},
};

/// The display that the settings name.
pub(super) fn display(settings: &Settings) -> Finding {
    let hardware = &settings.hardware;
    match settings.panel.screen {
        Screen::Memory => {
            let size = format!("{}x{}", settings.panel.width, settings.panel.height);
            Finding::warn(
                "panel",
                format!("screen = \"memory\": drawn at {size} and mirrored at /panel, on no display"),
                format!(
                    "give panel.screen = \"drm\" or \"fbdev\" where a display is, or open {}/panel in a full-screen browser",
                    settings.public_url()
                ),
            )
        }
        Screen::Drm => match drm::list(hardware) {
            Ok(connectors) => {
                let asked = |name: &str| hardware.connector.is_empty() || name.starts_with(&hardware.connector);
                let lit =
                    connectors.iter().find_map(|(name, size)| Some((name, (*size)?)).filter(|(name, _)| asked(name)));
                match lit {
                    Some((name, (width, height))) => {
                        Finding::ok("panel", format!("screen = \"drm\": {name}, {width}x{height}"))
                    }
                    None => {
                        let names: Vec<&str> = connectors.iter().map(|(name, _)| name.as_str()).collect();
                        Finding::fail(
                            "panel",
                            format!("no display is connected; there is {}", names.join(", ")),
                            "look at the cable and hardware.connector; the kiosk runs on and shows the panel when it is there",
                        )
                    }
                }
            }
            Err(error) => Finding::fail(
                "panel",
                format!("no card for screen = \"drm\": {error}"),
                "load the display's driver, let this user open /dev/dri (group video), or give panel.screen = \"fbdev\"",
            ),
        },
        Screen::Fbdev => match fbdev::look(hardware) {
            Ok(name) => Finding::ok("panel", format!("screen = \"fbdev\": {name}")),
            Err(error) => Finding::fail(
                "panel",
                format!("no framebuffer: {error}"),
                "load the display's driver, let this user open it (group video), or give hardware.display",
            ),
        },
    }
}

/// What can be touched.
pub(super) fn touch(settings: &Settings) -> Finding {
    if settings.panel.screen == Screen::Memory {
        let advice = "touch the mirror at /panel";
        return Finding::warn("touch", "not read with screen = \"memory\"", advice);
    }
    let (found, failed) = devices::list(&settings.hardware);
    let names = |points: bool| {
        let names = found.iter().filter(|(_, what)| (*what != Use::Types) == points).map(|(name, what)| match what {
            Use::Points(Kind::Multi) => format!("{name} (several fingers)"),
            Use::Points(Kind::Single) => format!("{name} (one finger)"),
            Use::Points(Kind::Mouse) => format!("{name} (mouse)"),
            Use::Types => format!("{name} (keyboard)"),
        });
        names.collect::<Vec<_>>().join(", ")
    };
    let (pointers, keyboards) = (names(true), names(false));
    if !pointers.is_empty() {
        let and = if keyboards.is_empty() { String::new() } else { format!("; {keyboards}") };
        return Finding::ok("touch", format!("{pointers}{and}"));
    }
    let advice = "look at the cable; the kiosk reads it as soon as it is there, and can be used by phone until then";
    match failed.first() {
        Some((path, error)) => Finding::fail(
            "touch",
            format!("{} does not open: {error}", path.display()),
            "let this user read /dev/input (group input)",
        ),
        None => Finding::fail("touch", "nothing in /dev/input can be touched", advice),
    }
}
