//! Samples: each scene with values as in life, reached by the events that lead there.

use crate::{
    job::{
        fault::Fault,
        paper::Paper,
        part::{Asked, AttemptId, Out, Rest, Sequence},
        plan::Media,
        state::JobId,
        ticket::{Copies, Ticket},
    },
    panel::{
        look::Looks,
        scene::{Event, JobCard, Offer, Outcome, Panel, PrinterView, Refusal, Settings, mend::Tray, tries::Patience},
    },
    text::Language,
};

pub mod desk;
mod page;

/// A Tuesday, 14:32 in Moscow.
pub const NOW_MS: u64 = 1_795_520_000_000 - 1_795_520_000_000 % 86_400_000 + (11 * 60 + 32) * 60_000;

/// The scenes by name, and those states of a scene that look like another.
pub const SCENES: [&str; 38] = [
    "splash",
    "idle",
    "idle-wifi",
    "idle-fault",
    "code",
    "code-wrong",
    "code-digits",
    "code-paused",
    "review",
    "review-findings",
    "review-paper",
    "review-several",
    "review-blurred",
    "printing",
    "printing-fault",
    "done",
    "done-several",
    "done-canceled",
    "done-deleted",
    "fault",
    "fault-record",
    "fault-known",
    "fault-question",
    "fault-last",
    "timeout",
    "service",
    "service-locked",
    "service-network",
    "service-members",
    "service-device",
    "service-screen",
    "service-calibrate",
    "service-tried",
    "service-restart",
    "service-sure",
    "service-log",
    "service-record",
    "out-of-order",
];

/// Millimetres of a screen as it is usually bought with so many pixels: 7″, 10″ or 15″.
pub fn size_mm(width: u32, height: u32) -> (u32, u32) {
    let (wide, high) = match width.max(height) {
        ..1_200 => (154, 86),
        1_200..1_700 => (217, 136),
        _ => (344, 194),
    };
    if width >= height { (wide, high) } else { (high, wide) }
}

/// The settings of the samples.
pub fn settings(language: Language) -> Settings {
    Settings {
        language,
        code_symbols: ('A'..='Z').chain('0'..='9').collect(),
        code_length: 6,
        kiosk_name: match language {
            Language::Ru => "Печать у входа".into(),
            Language::En => "Lobby printing".into(),
        },
        address: "print.local".into(),
        max_sheets: 100,
        idle_seconds: 60,
        warn_seconds: 20,
        sleep_seconds: 900,
        blur_pages: false,
        most_files: 10,
        patience: Patience { wrong_codes: 5, first_seconds: 30, longest_seconds: 300, forget_seconds: 900 },
        service_code: "2468".into(),
        leave_seconds: 180,
        can_restart: true,
        storage_hours: 168,
        max_bytes: 50_000_000,
        utc_offset_minutes: 180,
        thresholds: crate::queue::preflight::thresholds(&crate::settings::Settings::default()),
        tray_sheets: 250,
        added_sheets: 100,
        low_sheets: 50,
        size_mm: (0, 0),
        looks: Looks { always: None, night: (22, 6) },
        wifi: None,
    }
}

/// The document of the samples: three pages asked on both sides.
pub fn card(language: Language) -> JobCard {
    let title = match language {
        Language::Ru => "Договор аренды.docx",
        Language::En => "Rental agreement.docx",
    };
    let copies = Copies::new(2).unwrap_or(Copies::ONE);
    let ticket = Ticket { copies, two_sided: true, ..Ticket::default() };
    let (job, title) = (JobId(42), title.into());
    JobCard { job, title, bytes: 148_300, page_count: 5, ticket, printed_before: false, fault: None, rest: None }
}

/// How far the document of the samples came, of ten sides on six sheets.
pub fn rest(language: Language, out: Out) -> Rest {
    let sequence = Sequence { sides: 5, copies: 2, two_sided: true };
    let asked = Asked { ticket: card(language).ticket, sequence, first: 0, by_printer: 2, pages_a_side: 1 };
    Rest { attempt: AttemptId(1), asked, out }
}

/// What the sample printer can do.
pub fn offer() -> Offer {
    Offer { two_sided: true, color: true, media: "A4".into(), copies_max: 20, pages_per_minute: Some(20) }
}

/// The panel in the scene of this name; `None` when there is no such scene. Lay it out at [`now_ms`].
pub fn sample(scene_name: &str, language: Language, width: u32, height: u32) -> Option<Panel> {
    if !SCENES.contains(&scene_name) {
        return None;
    }
    let mut settings = Settings { size_mm: size_mm(width, height), ..settings(language) };
    match scene_name {
        "idle-wifi" => settings.wifi = Some(("Ottisk-7".into(), "tri-lista;4".into())),
        "code-digits" => settings.code_symbols = ('0'..='9').collect(),
        "review-blurred" => settings.blur_pages = true,
        _ => {}
    }
    let mut panel = Panel::new(settings, width, height, NOW_MS);
    for event in events(scene_name, language) {
        panel.step(event, NOW_MS);
    }
    // A scan of the way there was long ago.
    panel.heard_ms = None;
    if scene_name == "timeout" {
        panel.step(Event::Tick, now_ms(scene_name));
    }
    if scene_name == "fault-record" {
        panel.record = Some(desk::record(language));
    }
    let scene = match scene_name.split_once('-') {
        Some((scene @ ("idle" | "code" | "fault" | "review" | "printing" | "done" | "service"), _)) => scene,
        _ => scene_name,
    };
    (panel.scene_name() == scene).then_some(panel)
}

/// The time at which a sample is looked at: a timeout comes after a quiet minute.
pub fn now_ms(scene_name: &str) -> u64 {
    match scene_name {
        "timeout" => NOW_MS + 68_000,
        name if name.starts_with("idle") => NOW_MS + 18_000,
        _ => NOW_MS,
    }
}

fn events(scene_name: &str, language: Language) -> Vec<Event> {
    let press = |id: &str| Event::Press(id.into());
    let job = JobId(42);
    let url = "http://print.local/?qr=uT7cVnR2mKx4".to_owned();
    let tray = |paper| Event::Tray(Tray { media: Media::a4(), paper });
    let start = [
        Event::Printer(PrinterView::Ready(offer())),
        Event::Qr { url, until_ms: NOW_MS + 60_000 },
        Event::Members(Some(NOW_MS - 3 * 86_400_000)),
        tray(Paper::Counted(210)),
    ];
    let typed = [press("enter-code"), press("key-4"), press("key-F"), press("key-7"), press("key-K")];
    let picture = |page| Event::PicturesReady { job, page, picture: page::draw(language, page) };
    let found = || [Event::Scan("4F7K2M".into()), Event::Found(card(language)), picture(1), picture(2)];
    let several = || {
        let more = |job| {
            let title = format!("{}_{}.pdf", card(language).title.trim_end_matches(".docx"), job);
            let card = JobCard { job: JobId(job), title, ..card(language) };
            [press("add-file"), Event::Scan("4F7K2M".into()), Event::Found(card)]
        };
        found().into_iter().chain([43, 44].into_iter().flat_map(more)).chain([press("file-1")]).collect::<Vec<_>>()
    };
    let printing = || [press("print"), Event::Progress { job, impressions: 3, of: 10 }];
    let ended = |outcome| Event::Ended { job, outcome };
    let mut events: Vec<Event> = if scene_name == "splash" { Vec::new() } else { start.into() };
    match scene_name {
        "idle-fault" => events.push(Event::Printer(PrinterView::Fault(Fault::MediaJam, Some(offer())))),
        "code" => events.extend(typed),
        "code-digits" => events.extend([press("enter-code"), press("key-4"), press("key-7")]),
        "code-wrong" => events.extend([Event::Scan("4F7K2M".into()), Event::Refused(Refusal::NotFound)]),
        "code-paused" => {
            let wrong = || [Event::Scan("AAAAAA".into()), Event::Refused(Refusal::NotFound)];
            events.extend((0..5).flat_map(|_| wrong()));
        }
        "review" | "review-blurred" | "timeout" => events.extend(found()),
        "review-several" => events.extend(several()),
        "done-several" => {
            events.extend(several());
            events.push(press("print"));
            events.extend((42..45).map(|job| {
                let outcome = Outcome::Completed { impressions: 10, sheets: 6 };
                Event::Ended { job: JobId(job), outcome }
            }));
        }
        "review-findings" => {
            events.extend(found());
            events.extend([Event::Looked { job, facts: page::looked() }, press("two-sided")]);
        }
        "review-paper" => {
            events.extend(found());
            events.extend([press("two-sided"), tray(Paper::Counted(7))]);
        }
        "printing" => events.extend(found().into_iter().chain(printing())),
        "printing-fault" => {
            events.extend(found().into_iter().chain(printing()));
            events.push(Event::PrinterFault { job, fault: Some(Fault::MediaEmpty) });
        }
        "done-canceled" | "done-deleted" => {
            events.extend(found().into_iter().chain(printing()));
            events.push(ended(Outcome::Canceled));
            if scene_name == "done-deleted" {
                events.extend([press("delete"), Event::Deleted { job }]);
            }
        }
        "done" => {
            events.extend(found().into_iter().chain(printing()));
            events.push(ended(Outcome::Completed { impressions: 10, sheets: 6 }));
        }
        "fault" | "fault-record" => {
            events.extend(found().into_iter().chain(printing()));
            events.push(ended(Outcome::Held(Fault::MediaEmpty)));
        }
        "fault-known" | "fault-question" | "fault-last" => {
            events.extend(found().into_iter().chain(printing()));
            let out = match scene_name {
                "fault-known" => Out::exactly(5),
                "fault-question" => Out::between(4, 5),
                _ => Out::between(2, 10),
            };
            let (fault, rest) = (Fault::ConnectionLost, rest(language, out));
            events.push(ended(Outcome::Partly { fault, rest }));
        }
        service if service.starts_with("service") => events.extend(desk::events(service, language)),
        "out-of-order" => events.push(Event::Printer(PrinterView::Fault(Fault::Unsuitable, None))),
        _ => {}
    }
    events
}
