//! `ottisk record`: checks a flight record that somebody sent, and tells a kiosk's key.

use std::io::{Read as _, Write as _};

use lexopt::Arg;

use super::{
    Failure,
    arguments::{Arguments, Common, unexpected},
};
use crate::flight::{
    MOST_BYTES,
    key::{Key, PublicKey},
    verify,
};

pub(super) const HELP: &str = "\
ottisk record                         a failed kiosk's flight record: who wrote it

  verify [FILE]             reads the record's text from FILE or stdin; 0: as the kiosk wrote it, 1: not
  key                       what others need to check this kiosk's records
  --key KEY                 the kiosk's key: `ottisk record key` and its service screen tell it
  --data DIR                the kiosk's own data folder instead
  --config FILE             settings in TOML, for the data folder
";

/// Bytes of a text that is looked at: phones add some.
const MOST_READ: u64 = 4 * MOST_BYTES as u64;

pub(super) fn run(mut arguments: Arguments) -> Result<(), Failure> {
    let (mut words, mut key, mut common) = (Vec::new(), None, Common::default());
    while let Some(argument) = arguments.next()? {
        match argument {
            Arg::Long("key") => {
                key = Some(arguments.one_of(PublicKey::parse, "keys as `ottisk record key` tells them")?)
            }
            Arg::Long(option) => {
                let option = option.to_owned();
                common.take(&option, &mut arguments, "record")?;
            }
            Arg::Value(word) => words.push(word.to_string_lossy().into_owned()),
            other => return Err(unexpected(other)),
        }
    }
    let key = || match key {
        Some(key) => Ok(key),
        None => {
            let folder = common.settings()?.store.folder;
            let key = Key::read(&folder).map_err(|error| {
                anyhow::anyhow!("{}: no key: {error}; give --key KEY or --data DIR", folder.display())
            })?;
            Ok::<_, Failure>(key.public())
        }
    };
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let told = match words.as_slice() {
        ["key"] => format!("{}\n", key()?),
        ["verify"] => check(&read(std::io::stdin())?, &key()?)?,
        ["verify", file] => {
            let file = std::fs::File::open(file).map_err(|error| anyhow::anyhow!("{file}: {error}"))?;
            check(&read(file)?, &key()?)?
        }
        _ => return Err(Failure::Usage("give `verify [FILE]` or `key`; see `ottisk record --help`".into())),
    };
    Ok(std::io::stdout().write_all(told.as_bytes())?)
}

fn read(from: impl std::io::Read) -> Result<String, Failure> {
    let mut text = String::new();
    from.take(MOST_READ).read_to_string(&mut text).map_err(|_| anyhow::anyhow!("this is no text"))?;
    Ok(text)
}

fn check(text: &str, key: &PublicKey) -> Result<String, Failure> {
    let told = verify(text, key)?;
    Ok(format!("{told}\n\nSigned by the kiosk {}, as it stands here.\n", key.id()))
}
