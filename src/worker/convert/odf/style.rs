//! OpenDocument's styles (ISO/IEC 26300-1 §16): what a name means for letters and paragraphs, with what it inherits, and
//! which lists are numbered.

use std::collections::HashMap;

use roxmltree::Node;
use rwml::{Align, CharProps, Color, Indent, ParaProps, VertAlign};

use super::{attribute, number};

/// Parents that a style may have: a circle ends.
const PARENTS: usize = 16;

/// What the document's styles say.
#[derive(Debug, Default)]
pub(super) struct Styles {
    known: HashMap<String, Style>,
    /// Level of a list style, numbered.
    lists: HashMap<(String, u8), bool>,
    /// Faces by the names styles give them.
    faces: HashMap<String, String>,
}

#[derive(Clone, Debug, Default)]
struct Style {
    parent: Option<String>,
    bold: Option<bool>,
    italic: Option<bool>,
    underline: Option<bool>,
    strike: Option<bool>,
    hidden: Option<bool>,
    caps: Option<bool>,
    size_half_pt: Option<u16>,
    color: Option<Color>,
    font: Option<String>,
    vert_align: Option<VertAlign>,
    align: Option<Align>,
    left_pt: Option<f32>,
    break_before: bool,
}

impl Styles {
    /// Takes in all styles below `root`; later ones win.
    pub(super) fn read(&mut self, root: Option<Node<'_, '_>>) {
        for node in root.iter().flat_map(|root| root.descendants()).filter(Node::is_element) {
            match node.tag_name().name() {
                "font-face" => {
                    if let (Some(name), Some(family)) = (attribute(node, "name"), attribute(node, "font-family")) {
                        self.faces.insert(name.into(), family.trim_matches(['\'', '"']).into());
                    }
                }
                "style" => {
                    if let Some(name) = attribute(node, "name") {
                        self.known.insert(name.into(), style(node));
                    }
                }
                "list-style" => {
                    for level in node.children().filter(Node::is_element) {
                        let numbered = level.tag_name().name() == "list-level-style-number";
                        let shown = attribute(level, "num-format").is_some_and(|format| !format.is_empty());
                        let place = number(level, "level").and_then(|level| u8::try_from(level).ok()).unwrap_or(1);
                        if let Some(name) = attribute(node, "name") {
                            self.lists.insert((name.into(), place.saturating_sub(1)), numbered && shown);
                        }
                    }
                }
                _ => {}
            }
        }
    }

    /// Whether a list of this style counts at this level, from 0.
    pub(super) fn is_numbered(&self, name: &str, level: u8) -> bool {
        self.lists.get(&(name.to_owned(), level)).copied().unwrap_or(false)
    }

    /// A style and its parents, the farthest first.
    fn chain(&self, name: &str) -> Vec<&Style> {
        let (mut chain, mut next) = (Vec::new(), self.known.get(name));
        while let Some(style) = next.filter(|_| chain.len() < PARENTS) {
            chain.push(style);
            next = style.parent.as_ref().and_then(|parent| self.known.get(parent));
        }
        chain.reverse();
        chain
    }

    /// What a style says of letters.
    pub(super) fn characters(&self, name: &str) -> CharProps {
        self.over(&CharProps::default(), name)
    }

    /// `props` with what a style says over them.
    pub(super) fn over(&self, props: &CharProps, name: &str) -> CharProps {
        let mut props = props.clone();
        for style in self.chain(name) {
            let marks = [
                (style.bold, &mut props.bold),
                (style.italic, &mut props.italic),
                (style.underline, &mut props.underline),
                (style.strike, &mut props.strike),
                (style.hidden, &mut props.hidden),
                (style.caps, &mut props.caps),
            ];
            for (said, mark) in marks {
                *mark = said.unwrap_or(*mark);
            }
            props.size_half_pt = style.size_half_pt.or(props.size_half_pt);
            props.color = style.color.or(props.color);
            props.vert_align = style.vert_align.unwrap_or(props.vert_align);
            if let Some(font) = &style.font {
                props.font = Some(self.faces.get(font).unwrap_or(font).clone());
            }
        }
        props
    }

    /// What a style says of paragraphs.
    pub(super) fn paragraph(&self, name: &str) -> ParaProps {
        let mut props = ParaProps::default();
        for style in self.chain(name) {
            props.align = style.align.unwrap_or(props.align);
            props.indent = Indent { left_pt: style.left_pt.or(props.indent.left_pt), ..props.indent };
            props.page_break_before |= style.break_before;
        }
        props
    }
}

fn style(node: Node<'_, '_>) -> Style {
    let mut style = Style { parent: attribute(node, "parent-style-name").map(Into::into), ..Style::default() };
    for properties in node.children().filter(Node::is_element) {
        let said = |name| attribute(properties, name);
        let on = |name, off: &str| said(name).map(|value| value != off);
        match properties.tag_name().name() {
            "text-properties" => {
                style.bold =
                    said("font-weight").map(|weight| !["normal", "100", "200", "300", "400"].contains(&weight));
                style.italic = on("font-style", "normal");
                style.underline = on("text-underline-style", "none");
                style.strike = on("text-line-through-style", "none");
                style.hidden = said("display").map(|value| value == "none");
                style.caps = said("text-transform").map(|value| value == "uppercase");
                style.size_half_pt = said("font-size").and_then(points).map(half_points);
                style.color = said("color").and_then(color);
                style.font = said("font-name").or(said("font-family")).map(|name| name.trim_matches('\'').into());
                style.vert_align = said("text-position").map(|position| match position.split(' ').next() {
                    Some("super") => VertAlign::Super,
                    Some("sub") => VertAlign::Sub,
                    _ => VertAlign::Baseline,
                });
            }
            "paragraph-properties" => {
                style.align = said("text-align").map(|align| match align {
                    "center" => Align::Center,
                    "end" | "right" => Align::Right,
                    "justify" => Align::Justify,
                    _ => Align::Left,
                });
                style.left_pt = said("margin-left").and_then(points);
                style.break_before = said("break-before") == Some("page");
            }
            _ => {}
        }
    }
    style
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped")]
fn half_points(points: f32) -> u16 {
    (points * 2.0).clamp(2.0, 400.0) as u16
}

/// A length in points; per cent and the like are none.
pub(super) fn points(text: &str) -> Option<f32> {
    let at = text.find(|letter: char| letter.is_ascii_alphabetic())?;
    let (number, unit) = text.split_at(at);
    let number: f32 = number.parse().ok()?;
    let factor = match unit {
        "pt" => 1.0,
        "cm" => 72.0 / 2.54,
        "mm" => 72.0 / 25.4,
        "in" => 72.0,
        "px" => 0.75,
        "pc" => 12.0,
        _ => return None,
    };
    Some(number * factor)
}

fn color(text: &str) -> Option<Color> {
    let number = u32::from_str_radix(text.strip_prefix('#')?, 16).ok().filter(|_| text.len() == 7)?;
    let [_, r, g, b] = number.to_be_bytes();
    Some(Color { r, g, b })
}

#[cfg(test)]
mod tests {
    use rwml::{Align, Color};

    use super::{Styles, points};

    #[test]
    fn styles_inherit_and_circles_end() {
        let xml = r##"<a xmlns:s="s" xmlns:f="f">
            <s:style s:name="A" s:parent-style-name="B"><s:text-properties f:font-weight="normal"/></s:style>
            <s:style s:name="B" s:parent-style-name="A"><s:text-properties f:font-weight="bold" f:color="#0000ff"/>
            <s:paragraph-properties f:text-align="center"/></s:style></a>"##;
        let document = roxmltree::Document::parse(xml).expect("XML");
        let mut styles = Styles::default();
        styles.read(Some(document.root()));
        let props = styles.characters("A");
        assert!(!props.bold && props.color == Some(Color { r: 0, g: 0, b: 255 }));
        assert_eq!(styles.paragraph("A").align, Align::Center);
    }

    #[test]
    fn lengths_have_units() {
        assert_eq!(points("2.54cm").map(f32::round), Some(72.0));
        assert_eq!(points("50%"), None);
        assert_eq!(points("12pt"), Some(12.0));
    }
}
