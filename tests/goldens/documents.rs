//! Small documents of our own making that have what a page can have. Their letters come from a font of their own, so that
//! no machine's fonts change a pixel.

use std::fs;

/// The documents of the goldens, with their names.
pub fn all() -> Vec<(&'static str, Vec<u8>)> {
    let a4 = (595.276, 841.89);
    let page = |(width, height): (f64, f64), more: &str| Page::new([0.0, 0.0, width, height], more);
    vec![
        ("plain", pdf(vec![page(a4, ""), page((a4.1, a4.0), ""), page(a4, "")])),
        ("mixed", pdf(vec![page((612.0, 792.0), ""), page((419.53, 595.28), ""), page((1190.55, 841.89), "")])),
        (
            "turned",
            pdf(vec![
                page(a4, "/Rotate 90"),
                page((a4.1, a4.0), "/Rotate 180"),
                page((300.0, 400.0), "/Rotate -90"),
                Page::new([-50.0, 100.0, 400.0, 500.0], "/CropBox[-20 130 300 450]/Rotate 450"),
            ]),
        ),
        ("odd", pdf(vec![page((20.0, 31.5), ""), page((70.0, 3000.0), ""), page((3300.0, 2200.0), "")])),
        ("fields", fields()),
    ]
}

struct Page {
    media_box: [f64; 4],
    more: String,
    annotations: Vec<String>,
}

impl Page {
    fn new(media_box: [f64; 4], more: &str) -> Self {
        Self { media_box, more: more.to_owned(), annotations: Vec::new() }
    }

    /// Marks that tell which side is up, letters, hair lines, a ramp of gray, a picture.
    fn marks(&self, number: usize) -> String {
        let [left, bottom, right, top] = self.media_box;
        let (width, height) = (right - left, top - bottom);
        let unit = width.min(height) / 100.0;
        let mut marks = format!(
            "q {unit} 0 0 {unit} {left} {bottom} cm 1 0 0 rg 4 4 20 9 re f 0 0.6 0 rg 30 4 8 20 re f 0 0 1 rg 4 30 m 16 30 l 10 42 l f \
             0 g BT /F 9 Tf 6 84 Td (Page {number} of Ottisk) Tj ET BT /F 2.2 Tf 6 78 Td (The quick brown fox, 0123456789.) Tj ET \
             q 20 0 0 20 60 30 cm /I Do Q 0.1 w 45 60 m 95 75 l S 45 62 50 0.12 re f "
        );
        for step in 0..11 {
            marks.push_str(&format!("{} g {} 64 3.6 8 re f ", f64::from(step) / 10.0, 4 + step * 4));
        }
        marks.push_str(&format!("Q 0.8 G 0.5 w {} {} {} {} re S", left + 1.0, bottom + 1.0, width - 2.0, height - 2.0));
        marks
    }
}

/// Squares that are fields and squares that are notes, with every flag that says whether they are seen or printed:
/// invisible 1, hidden 2, print 4, no view 32 (ISO 32000-1 table 165).
pub const FLAGS: [u32; 7] = [0, 4, 2, 6, 32, 36, 5];

/// Where the square of a flag lies, in points from the lower left; notes stand above fields.
pub fn square(flag: usize, field: bool) -> (u32, u32) {
    (20 + 40 * u32::try_from(flag).expect("few"), if field { 20 } else { 80 })
}

/// One page of 300 × 120 points with nothing but [`FLAGS`].
pub fn fields() -> Vec<u8> {
    let mut page = Page::new([0.0, 0.0, 300.0, 120.0], "");
    for field in [false, true] {
        for (index, flag) in FLAGS.iter().enumerate() {
            let (x, y) = square(index, field);
            let kind =
                if field { format!("/Subtype/Widget/FT/Btn/Ff 65536/T(b{index})") } else { "/Subtype/Square".into() };
            page.annotations.push(format!(
                "<</Type/Annot{kind}/F {flag}/Rect[{x} {y} {} {}]/AP<</N 7 0 R>>>>",
                x + 20,
                y + 20
            ));
        }
    }
    pdf(vec![page])
}

/// Puts a document together; objects 1 to 7 are the same in all.
fn pdf(pages: Vec<Page>) -> Vec<u8> {
    let font = concat!(env!("CARGO_MANIFEST_DIR"), "/assets/fonts/golos-text-400.ttf");
    let stream = |dictionary: &str, bytes: &[u8]| {
        let head = format!("<<{dictionary}/Length {}>>stream\n", bytes.len());
        [head.as_bytes(), bytes, b"\nendstream"].concat()
    };
    let pixels: Vec<u8> = (0..16 * 16_u32).flat_map(|at| [at % 16 * 17, at / 16 * 17, 128]).map(|c| c as u8).collect();
    let annotations: Vec<Vec<String>> = pages.iter().map(|page| page.annotations.clone()).collect();
    let count: usize = annotations.iter().map(Vec::len).sum();
    let first_page = 8 + count;
    let fields: String = (8..8 + count).map(|id| format!("{id} 0 R ")).collect();
    let kids: String = (0..pages.len()).map(|page| format!("{} 0 R ", first_page + 2 * page)).collect();
    let mut objects = vec![
        format!("<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[{fields}]>>>>").into_bytes(),
        format!("<</Type/Pages/Count {}/Kids[{kids}]>>", pages.len()).into_bytes(),
        format!(
            "<</Type/Font/Subtype/TrueType/BaseFont/Golos/FirstChar 32/LastChar 126/Widths[{}]/FontDescriptor 4 0 R/Encoding/WinAnsiEncoding>>",
            "560 ".repeat(95)
        )
        .into_bytes(),
        b"<</Type/FontDescriptor/FontName/Golos/Flags 32/FontBBox[0 -200 1000 900]/ItalicAngle 0/Ascent 900/Descent -200/CapHeight 700/StemV 80/FontFile2 5 0 R>>".to_vec(),
        stream("", &fs::read(font).expect("our font")),
        stream("/Type/XObject/Subtype/Image/Width 16/Height 16/ColorSpace/DeviceRGB/BitsPerComponent 8", &pixels),
        stream("/Type/XObject/Subtype/Form/BBox[0 0 20 20]", b"0 g 0 0 20 20 re f"),
    ];
    objects.extend(annotations.iter().flatten().map(|annotation| annotation.clone().into_bytes()));
    let mut next = 8;
    for (number, page) in pages.iter().enumerate() {
        let notes: String = (next..).take(annotations[number].len()).map(|id| format!("{id} 0 R ")).collect();
        next += annotations[number].len();
        let marks = if notes.is_empty() { page.marks(number + 1) } else { String::new() };
        objects.push(
            format!(
                "<</Type/Page/Parent 2 0 R/MediaBox{:?}{}/Annots[{notes}]/Resources<</Font<</F 3 0 R>>/XObject<</I 6 0 R>>>>/Contents {} 0 R>>",
                page.media_box,
                page.more,
                first_page + 2 * number + 1
            )
            .replace(',', " ")
            .into_bytes(),
        );
        objects.push(stream("", marks.as_bytes()));
    }
    let (mut pdf, mut table) = (b"%PDF-1.4\n".to_vec(), String::new());
    for (index, object) in objects.iter().enumerate() {
        table.push_str(&format!("{:010} 00000 n \n", pdf.len()));
        pdf.extend([format!("{} 0 obj\n", index + 1).as_bytes(), object, b"\nendobj\n"].concat());
    }
    let (size, start) = (objects.len() + 1, pdf.len());
    pdf.extend(
        format!("xref\n0 {size}\n0000000000 65535 f \n{table}trailer<</Size {size}/Root 1 0 R>>\nstartxref\n{start}\n%%EOF\n")
            .into_bytes(),
    );
    pdf
}
