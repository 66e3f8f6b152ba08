//! `ottisk panel`: one scene as a picture.

use std::path::Path;

use lexopt::Arg;

use super::{
    Failure,
    arguments::{Arguments, unexpected},
};
use crate::{
    panel::{
        canvas::Canvas,
        layout::Layout,
        look::Look,
        paint::paint,
        sample::{now_ms, sample},
    },
    text::Language,
};

pub(super) const HELP: &str = "\
ottisk panel --scene NAME -o FILE.png   draw one scene to a picture

  --scene NAME              splash, idle, code, review, printing, done, fault, timeout, service, out-of-order,
                            and their states: idle-wifi, idle-fault, code-wrong, code-digits, code-paused,
                            review-findings, review-paper, printing-fault, done-canceled, done-deleted,
                            fault-record, fault-known, fault-question, fault-last, service-locked,
                            service-network and the service scene's other pages
  --language ru|en          ru by default
  --size WIDTHxHEIGHT       1024x600 by default; its millimetres are those such screens usually have
  --look NAME               light, dark or new-year; light by default
  --large-text              as after a touch of the large letters
  -o FILE.png
";

pub(super) fn run(mut arguments: Arguments) -> Result<(), Failure> {
    let (mut scene, mut language, mut size, mut out) = (None, Language::Ru, (1024, 600), None);
    let (mut look, mut large) = (Look::Light, false);
    while let Some(argument) = arguments.next()? {
        match argument {
            Arg::Long("scene") => scene = Some(arguments.text()?),
            Arg::Long("language") => language = arguments.one_of(Language::from_tag, "ru, en")?,
            Arg::Long("size") => size = arguments.one_of(read_size, "sizes like 1024x600")?,
            Arg::Long("look") => look = arguments.one_of(Look::from_name, "light, dark, new-year")?,
            Arg::Long("large-text") => large = true,
            Arg::Short('o') | Arg::Long("output") => out = Some(arguments.path()?),
            other => return Err(unexpected(other)),
        }
    }
    let (Some(scene), Some(out)) = (scene, out) else {
        return Err(Failure::Usage("--scene and -o are needed; see `ottisk panel --help`".into()));
    };
    let panel = sample(&scene, language, size.0, size.1);
    let panel = panel.ok_or_else(|| Failure::Usage(format!("no scene `{scene}`; see `ottisk panel --help`")))?;
    draw(&panel.looking(look, large).layout(now_ms(&scene)), &out)
}

fn read_size(text: &str) -> Option<(u32, u32)> {
    let (width, height) = text.split_once('x')?;
    let (width, height) = (width.parse().ok()?, height.parse().ok()?);
    ((320..=3840).contains(&width) && (240..=2160).contains(&height)).then_some((width, height))
}

fn draw(layout: &Layout, out: &Path) -> Result<(), Failure> {
    let mut canvas = Canvas::new(layout.width, layout.height);
    paint(&mut canvas, layout);
    std::fs::write(out, canvas.to_png()).map_err(|e| anyhow::anyhow!("{}: {e}", out.display()))?;
    Ok(())
}
