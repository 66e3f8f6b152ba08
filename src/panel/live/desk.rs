//! What a technician wished for at the panel, done; and what a flight record should tell, noted.

use std::sync::Arc;

use super::{LivePanel, now};
use crate::{
    desk::{
        Versions,
        test_page::{About, draw},
    },
    job::fault::Fault,
    panel::{
        scene::{
            Event,
            desk::{CrossTap, Known, News, Test, Wish},
        },
        touch::calibration::{self, Tap},
    },
    queue::PrinterView,
    store::jobs::Ending,
    text::{Language, say},
};

/// Percent of light at which words can still be read.
const LEAST_LIGHT: u8 = 10;

impl LivePanel {
    pub(super) async fn desk_does(&self, wish: Wish) {
        match wish {
            Wish::Look => self.look_around().await,
            Wish::TestPage => self.print_test_page().await,
            Wish::Brightness(percent) => {
                if let Some(light) = self.brightness() {
                    let light = light.saturating_add_signed(percent).clamp(LEAST_LIGHT, 100);
                    if let Err(error) = self.set_brightness(light) {
                        tracing::warn!(%error, "the display's light was not set");
                    }
                }
                self.look_around().await;
            }
            Wish::Calibrate(taps) => self.event(Event::Desk(News::Calibrated(self.try_calibration(&taps)))),
            Wish::KeepCalibration => self.keep_calibration(),
            Wish::Uncalibrate => self.uncalibrate(),
            Wish::Reboot => self.desk.ask_restart(),
        }
    }

    /// The machine was asked to restart, and did not.
    pub fn not_restarted(&self) {
        self.event(Event::Desk(News::NotRestarted));
    }

    async fn look_around(&self) {
        let looked = self.desk.look().await;
        let totals = self.queue.totals().await;
        let counts = self.queue.counts().await;
        let (Ok(facts), Ok(totals), Ok(counts)) = (looked, totals, counts) else {
            return tracing::error!("the store does not answer the technician");
        };
        let known = Known {
            facts,
            versions: Versions::of_this(),
            printer: self.settings.printer.uri.clone(),
            model: self.queue.printer().capabilities.map(|known| known.model).unwrap_or_default(),
            totals,
            jobs: counts.iter().map(|(_, count)| count).sum(),
            scanner: self.scanner.get(),
            brightness: self.brightness(),
            touch: self.can_touch(),
            public_key: self.desk.public_key(),
        };
        self.event(Event::Desk(News::Looked(Arc::new(known))));
        self.tell_record();
    }

    /// Uses what the taps say. It reaches the disk when somebody says that it is right: a power cut undoes a wrong one too.
    fn try_calibration(&self, taps: &[CrossTap]) -> bool {
        let size = self.panel.borrow().size();
        let taps: Vec<Tap> = taps.iter().map(|(touched, shown)| Tap::in_pixels(*touched, *shown, size)).collect();
        let before = self.devices.calibration.get();
        let fits = self.calibrate(&taps);
        if fits {
            self.before.set(Some(before));
        }
        fits
    }

    fn keep_calibration(&self) {
        if self.before.take().is_none() {
            return;
        }
        match calibration::save(&self.settings.store.folder, &self.devices.calibration.get()) {
            Ok(()) => tracing::info!("touch was calibrated"),
            Err(error) => tracing::error!(%error, "the calibration is used, but was not kept"),
        }
    }

    fn uncalibrate(&self) {
        if let Some(before) = self.before.take() {
            self.devices.calibration.set(before);
        }
    }

    async fn print_test_page(&self) {
        let language = self.panel.borrow().language();
        let page = draw(&self.about(language));
        let asked = self.queue.print_test_page(&page, say::DESK_TEST.get(language)).await;
        let ended = match asked {
            Ok(job) => {
                tracing::info!(%job, "test page asked");
                self.queue.test_page_ended(job).await
            }
            Err(error) => Err(error),
        };
        let test = match ended {
            Ok(None) => Test::Done,
            Ok(Some(fault)) => Test::Failed(fault),
            Err(error) => {
                tracing::error!(?error, "no test page");
                Test::Refused
            }
        };
        self.event(Event::Desk(News::Test(test)));
        self.look_around().await;
    }

    /// What stands on the test page.
    fn about(&self, language: Language) -> About {
        let (medium, known) = (self.queue.medium(), self.queue.printer().capabilities);
        let minutes = i64::try_from(now(self.clock) / 60_000).unwrap_or(0);
        let local = minutes.saturating_add(self.settings.panel.utc_offset_min.into());
        let time = time::OffsetDateTime::from_unix_timestamp(local.saturating_mul(60));
        let time = time.map(|time| format!("{} {:02}:{:02}", time.date(), time.hour(), time.minute()));
        let time = time.unwrap_or_else(|_| "?".into());
        let version = env!("CARGO_PKG_VERSION");
        let resolutions = known.as_ref().map(|known| known.resolutions.clone()).unwrap_or_default();
        let dpi: Vec<String> = resolutions.iter().map(u32::to_string).collect();
        let model = known.as_ref().map_or("", |known| known.model.as_str());
        let printer = format!("{model}, {}, {} dpi", medium.name, dpi.join("/"));
        About {
            paper: (medium.width, medium.height),
            lines: vec![
                say::DESK_TEST.get(language).into(),
                say::DESK_TEST_KIOSK.fill(language, &[("name", &self.settings.panel.name)]),
                say::DESK_TEST_TIME.fill(language, &[("time", &time), ("version", version)]),
                say::DESK_TEST_PRINTER.fill(language, &[("printer", printer.trim_start_matches(", "))]),
                say::DESK_TEST_EDGES.get(language).into(),
            ],
            letters: say::DESK_TEST_LETTERS.get(language).into(),
            color: known.is_some_and(|known| known.color),
        }
    }

    /// The printer is another one now.
    pub(super) fn note_printer(&self, view: &PrinterView) {
        match &view.fault {
            Some(fault) => self.desk.note(None, format!("printer {}", fault.keyword())),
            None if view.known => self.desk.note(None, "printer ready"),
            None => {}
        }
        self.tell_record();
    }

    /// The job at the printer has got somewhere.
    pub(super) fn note_job(&self, live: &crate::queue::live::Live) {
        let what = match (&live.ending, &live.fault) {
            (Some(Ending::Completed), _) => format!("completed {}/{}", live.impressions, live.of),
            (Some(Ending::Canceled), _) => "canceled".into(),
            (Some(Ending::Held(fault)), _) => format!("held {} {}/{}", fault.keyword(), live.impressions, live.of),
            (None, Some(fault)) => format!("stands {}", fault.keyword()),
            (None, None) => "printing".into(),
        };
        self.desk.note(Some(live.job.0), what);
        self.tell_record();
    }

    /// The record of now: about what the last job was held by, or what the printer stands for.
    fn tell_record(&self) {
        let held = self.queue.live().and_then(|live| match live.ending {
            Some(Ending::Held(fault)) => Some(fault),
            _ => live.fault,
        });
        let fault = held.or(self.queue.printer().fault);
        let text = self.desk.record(fault.as_ref().map(Fault::keyword));
        self.event(Event::Desk(News::Record(text)));
    }
}
