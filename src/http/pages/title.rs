//! What a document is called: its file's name, made fit for a line of text. Pure.

/// Characters of a title that are kept.
const TITLE_CHARS: usize = 255;

/// A file's name without the folders that some browsers tell, and without what would disturb a line of text: control
/// characters, and marks that make a name read as another one (Unicode UTR 36 §2.8, the bidirectional controls).
pub fn title(name: &str) -> String {
    let name = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let name: String = name.chars().filter(|c| !c.is_control() && !turns(*c)).take(TITLE_CHARS).collect();
    match name.trim() {
        "" => "document".into(),
        name => name.into(),
    }
}

fn turns(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{061c}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::title;

    #[test]
    fn a_title_is_one_line_without_folders() {
        assert_eq!(title("C:\\Users\\Иван\\отчёт \"v2\".pdf"), "отчёт \"v2\".pdf");
        assert_eq!(title("../../etc/passwd\n<script>.pdf"), "passwd<script>.pdf");
        assert_eq!(title(&"ы".repeat(300)).chars().count(), 255);
        assert_eq!(title(" / "), "document");
        // It would be shown as "exe.pdf" with the rest the other way round.
        assert_eq!(title("\u{202e}fdp.exe"), "fdp.exe");
        assert_eq!(title("מסמך.docx"), "מסמך.docx");
    }
}
