//! What is inside the case: disk, database, clock, and the list that lies in the database.

use std::{
    fs::{self, File},
    io::{self, Write as _},
    path::Path,
};

use super::{Finding, State};
use crate::{
    clock::Reading,
    job::paper::Paper,
    kiosk::now,
    panel::{scanner, scene::desk::ScannerState},
    roster::PUSHED,
    settings::Settings,
    store::{
        documents::free_bytes,
        health::{self, Health},
    },
    text::{Language, file_size},
};

/// Documents of the largest size that should fit beside what must stay free.
const COMFORT: u64 = 20;

/// Days after which a member list is old: lists are pushed each night where they are pushed by a program.
const OLD_DAYS: i64 = 31;

const DAY_MS: i64 = 24 * 3_600_000;

/// 1 January 2025 and 2100, milliseconds since 1970: this version was not there before, and will not be after.
const SANE_MS: std::ops::Range<i64> = 1_735_689_600_000..4_102_444_800_000;

/// Whether the folders can be written to, and how much fits.
pub(super) fn storage(settings: &Settings) -> Finding {
    let (folder, documents) = (&settings.store.folder, settings.documents());
    if !folder.exists() {
        let parent = folder.ancestors().skip(1).find(|parent| parent.exists()).unwrap_or(Path::new("/"));
        return match probe(parent) {
            Ok(()) => Finding::warn(
                "storage",
                format!("{} is not there yet", folder.display()),
                "the first start makes it; give --data DIR if this is the wrong place",
            ),
            Err(error) => cannot_write(parent, &error),
        };
    }
    for folder in [folder, &documents] {
        if let Err(error) = probe(folder)
            && (error.kind() != io::ErrorKind::NotFound || folder.exists())
        {
            return cannot_write(folder, &error);
        }
    }
    let place = if documents.exists() { &documents } else { folder };
    let free = match free_bytes(place) {
        Ok(free) => free,
        Err(error) => return Finding::fail("storage", format!("{}: {error}", place.display()), "check the disk"),
    };
    let (least, largest) = (settings.store.least_free_bytes, settings.print_api.max_size_bytes);
    let room = free.saturating_sub(least);
    let message = format!("{} can be written to, {} free", folder.display(), file_size(Language::En, free));
    let state = match room {
        room if room < largest => State::Fail,
        room if room < largest.saturating_mul(COMFORT) => State::Warn,
        _ => return Finding::ok("storage", message),
    };
    let need = file_size(Language::En, largest.saturating_mul(COMFORT).saturating_add(least));
    Finding::new("storage", state, message, format!("make room: {need} are comfortable for documents of this size"))
}

fn cannot_write(folder: &Path, error: &io::Error) -> Finding {
    let advice = match error.kind() {
        io::ErrorKind::ReadOnlyFilesystem => {
            "mount it writable; a card that went read-only by itself is dying: replace it"
        }
        io::ErrorKind::StorageFull => "make room on the disk",
        io::ErrorKind::PermissionDenied => "give the folder to the user that runs ottisk, or run this as that user",
        _ => "check the disk and the path",
    };
    Finding::fail("storage", format!("{} cannot be written to: {error}", folder.display()), advice)
}

/// Writes a little, all the way to the disk, and takes it away again.
fn probe(folder: &Path) -> io::Result<()> {
    let path = folder.join(format!(".ottisk-check-{}", std::process::id()));
    let written = File::create(&path).and_then(|mut file| {
        file.write_all(&[0; 4_096])?;
        file.sync_all()
    });
    let removed = fs::remove_file(&path);
    written.and(removed)
}

/// Whether the database is whole, and what else it tells.
pub(super) fn database(settings: &Settings) -> (Finding, Option<Health>) {
    let path = settings.database();
    let name = path.display();
    if !path.exists() {
        let advice = "the first start makes it";
        return (Finding::warn("database", format!("{name} is not there yet"), advice), None);
    }
    let advice = "stop the kiosk, keep a copy of the file, and start with a fresh one or a backup";
    match health::look(&path, PUSHED) {
        Ok(Health { damage: Some(damage), .. }) => {
            (Finding::fail("database", format!("{name} is damaged: {damage}"), advice), None)
        }
        Ok(health) => {
            let kept = health.jobs;
            (Finding::ok("database", format!("{name} is whole, jobs kept: {kept}")), Some(health))
        }
        Err(error) => (Finding::fail("database", format!("{name} cannot be read: {error}"), advice), None),
    }
}

/// Whether the wall clock can be believed.
pub(super) fn clock() -> Finding {
    let Reading { wall_ms, synchronised, .. } = Reading::take();
    let time = time::OffsetDateTime::from_unix_timestamp(wall_ms.div_euclid(1_000))
        .map(|time| format!("{} {:02}:{:02} UTC", time.date(), time.hour(), time.minute()));
    let time = time.unwrap_or_else(|_| "out of range".into());
    if !SANE_MS.contains(&wall_ms) {
        let advice = "set the clock; let NTP keep it (systemd-timesyncd or chrony), or give the board a battery";
        return Finding::fail("clock", format!("the clock says {time}"), advice);
    }
    match synchronised {
        true => Finding::ok("clock", format!("{time}, synchronised")),
        false => Finding::warn(
            "clock",
            format!("{time}, not synchronised"),
            "let NTP keep it (timedatectl set-ntp true); until then the time that the kiosk is switched off does not count \
             for how long documents are kept",
        ),
    }
}

/// How much paper there is by what people said.
pub(super) fn paper(settings: &Settings, health: Option<&Health>) -> Finding {
    let paper = health.map_or(Paper::Unknown, |health| health.paper);
    let advice = "put paper in, and say so on the panel's service screen or with POST /admin/paper";
    match paper {
        Paper::Unknown => Finding::ok(
            "paper",
            "not counted: say how much is in on the panel's service screen, and jobs that do not fit are told",
        ),
        Paper::Empty => Finding::warn("paper", "the printer says that there is none", advice),
        Paper::Counted(left) if paper.is_low(settings.paper.low_sheets) => {
            Finding::warn("paper", format!("sheets left: {left}"), advice)
        }
        Paper::Counted(left) => Finding::ok("paper", format!("sheets left: {left}")),
    }
}

/// How many members there are, and how old the list is.
pub(super) fn members(health: Option<&Health>) -> Finding {
    let advice = "push a list with POST /is_union_member or `ottisk members import FILE`";
    let Some(Health { members: count @ 1.., pushed, .. }) = health else {
        return Finding::warn("members", "no list: nobody can print", advice);
    };
    let Some(pushed) = pushed else {
        return Finding::warn("members", format!("members on the list: {count}, of unknown age"), advice);
    };
    let days = now().saturating_sub(*pushed) / DAY_MS;
    let message = format!("members on the list: {count}, days since the newest change: {days}");
    match days {
        ..0 => Finding::warn(
            "members",
            format!("members on the list: {count}, changed in the future"),
            "look at the clock",
        ),
        0..OLD_DAYS => Finding::ok("members", message),
        _ => Finding::warn("members", message, advice),
    }
}

/// Whether the serial scanner is there and nobody else holds it.
pub(super) fn scanner(settings: &Settings) -> Finding {
    let (device, name) = (&settings.scanner.device, settings.scanner.device.display());
    if device.as_os_str().is_empty() {
        return Finding::ok("scanner", "none is set: codes are typed, or come from one that types like a keyboard");
    }
    match scanner::open(device, settings.scanner.baud) {
        Ok(_) => Finding::ok("scanner", format!("{name} can be read")),
        Err(error) if scanner::state(&error) == ScannerState::Held => Finding::warn(
            "scanner",
            format!("{name} is held by another program"),
            "that is right while a kiosk runs; otherwise end that program",
        ),
        Err(error) => Finding::fail(
            "scanner",
            format!("{name} cannot be read: {error}"),
            "plug it in; give its name in /dev/serial/by-id as scanner.device, and its group (dialout) to the user that runs ottisk",
        ),
    }
}
