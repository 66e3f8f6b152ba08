//! `ottisk drill`: sixty faults of a printer, and connections cut at random bytes, on this machine and with this binary.

use std::io::Write as _;

use lexopt::Arg;

use super::{
    Failure,
    arguments::{Arguments, unexpected},
};
use crate::{
    access::hex,
    drill::{
        Ground, all_cases,
        printer::fault::Fault,
        report::{grade, sums, table},
        some_cases,
    },
};

pub(super) const HELP: &str = "\
ottisk drill                          a fault drill: the whole path against a printer that misbehaves; a grade

  --printer-faults N        so many cases, drawn by the seed; without it all 60, 20 faults before, during and after the data
  --only FAULT              the three cases of one fault, by its name in the table
  --disconnects N           besides, so many connections cut at random bytes; 0 by default
  --seed S                  the same seed, the same drill; 1 by default
  --abreast N               kiosks at one time, 8 by default
  --verbose                 a line for each case, not only for those that are not good

  Kiosks and printers of the drill are in a temporary folder and on the loopback interface; no real printer hears of it.
  Exit 0 only when all is good.
";

struct Asked {
    faults: Option<usize>,
    only: Option<Fault>,
    disconnects: usize,
    seed: u64,
    abreast: usize,
    verbose: bool,
}

pub(super) fn run(arguments: Arguments) -> Result<(), Failure> {
    let asked = read(arguments)?;
    // Dozens of kiosks that are treated badly have much to say.
    if std::env::var_os("OTTISK_LOG").is_some() {
        super::start_log();
    }
    let mut bytes = [0; 6];
    getrandom::fill(&mut bytes).map_err(std::io::Error::other)?;
    let ground = Ground::new(std::env::temp_dir().join(format!("ottisk-drill-{}", hex(&bytes))), asked.abreast)?;
    let mut stdout = std::io::stdout().lock();
    let mut cases = asked.faults.map_or_else(all_cases, |count| some_cases(count, asked.seed));
    cases.retain(|case| asked.only.is_none() || case.fault.map(|(fault, _)| fault) == asked.only);
    let ran = ground.run(&cases);
    stdout.write_all(table(&ran, asked.verbose).as_bytes())?;
    let (mut good, mut duplicates) = sums(&ran);
    let mut all = ran.len();
    if asked.disconnects > 0 {
        let tally = ground.cut(asked.disconnects, asked.seed);
        stdout.write_all(tally.lines().as_bytes())?;
        all += tally.cut;
        good += tally.cut.saturating_sub(tally.wrongs.len());
        duplicates += tally.sheets.duplicates + tally.sheets.wrong;
        // What could not even be cut is not good either.
        all += usize::from(tally.cut < asked.disconnects);
    }
    let grade = grade(good, all, duplicates);
    writeln!(stdout, "\ngrade {grade}: {good} of {all} good, {duplicates} sheets too many (seed {})", asked.seed)?;
    match good == all && duplicates == 0 {
        true => Ok(()),
        false => Err(Failure::Failed(anyhow::anyhow!("{} of {all} cases were not good", all - good))),
    }
}

fn read(mut arguments: Arguments) -> Result<Asked, Failure> {
    let mut asked = Asked { faults: None, only: None, disconnects: 0, seed: 1, abreast: 8, verbose: false };
    while let Some(argument) = arguments.next()? {
        match argument {
            Arg::Long("printer-faults") => asked.faults = Some(arguments.number()?),
            Arg::Long("only") => {
                let known = |name: &str| Fault::ALL.into_iter().find(|fault| fault.keyword() == name);
                asked.only = Some(arguments.one_of(known, "the faults in the table, such as media-jam")?);
            }
            Arg::Long("disconnects") => asked.disconnects = arguments.number()?,
            Arg::Long("seed") => asked.seed = arguments.number()?,
            Arg::Long("abreast") => asked.abreast = arguments.number()?,
            Arg::Long("verbose") => asked.verbose = true,
            Arg::Long(name) => {
                return Err(Failure::Usage(format!("no option --{name}; see `ottisk drill --help`")));
            }
            other => return Err(unexpected(other)),
        }
    }
    match (1..=64).contains(&asked.abreast) {
        true => Ok(asked),
        false => Err(Failure::Usage("--abreast: 1 to 64".into())),
    }
}
