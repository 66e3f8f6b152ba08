//! Calibration: an affine map that lays where a finger was felt upon where it was meant. Pure arithmetic, and the small
//! file in the data folder that keeps the result.
//!
//! Places are fractions, 0.0 to 1.0 of the width and of the height, so that a calibration outlives another resolution. The
//! six numbers mean what they mean in libinput's calibration matrix.

use std::{
    fs, io,
    io::Write as _,
    path::{Path, PathBuf},
};

/// Taps that are meant for one corner land within so much of the screen's side, or they were meant for something else.
const WORST: f64 = 0.05;
/// How much a calibration may shrink or stretch: an area beyond it is no touch panel's.
const AREA: std::ops::RangeInclusive<f64> = 0.2..=5.0;
/// The file's name in the data folder.
const FILE: &str = "touch-calibration";

/// `x' = a·x + b·y + c`, `y' = d·x + e·y + f`, kept as `[a, b, c, d, e, f]`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Matrix(pub [f64; 6]);

/// A finger on a cross that was shown. Both are fractions of the screen as people see it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tap {
    /// Where the panel was told that the finger is.
    pub touched: (f64, f64),
    /// Where the cross was.
    pub shown: (f64, f64),
}

impl Tap {
    /// A tap in pixels of a screen of this size.
    pub fn in_pixels(touched: (i32, i32), shown: (i32, i32), size: (u32, u32)) -> Self {
        // A pixel is touched in its middle.
        let part = |(x, y): (i32, i32)| {
            let of = |at: i32, whole: u32| (f64::from(at) + 0.5) / f64::from(whole.max(1));
            (of(x, size.0), of(y, size.1))
        };
        Self { touched: part(touched), shown: part(shown) }
    }
}

impl Matrix {
    /// Changes nothing.
    pub const IDENTITY: Self = Self([1.0, 0.0, 0.0, 0.0, 1.0, 0.0]);

    /// Where `place` goes.
    pub fn apply(&self, (x, y): (f64, f64)) -> (f64, f64) {
        let [a, b, c, d, e, f] = self.0;
        (a * x + b * y + c, d * x + e * y + f)
    }

    /// First `first`, then this.
    #[must_use]
    pub fn after(&self, first: &Self) -> Self {
        let ([a, b, c, d, e, f], [g, h, i, j, k, l]) = (self.0, first.0);
        Self([a * g + b * j, a * h + b * k, a * i + b * l + c, d * g + e * j, d * h + e * k, d * i + e * l + f])
    }

    /// Whether all of the screen can be reached with it, more or less.
    pub fn is_sane(&self) -> bool {
        let [a, b, _, d, e, _] = self.0;
        self.0.iter().all(|number| number.is_finite()) && AREA.contains(&(a * e - b * d).abs())
    }
}

/// The map that brings the taps to where they were meant, by least squares; `None` for fewer than three, for taps in one
/// line, and for taps that no map brings near. It corrects what the panel was told: apply it after the map in use.
pub fn solve(taps: &[Tap]) -> Option<Matrix> {
    if taps.len() < 3 {
        return None;
    }
    // Normal equations of [x y 1]·[a b c]ᵀ = x', and the same for y'.
    let mut squares = [[0.0; 3]; 3];
    let mut sums = [[0.0; 3]; 2];
    for tap in taps {
        let row = [tap.touched.0, tap.touched.1, 1.0];
        for (line, left) in squares.iter_mut().zip(row) {
            line.iter_mut().zip(row).for_each(|(square, right)| *square += left * right);
        }
        for (sum, wanted) in sums.iter_mut().zip([tap.shown.0, tap.shown.1]) {
            sum.iter_mut().zip(row).for_each(|(sum, part)| *sum += part * wanted);
        }
    }
    let [[a, b, c], [d, e, f]] = [cramer(&squares, &sums[0])?, cramer(&squares, &sums[1])?];
    let matrix = Matrix([a, b, c, d, e, f]);
    let near = taps.iter().all(|tap| {
        let (x, y) = matrix.apply(tap.touched);
        (x - tap.shown.0).hypot(y - tap.shown.1) <= WORST
    });
    (near && matrix.is_sane()).then_some(matrix)
}

fn determinant(m: &[[f64; 3]; 3]) -> f64 {
    m[0][0] * (m[1][1] * m[2][2] - m[1][2] * m[2][1]) - m[0][1] * (m[1][0] * m[2][2] - m[1][2] * m[2][0])
        + m[0][2] * (m[1][0] * m[2][1] - m[1][1] * m[2][0])
}

/// Three unknowns by Cramer's rule.
fn cramer(squares: &[[f64; 3]; 3], sums: &[f64; 3]) -> Option<[f64; 3]> {
    let whole = determinant(squares);
    // The determinant is the square of an area, about 1 for taps in the corners: this is taps on a line.
    if whole.abs() < 1e-6 {
        return None;
    }
    let mut found = [0.0; 3];
    for (column, found) in found.iter_mut().enumerate() {
        let mut replaced = *squares;
        replaced.iter_mut().zip(sums).for_each(|(line, sum)| line[column] = *sum);
        *found = determinant(&replaced) / whole;
    }
    Some(found)
}

fn file(folder: &Path) -> PathBuf {
    folder.join(FILE)
}

/// What was kept in this data folder; nothing when it is not there or cannot be.
pub fn load(folder: &Path) -> Option<Matrix> {
    let text = fs::read_to_string(file(folder)).ok()?;
    let numbers: Vec<f64> = text.split_whitespace().map_while(|word| word.parse().ok()).collect();
    Some(Matrix(numbers.try_into().ok()?)).filter(Matrix::is_sane)
}

/// Keeps it in this data folder, over what was there.
///
/// # Errors
/// When the folder cannot be written; the old calibration is then still there.
pub fn save(folder: &Path, matrix: &Matrix) -> io::Result<()> {
    let text = matrix.0.map(|number| format!("{number}")).join(" ") + "\n";
    let part = folder.join(format!("{FILE}.part"));
    let mut written = fs::File::create(&part)?;
    written.write_all(text.as_bytes())?;
    written.sync_all()?;
    fs::rename(part, file(folder))
}

#[cfg(test)]
mod tests {
    use super::{Matrix, Tap, load, save, solve};
    use proptest::prelude::*;

    const CROSSES: [(f64, f64); 5] = [(0.1, 0.1), (0.9, 0.1), (0.9, 0.9), (0.1, 0.9), (0.5, 0.5)];

    fn taps(felt: impl Fn((f64, f64)) -> (f64, f64), count: usize) -> Vec<Tap> {
        CROSSES.iter().take(count).map(|shown| Tap { touched: felt(*shown), shown: *shown }).collect()
    }

    fn near(one: (f64, f64), other: (f64, f64)) -> bool {
        (one.0 - other.0).hypot(one.1 - other.1) < 1e-6
    }

    proptest! {
        #[test]
        fn a_panel_that_is_turned_mirrored_or_moved_is_brought_back(
            turn in 0..4_u8, scale in 0.8..1.2, skew in -0.1..0.1, moved in -0.2..0.2, mirrored: bool, count in 3..=5_usize,
        ) {
            let felt = |(x, y): (f64, f64)| {
                let (x, y) = if mirrored { (1.0 - x, y) } else { (x, y) };
                let (x, y) = [(x, y), (y, 1.0 - x), (1.0 - x, 1.0 - y), (1.0 - y, x)][usize::from(turn)];
                (x * scale + y * skew + moved, y * scale - moved / 2.0)
            };
            let matrix = solve(&taps(felt, count)).expect("a map");
            for place in [(0.0, 0.0), (0.3, 0.8), (1.0, 1.0)] {
                prop_assert!(near(matrix.apply(felt(place)), place), "{:?}", matrix);
            }
        }

        #[test]
        fn whatever_is_tapped_gives_a_map_that_reaches_the_screen_or_none(
            at in prop::collection::vec(((-9.0..9.0, -9.0..9.0), (0.0..1.0, 0.0..1.0)), 0..7),
        ) {
            let taps: Vec<Tap> = at.into_iter().map(|(touched, shown)| Tap { touched, shown }).collect();
            if let Some(matrix) = solve(&taps) {
                prop_assert!(matrix.is_sane());
            }
        }
    }

    #[test]
    fn too_few_taps_taps_in_a_line_and_taps_anywhere_are_refused() {
        assert_eq!(solve(&taps(|place| place, 2)), None);
        assert_eq!(solve(&taps(|(x, _)| (x, x), 5)), None);
        let mut one_wrong = taps(|place| place, 5);
        one_wrong[2].touched = (0.2, 0.5);
        assert_eq!(solve(&one_wrong), None);
        let nan = Tap { touched: (f64::NAN, 0.0), shown: (0.1, 0.1) };
        assert_eq!(solve(&[nan; 4]), None);
    }

    #[test]
    fn a_shaky_hand_is_averaged() {
        let shake = [(0.004, -0.003), (-0.005, 0.002), (0.003, 0.004), (-0.002, -0.004), (0.001, 0.002)];
        let taps: Vec<Tap> =
            CROSSES.iter().zip(shake).map(|(at, by)| Tap { touched: (at.0 + by.0, at.1 + by.1), shown: *at }).collect();
        let (x, y) = solve(&taps).expect("a map").apply((0.5, 0.5));
        assert!((x - 0.5).abs() < 0.005 && (y - 0.5).abs() < 0.005);
    }

    #[test]
    fn one_after_the_other_is_both() {
        let (one, two) = (Matrix([2.0, 0.5, 0.1, -0.3, 1.0, 0.2]), Matrix([0.0, 1.0, 0.3, -1.0, 0.2, 1.0]));
        let place = (0.3, 0.7);
        assert!(near(two.after(&one).apply(place), two.apply(one.apply(place))));
        assert!(near(one.after(&Matrix::IDENTITY).apply(place), one.apply(place)));
    }

    #[test]
    fn what_is_kept_is_read_and_what_is_spoilt_is_not() {
        let folder = std::env::temp_dir().join(format!("ottisk-calibration-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder");
        let matrix = Matrix([1.02, -0.01, 0.003, 0.02, -0.97, 1.0]);
        save(&folder, &matrix).expect("written");
        assert_eq!(load(&folder), Some(matrix));
        for spoilt in ["", "1 0 0 0 1", "1 0 0 0 1 0 0", "0 0 0 0 0 0", "1 0 0 0 1 nan", "a b c d e f"] {
            std::fs::write(folder.join(super::FILE), spoilt).expect("written");
            assert_eq!(load(&folder), None, "{spoilt}");
        }
        std::fs::remove_dir_all(folder).expect("removed");
    }

    #[test]
    fn a_tap_in_pixels_is_a_fraction_from_the_middles_of_pixels() {
        let tap = Tap::in_pixels((0, 599), (1023, 0), (1024, 600));
        assert!(near(tap.touched, (0.5 / 1024.0, 599.5 / 600.0)) && near(tap.shown, (1023.5 / 1024.0, 0.5 / 600.0)));
    }
}
