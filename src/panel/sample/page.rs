//! A page of the sample document, drawn as a renderer would: a letter with a heading, lines of text and a signature.

use std::sync::Arc;

use embedded_graphics::{
    draw_target::DrawTarget,
    geometry::{Point, Size},
    primitives::Rectangle,
};

use crate::{
    job::preflight::{Facts, PageFacts, Pictures},
    panel::{
        canvas::{Argb, Canvas},
        font::Face,
        picture::Picture,
    },
    text::Language,
};

const INK: Argb = Argb::rgb(0x22_22_28);

/// Draws page `number` at 60 dpi.
pub(super) fn draw(language: Language, number: u32) -> Picture {
    let (width, height) = (496, 702);
    let mut canvas = Canvas::new(width, height);
    let (title, words) = match language {
        Language::Ru => (
            "ДОГОВОР АРЕНДЫ № 42",
            "Арендодатель передаёт, а Арендатор принимает во временное владение и пользование нежилое помещение \
             общей площадью 48,2 кв. м, расположенное на первом этаже здания. Срок аренды составляет одиннадцать \
             месяцев. Оплата производится ежемесячно, не позднее пятого числа, путём перечисления на счёт.",
        ),
        Language::En => (
            "RENTAL AGREEMENT No. 42",
            "The landlord lets and the tenant takes for temporary use the premises of 48.2 square metres on the \
             ground floor of the building. The term of the lease is eleven months. The rent is paid every month, \
             not later than on the fifth day, by transfer to the landlord's account.",
        ),
    };
    let mut y = 76;
    if number == 1 {
        let left = (width as f32 - Face::Bold.width(title, 21.0)) / 2.0;
        canvas.text(Face::Bold, 21.0, left, y, title, INK);
        y += 52;
    }
    let mut line = String::new();
    let last = if number == 1 { 560 } else { 380 };
    for word in words.split(' ').cycle() {
        let longer = if line.is_empty() { word.to_owned() } else { format!("{line} {word}") };
        if Face::Regular.width(&longer, 13.0) <= width as f32 - 120.0 {
            line = longer;
            continue;
        }
        canvas.text(Face::Regular, 13.0, 60.0, y, &line, INK);
        line = word.to_owned();
        y += 25;
        if y > last {
            break;
        }
    }
    if number > 1 {
        let rule = Rectangle::new(Point::new(60, y + 50), Size::new(160, 2));
        let Ok(()) = canvas.fill_solid(&rule, INK);
    }
    canvas.text(Face::Regular, 12.0, width as f32 / 2.0 - 3.0, 668, &number.to_string(), INK);
    let bytes = |pixel: &u32| {
        let [_, red, green, blue] = pixel.to_be_bytes();
        [red, green, blue]
    };
    Picture { width, height, pixels: canvas.pixels().iter().flat_map(bytes).collect() }
}

/// What a look at the sample document might find: coarse pictures, and blank pages at its end.
pub(super) fn looked() -> Arc<Facts> {
    let page = |ink, dpi| PageFacts {
        size: (595.3, 841.9),
        ink,
        darkest: if ink == 0 { 0 } else { 255 },
        pictures: vec![Pictures { dpi, share: 400 }],
        fonts: Vec::new(),
    };
    Arc::new(Facts { pages: vec![page(60, 300), page(60, 72), page(60, 300), page(0, 300), page(0, 300)] })
}
