//! `ottisk token`: API tokens, beside a running server too.

use std::io::Write as _;

use lexopt::Arg;

use super::{
    Failure,
    arguments::{Arguments, Common, unexpected},
};
use crate::{error::Error, kiosk, text::Language};

pub(super) const HELP: &str = "\
ottisk token new|list|revoke          API tokens

  ottisk token new --scope S [--scope S…] [--name N]    prints the token, once
  ottisk token list
  ottisk token revoke ID
  --config FILE, --data DIR
";

pub(super) fn run(mut arguments: Arguments) -> Result<(), Failure> {
    let (mut words, mut scopes, mut name, mut common) = (Vec::new(), Vec::new(), String::new(), Common::default());
    while let Some(argument) = arguments.next()? {
        match argument {
            Arg::Value(value) => words.push(value.to_string_lossy().into_owned()),
            Arg::Long("scope") => scopes.push(arguments.text()?.trim().to_lowercase()),
            Arg::Long("name") => name = arguments.text()?,
            Arg::Long(option) => {
                let option = option.to_owned();
                common.take(&option, &mut arguments, "token")?;
            }
            other => return Err(unexpected(other)),
        }
    }
    super::start_log();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let valid = |scope: &String| !scope.is_empty() && !scope.contains(char::is_whitespace);
    if words == ["new"] && (scopes.is_empty() || !scopes.iter().all(valid)) {
        return Err(Failure::Usage("token new needs --scope, one word each".into()));
    }
    let (_, gate) = kiosk::open_roster(common.settings()?)?;
    smol::block_on(async {
        let mut out = std::io::stdout().lock();
        match words.as_slice() {
            ["new"] => writeln!(out, "{}", gate.create(&name, scopes, kiosk::now()).await.map_err(told)?)?,
            ["list"] => {
                for token in gate.list().await.map_err(told)? {
                    writeln!(out, "{}\t{}\t{}", token.id, token.name, token.scopes.join(" "))?;
                }
            }
            ["revoke", id] => {
                let id = id.parse().map_err(|_| Failure::Usage(format!("`{id}` is not a token's number")))?;
                if !gate.revoke(id).await.map_err(told)? {
                    return Err(Failure::Failed(anyhow::anyhow!("there is no token {id}")));
                }
            }
            _ => return Err(Failure::Usage("token new, list or revoke; see `ottisk token --help`".into())),
        }
        Ok(())
    })
}

#[expect(clippy::needless_pass_by_value, reason = "for map_err")]
pub(super) fn told(error: Error) -> Failure {
    Failure::Failed(anyhow::anyhow!(error.tell(Language::En)))
}
