//! What a drill found, as lines: a sum for each fault, a line for each case that was not good, and a grade.

use super::case::{Case, Outcome};

/// A case that was run.
pub struct Ran {
    /// Which.
    pub case: Case,
    /// What became of it; an error when it could not be run at all.
    pub outcome: Result<Outcome, String>,
    /// It was late among others, and this is how it did alone.
    pub again: bool,
}

impl Ran {
    /// Whether nothing was wrong.
    pub fn is_good(&self) -> bool {
        self.outcome.as_ref().is_ok_and(|outcome| outcome.wrongs.is_empty() && outcome.late.is_empty())
    }

    /// Whether nothing was wrong but the time.
    pub fn is_only_late(&self) -> bool {
        self.outcome.as_ref().is_ok_and(|outcome| outcome.wrongs.is_empty() && !outcome.late.is_empty())
    }

    fn duplicates(&self) -> usize {
        self.outcome.as_ref().map_or(0, |outcome| outcome.count.duplicates + outcome.count.wrong)
    }

    /// One line, and more when it was not good.
    fn lines(&self) -> String {
        let state = if self.is_good() { "ok" } else { "fail" };
        let moment = self.case.fault.map_or("", |(_, moment)| moment.keyword());
        let head = format!("{state:<5}  {moment:<12} {}", self.case.asked());
        let outcome = match &self.outcome {
            Ok(outcome) => outcome,
            Err(error) => return format!("{head}: {error}\n"),
        };
        let (count, story) = (outcome.count, &outcome.story);
        let told = story.told.map_or_else(String::new, |told| format!(", told after {:.1} s", told.as_secs_f32()));
        let pressed =
            if story.pressed.is_empty() { String::new() } else { format!(", pressed {}", runs(&story.pressed)) };
        let spoiled = if count.spoiled == 0 { String::new() } else { format!(", {} half printed", count.spoiled) };
        let mut text = format!(
            "{head}: {} of {} sheets{spoiled} in {:.1} s{told}{pressed}\n",
            count.delivered,
            count.asked,
            outcome.took.as_secs_f32()
        );
        if !self.is_good() {
            text.push_str(&format!("{:20}-> {}\n", "", [&outcome.wrongs[..], &outcome.late].concat().join("; ")));
            for seen in &story.seen {
                text.push_str(&format!("{:20}   {seen}\n", ""));
            }
        }
        text
    }
}

/// `plus plus plus` as `plus x3`.
fn runs(words: &[String]) -> String {
    let mut told: Vec<(&str, usize)> = Vec::new();
    for word in words {
        match told.last_mut().filter(|(last, _)| last == word) {
            Some((_, times)) => *times += 1,
            None => told.push((word, 1)),
        }
    }
    let told = told.into_iter().map(|(word, times)| if times > 1 { format!("{word} x{times}") } else { word.into() });
    told.collect::<Vec<String>>().join(" ")
}

/// The table: a line for each fault, under it its cases when they are asked for or not good.
pub fn table(ran: &[Ran], verbose: bool) -> String {
    let mut text = String::new();
    let mut faults: Vec<_> = ran.iter().filter_map(|ran| ran.case.fault).map(|(fault, _)| fault).collect();
    faults.sort_unstable();
    faults.dedup();
    for fault in faults {
        let cases: Vec<_> = ran.iter().filter(|ran| ran.case.fault.is_some_and(|(of, _)| of == fault)).collect();
        let good = cases.iter().filter(|ran| ran.is_good()).count();
        let sheets = cases.iter().filter_map(|ran| ran.outcome.as_ref().ok()).map(|outcome| outcome.count);
        let (delivered, asked) = sheets.fold((0, 0), |sum, count| (sum.0 + count.delivered, sum.1 + count.asked));
        let state = if good == cases.len() { "ok" } else { "fail" };
        let again = cases.iter().filter(|ran| ran.again).count();
        let name = fault.keyword();
        text.push_str(&format!("{state:<5}{name:<24}{good} of {} cases, {delivered} of {asked} sheets", cases.len()));
        if again > 0 {
            text.push_str(&format!(", {again} run again alone"));
        }
        let duplicates: usize = cases.iter().map(|ran| ran.duplicates()).sum();
        text.push_str(&if duplicates > 0 { format!(", {duplicates} TOO MANY\n") } else { "\n".into() });
        for ran in cases.iter().filter(|ran| verbose || !ran.is_good()) {
            text.push_str(&ran.lines());
        }
    }
    text
}

/// A to F. A sheet that comes out twice is somebody's document in a stranger's hands: nothing that was good makes up
/// for it.
pub fn grade(good: usize, all: usize, duplicates: usize) -> char {
    match (good * 100).checked_div(all).unwrap_or(0) {
        _ if duplicates > 0 => 'F',
        100 => 'A',
        95.. => 'B',
        85.. => 'C',
        70.. => 'D',
        _ => 'F',
    }
}

/// Good cases, and sheets that were too many.
pub fn sums(ran: &[Ran]) -> (usize, usize) {
    (ran.iter().filter(|ran| ran.is_good()).count(), ran.iter().map(Ran::duplicates).sum())
}

#[cfg(test)]
mod tests {
    use super::{grade, runs};

    #[test]
    fn a_sheet_too_many_spoils_all() {
        assert_eq!([grade(60, 60, 0), grade(59, 60, 0), grade(51, 60, 0), grade(42, 60, 0)], ['A', 'B', 'C', 'D']);
        assert_eq!([grade(10, 60, 0), grade(60, 60, 1), grade(0, 0, 0)], ['F'; 3]);
    }

    #[test]
    fn what_was_pressed_many_times_is_said_once() {
        let words = ["plus", "plus", "missing", "plus"].map(str::to_owned);
        assert_eq!(runs(&words), "plus x2 missing plus");
    }
}
