//! A small document of our own: each page has a picture that no other page has, and enough of it that its raster has
//! some thousands of bytes to be cut at.

use std::fmt::Write as _;

/// Points of an A6 page.
const SIZE: (u32, u32) = (298, 420);

/// A PDF of so many pages (ISO 32000-1 §7.5).
pub fn pdf(pages: u32) -> Vec<u8> {
    let kids = (0..pages).fold(String::new(), |mut kids, page| {
        let _ = write!(kids, "{} 0 R ", 3 + 2 * page);
        kids
    });
    let mut objects = vec![
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        format!("<< /Type /Pages /Count {pages} /Kids [{kids}] >>"),
    ];
    for page in 0..pages {
        let (width, height) = SIZE;
        let content = 4 + 2 * page;
        objects.push(format!(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {width} {height}] /Resources << >> /Contents {content} 0 R >>"
        ));
        let drawn = picture(page + 1);
        objects.push(format!("<< /Length {} >>\nstream\n{drawn}endstream", drawn.len()));
    }
    let mut text = "%PDF-1.4\n".to_owned();
    let mut places = Vec::new();
    for (index, object) in objects.iter().enumerate() {
        places.push(text.len());
        let _ = write!(text, "{} 0 obj\n{object}\nendobj\n", index + 1);
    }
    let table = text.len();
    let _ = write!(text, "xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1);
    for place in places {
        let _ = writeln!(text, "{place:010} 00000 n ");
    }
    let _ = write!(text, "trailer\n<< /Size {} /Root 1 0 R >>\nstartxref\n{table}\n%%EOF\n", objects.len() + 1);
    text.into_bytes()
}

/// As many bars as the page's number says, and slanted lines that make no two lines of its raster alike.
fn picture(number: u32) -> String {
    let (width, height) = SIZE;
    let mut drawn = "0 g\n".to_owned();
    for bar in 0..number {
        let _ = writeln!(drawn, "{} {} 14 60 re f", 30 + 20 * (bar % 12), height - 100 - 80 * (bar / 12));
    }
    drawn.push_str("1.5 w\n");
    for line in 0..12 {
        let from = (line * 41 + number * 17) % width;
        let to = (line * 83 + number * 29 + 60) % width;
        let _ = writeln!(drawn, "{from} 20 m {to} {} l S", height / 2);
    }
    drawn
}

#[cfg(test)]
mod tests {
    use super::{pdf, picture};

    #[test]
    fn no_two_pages_are_alike() {
        let mut pictures: Vec<_> = (1..=12).map(picture).collect();
        pictures.sort_unstable();
        pictures.dedup();
        assert_eq!(pictures.len(), 12);
    }

    #[test]
    fn the_table_tells_where_objects_are() {
        let text = String::from_utf8(pdf(3)).expect("plain");
        let table = text.find("xref\n0 9\n").expect("a table");
        assert!(text.ends_with(&format!("startxref\n{table}\n%%EOF\n")));
        for (index, line) in text[table..].lines().skip(3).take(8).enumerate() {
            let place: usize = line[..10].parse().expect("a place");
            assert!(text[place..].starts_with(&format!("{} 0 obj\n", index + 1)), "{line}");
        }
    }
}
