//! The test page: a PDF of our own making, so that it goes the way of everybody's documents: inspected, drawn, sent,
//! counted. It shows what a technician looks for: how far the printer reaches to the edges, whether a millimetre is one,
//! grays, fine lines, small type, colours.

use std::fmt::Write as _;

use super::outline::words;

/// Points of a millimetre.
const MM: f32 = 72.0 / 25.4;

/// What stands on the page.
#[derive(Clone, Debug)]
pub struct About {
    /// Of the paper, in 1/100 mm.
    pub paper: (u32, u32),
    /// The title, and a line each below it.
    pub lines: Vec<String>,
    /// Words that show letters of every height.
    pub letters: String,
    /// Whether the printer has colours.
    pub color: bool,
}

/// The page, a whole document.
pub fn draw(about: &About) -> Vec<u8> {
    let [w, h] = [about.paper.0, about.paper.1].map(|hundredths| hundredths as f32 / 100.0 * MM);
    let mut page = String::new();
    edges(&mut page, w, h);
    let (left, mut y) = (25.0 * MM, h - 32.0 * MM);
    for (index, line) in about.lines.iter().enumerate() {
        let size = if index == 0 { 20.0 } else { 10.5 };
        words(&mut page, line, (left, y), size);
        y -= if index == 0 { 9.0 * MM } else { 5.4 * MM };
    }
    let width = w - 2.0 * left;
    y -= 4.0 * MM;
    ramp(&mut page, (left, y - 16.0 * MM), width);
    y -= 30.0 * MM;
    lines(&mut page, (left, y - 22.0 * MM), width);
    y -= 32.0 * MM;
    y = type_sizes(&mut page, &about.letters, (left, y));
    if about.color {
        colors(&mut page, (left, y - 16.0 * MM), width);
        y -= 24.0 * MM;
    }
    ruler(&mut page, (left, y - 8.0 * MM));
    document(w, h, &page)
}

/// Frames at whole millimetres from the edges: the outermost that is whole tells how far the printer reaches.
fn edges(page: &mut String, w: f32, h: f32) {
    let all = [3, 4, 5, 6, 8, 10, 15];
    for mm in all {
        let at = mm as f32 * MM;
        let _ = writeln!(page, "0.4 w {at:.2} {at:.2} {:.2} {:.2} re S", w - 2.0 * at, h - 2.0 * at);
    }
    for mm in all {
        // On its own line, one beside the other.
        let (x, y) = (40.0 * MM + mm as f32 * 9.0 * MM, h - mm as f32 * MM - 1.9);
        let _ = writeln!(page, "1 g {:.2} {:.2} 9 5 re f 0 g", x - 1.0, y - 0.4);
        words(page, &mm.to_string(), (x, y), 5.5);
    }
}

/// White to black in eleven steps, and smoothly below them.
fn ramp(page: &mut String, (x, y): (f32, f32), width: f32) {
    let (step, fine) = (width / 11.0, width / 128.0);
    for index in 0..11 {
        let (left, gray) = (x + step * index as f32, 1.0 - index as f32 / 10.0);
        let _ = writeln!(page, "{gray:.2} g {left:.2} {:.2} {step:.2} {:.2} re f", y + 7.0 * MM, 10.0 * MM);
        let _ = writeln!(page, "0 g");
        words(page, &format!("{}%", index * 10), (left + 1.0, y + 17.8 * MM), 6.0);
    }
    for index in 0..128 {
        let (left, gray) = (x + fine * index as f32, 1.0 - index as f32 / 127.0);
        let _ = writeln!(page, "{gray:.3} g {left:.2} {y:.2} {:.2} {:.2} re f", fine + 0.1, 6.0 * MM);
    }
    let _ = writeln!(page, "0 g 0.4 w {x:.2} {y:.2} {width:.2} {:.2} re S", 17.0 * MM);
}

/// Lines as thick as the white between them, upright and lying, in dots of 600 to the inch.
fn lines(page: &mut String, (x, y): (f32, f32), width: f32) {
    let sizes = [1, 2, 3, 4, 6, 8];
    let each = width / sizes.len() as f32;
    let side = (each - 4.0 * MM).min(20.0 * MM);
    for (index, dots) in sizes.into_iter().enumerate() {
        let (left, thick) = (x + each * index as f32, dots as f32 * 72.0 / 600.0);
        let count = (side / 2.0 / (2.0 * thick)) as i32;
        for line in 0..count {
            let at = 2.0 * thick * line as f32;
            let _ = writeln!(page, "{:.3} {y:.2} {thick:.3} {side:.2} re f", left + at);
            let _ = writeln!(page, "{:.2} {:.3} {:.2} {thick:.3} re f", left + side / 2.0 + 2.0, y + at, side / 2.0);
        }
        words(page, &format!("{dots}/600 in"), (left, y + side + 1.2 * MM), 6.0);
    }
}

/// The same words in sizes people use and smaller. Returns where they end.
fn type_sizes(page: &mut String, letters: &str, (x, mut y): (f32, f32)) -> f32 {
    for size in [4.0_f32, 6.0, 8.0, 10.0, 12.0] {
        words(page, &format!("{size} pt  {letters}  0123456789"), (x, y), size);
        y -= size + 3.5;
    }
    y
}

/// The colours of ink and of light.
fn colors(page: &mut String, (x, y): (f32, f32), width: f32) {
    let inks = ["0 1 1", "1 0 1", "1 1 0", "0 0 0", "1 0 0", "0 1 0", "0 0 1"];
    let each = width / inks.len() as f32;
    for (index, ink) in inks.into_iter().enumerate() {
        let left = x + each * index as f32;
        let _ = writeln!(page, "{ink} rg {left:.2} {y:.2} {:.2} {:.2} re f", each - MM, 12.0 * MM);
    }
    page.push_str("0 g\n");
}

/// Ten centimetres to lay a ruler at.
fn ruler(page: &mut String, (x, y): (f32, f32)) {
    let _ = writeln!(page, "0.5 w {x:.2} {y:.2} m {:.2} {y:.2} l S", x + 100.0 * MM);
    for mm in 0..=100 {
        let (at, high) = (
            x + mm as f32 * MM,
            if mm % 10 == 0 {
                5.0
            } else if mm % 5 == 0 {
                3.5
            } else {
                2.0
            },
        );
        let _ = writeln!(page, "0.3 w {at:.2} {y:.2} m {at:.2} {:.2} l S", y + high * MM);
    }
    words(page, "100 mm", (x + 102.0 * MM, y), 8.0);
}

/// ISO 32000-1, 7.5: header, objects, their table, trailer.
fn document(w: f32, h: f32, page: &str) -> Vec<u8> {
    let media = format!("/MediaBox [0 0 {w:.2} {h:.2}]");
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        format!("<< /Type /Page /Parent 2 0 R {media} /Resources << >> /Contents 4 0 R >>"),
        format!("<< /Length {} >>\nstream\n{page}\nendstream", page.len() + 1),
    ];
    let mut file = "%PDF-1.4\n".to_owned();
    let mut table = String::new();
    for (index, object) in objects.iter().enumerate() {
        let _ = writeln!(table, "{:010} 00000 n ", file.len());
        let _ = writeln!(file, "{} 0 obj\n{object}\nendobj", index + 1);
    }
    let (start, size) = (file.len(), objects.len() + 1);
    let _ = write!(
        file,
        "xref\n0 {size}\n0000000000 65535 f \n{table}trailer\n<< /Size {size} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n"
    );
    file.into_bytes()
}

#[cfg(test)]
mod tests {
    use super::{About, draw};

    #[test]
    fn its_table_points_at_its_objects() {
        let lines = vec!["Печать у входа".into(), "x".into()];
        let about = About { paper: (21_000, 29_700), lines, letters: "Ёж".into(), color: true };
        let file = String::from_utf8(draw(&about)).expect("text only");
        let table = file.split("xref\n0 5\n").nth(1).expect("a table");
        for (index, line) in table.lines().skip(1).take(4).enumerate() {
            let at: usize = line.split(' ').next().and_then(|at| at.parse().ok()).expect("a place");
            assert!(file[at..].starts_with(&format!("{} 0 obj", index + 1)), "{line:?}");
        }
        let start: usize = file.lines().rev().nth(1).and_then(|at| at.parse().ok()).expect("a place");
        assert!(file[start..].starts_with("xref"));
        let length = file.split("/Length ").nth(1).and_then(|text| text.split(' ').next()?.parse::<usize>().ok());
        let (begin, end) = (file.find("stream\n").expect("a stream") + 7, file.find("endstream").expect("its end"));
        assert_eq!(Some(end - begin), length);
    }
}
