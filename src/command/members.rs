//! `ottisk members`: the list, in and out.

use std::{io::Write as _, path::Path};

use lexopt::Arg;
use serde::Deserialize;

use super::{
    Failure,
    arguments::{Arguments, Common, unexpected},
    token::told,
};
use crate::{kiosk, member::Member};

pub(super) const HELP: &str = "\
ottisk members import FILE|list       the member list

  ottisk members import FILE            JSON as POST /is_union_member takes it
  ottisk members list                   surname, union number, student number
  --config FILE, --data DIR
";

#[derive(Deserialize)]
struct List {
    users: Vec<Member>,
}

pub(super) fn run(mut arguments: Arguments) -> Result<(), Failure> {
    let (mut words, mut common) = (Vec::new(), Common::default());
    while let Some(argument) = arguments.next()? {
        match argument {
            Arg::Value(value) => words.push(value),
            Arg::Long(option) => {
                let option = option.to_owned();
                common.take(&option, &mut arguments, "members")?;
            }
            other => return Err(unexpected(other)),
        }
    }
    super::start_log();
    let (roster, _) = kiosk::open_roster(common.settings()?)?;
    let word = words.first().and_then(|word| word.to_str());
    smol::block_on(async {
        match (word, words.get(1)) {
            (Some("import"), Some(file)) => {
                let file = Path::new(file);
                let text = std::fs::read(file).map_err(|e| anyhow::anyhow!("{}: {e}", file.display()))?;
                let list: List =
                    serde_json::from_slice(&text).map_err(|e| anyhow::anyhow!("{}: {e}", file.display()))?;
                let count = roster.upsert(list.users).await.map_err(told)?;
                writeln!(std::io::stdout(), "{count}")?;
            }
            (Some("list"), None) => {
                let mut out = std::io::stdout().lock();
                for member in roster.list().await.map_err(told)? {
                    let (union, student) = (member.union_number, member.student_number);
                    let (union, student) = (union.unwrap_or_default(), student.unwrap_or_default());
                    writeln!(out, "{}\t{union}\t{student}", member.username)?;
                }
            }
            _ => return Err(Failure::Usage("members import FILE or list; see `ottisk members --help`".into())),
        }
        Ok(())
    })
}
