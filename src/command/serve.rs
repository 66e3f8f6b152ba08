//! `ottisk serve`: the appliance.

use super::{
    Failure,
    arguments::{Arguments, Common},
};
use crate::kiosk::Kiosk;

pub(super) const HELP: &str = "\
ottisk serve                          the appliance

  --config FILE             settings in TOML
  --data DIR                where everything lies
  --listen ADDR:PORT        0.0.0.0:8080 by default
  --printer URI             ipp://host/path, ipps://host/path, auto, file:///FOLDER
";

pub(super) fn run(arguments: Arguments) -> Result<(), Failure> {
    let common = Common::read(arguments, "serve")?;
    super::start_log();
    let settings = common.settings()?;
    if settings.printer.uri.is_empty() {
        return Err(Failure::Usage("no printer: give --printer URI or [printer] uri".into()));
    }
    let kiosk = Kiosk::open(settings, false)?;
    tracing::info!(version = env!("CARGO_PKG_VERSION"), "ready");
    Ok(kiosk.live(async { Ok(()) })?)
}
