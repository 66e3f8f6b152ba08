//! What the panel says of itself: readiness, the Wi-Fi's code before the page's, how long a print takes, a kind word.

use crate::{
    job::{paper::Paper, plan::Media},
    panel::{
        compliment,
        layout::{Ink, Layout},
        qr::Modules,
        sample,
        scene::{Event, Outcome, Panel, PrinterView, mend::Tray},
        words,
    },
    text::Language,
};

fn panel(scene: &str) -> Panel {
    sample::sample(scene, Language::En, 1280, 800).expect(scene)
}

fn label(layout: &Layout, id: &str) -> Option<String> {
    layout.elements.iter().find(|element| element.id == id).map(|element| element.label.clone())
}

fn codes(layout: &Layout) -> Vec<&Modules> {
    layout.inks.iter().filter_map(|ink| if let Ink::Qr { modules, .. } = ink { Some(modules) } else { None }).collect()
}

#[test]
fn idle_tells_printer_paper_and_members_age() {
    let mut panel = panel("idle");
    let now = sample::NOW_MS;
    let says = |panel: &Panel, id: &str| label(&panel.layout(now), id);
    assert_eq!(says(&panel, "printer-status").as_deref(), Some("Printer ready"));
    assert_eq!(says(&panel, "paper-status").as_deref(), Some("A4 paper, 210\u{a0}sheets"));
    assert_eq!(says(&panel, "members-status").as_deref(), Some("Member list is 3\u{a0}days old"));
    let tray = |paper| Event::Tray(Tray { media: Media::a4(), paper });
    panel.step(tray(Paper::Counted(7)), now);
    assert_eq!(says(&panel, "paper-status").as_deref(), Some("Paper is low: 7\u{a0}sheets"));
    panel.step(tray(Paper::Empty), now);
    assert_eq!(says(&panel, "paper-status").as_deref(), Some("No paper"));
    panel.step(Event::Members(Some(now - 60_000)), now);
    assert_eq!(says(&panel, "members-status").as_deref(), Some("Member list is fresh"));
    panel.step(Event::Members(Some(now + 60_000)), now);
    assert_eq!(says(&panel, "members-status").as_deref(), Some("Member list is fresh"), "a clock that was set back");
    panel.step(Event::Members(None), now);
    assert_eq!(says(&panel, "members-status"), None);
}

#[test]
fn the_wifi_comes_before_the_page() {
    let layout = panel("idle-wifi").layout(sample::NOW_MS);
    let page = layout.qr.as_deref().and_then(Modules::encode);
    let wifi = Modules::wifi("Ottisk-7", "tri-lista;4");
    assert_eq!(codes(&layout), [wifi.as_ref(), page.as_ref()].into_iter().flatten().collect::<Vec<_>>());
    assert!(label(&layout, "wifi-first").is_some() && label(&layout, "page-then").is_some());
    assert_eq!(codes(&panel("idle").layout(sample::NOW_MS)).len(), 1);
}

#[test]
fn prints_teach_how_long_the_next_one_takes() {
    let (mut panel, job) = (panel("printing"), sample::card(Language::En).job);
    let unknown = crate::panel::scene::Offer { pages_per_minute: None, ..sample::offer() };
    assert_eq!(panel.takes_ms(20), Some(72_000), "as the printer says");
    panel.step(Event::Printer(PrinterView::Ready(unknown)), sample::NOW_MS);
    assert_eq!(panel.takes_ms(20), None);
    let outcome = Outcome::Completed { impressions: 10, sheets: 6 };
    panel.step(Event::Ended { job, outcome }, sample::NOW_MS + 40_000);
    assert_eq!(panel.takes_ms(20), Some(80_000));
    assert_eq!(words::about(80_000, Language::En), "2\u{20}min");
    assert_eq!(words::about(41_000, Language::En), "50 s");
    let done = panel.layout(sample::NOW_MS + 40_000);
    assert_eq!(label(&done, "compliment").as_deref(), Some(compliment::of(job).get(Language::En)));
    assert!(label(&done, "message").is_some_and(|words| words.starts_with("6 of 6")), "{done:?}");
}

#[test]
fn a_fault_has_its_record_when_there_is_one() {
    let with = panel("fault-record").layout(sample::NOW_MS);
    assert!(label(&with, "record").is_some() && codes(&with).len() == 1);
    assert_eq!(with.qr, None, "a record is no page to open");
    assert!(codes(&panel("fault").layout(sample::NOW_MS)).is_empty());
}
