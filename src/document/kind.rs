//! Which formats there are, and how they are told apart: by their first bytes, never by their name.
//!
//! Zip (ISO/IEC 21320) and OLE2 ([MS-CFB]) files hold many formats, and so does plain text: which one is known only after a
//! look inside, which a jailed child takes.

use serde::{Deserialize, Serialize};

/// A format that is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Word 97 to 2003.
    Doc,
    /// WordprocessingML (ISO/IEC 29500).
    Docx,
    /// Rich Text Format 1.9.
    Rtf,
    /// OpenDocument text (ISO/IEC 26300).
    Odt,
    /// Plain text of any encoding.
    Txt,
    /// Excel 97 to 2003.
    Xls,
    /// SpreadsheetML.
    Xlsx,
    /// Excel's binary workbook.
    Xlsb,
    /// SpreadsheetML with macros, which never run.
    Xlsm,
    /// OpenDocument spreadsheet.
    Ods,
    /// PowerPoint 97 to 2003.
    Ppt,
    /// PresentationML.
    Pptx,
    /// OpenDocument presentation.
    Odp,
    /// JPEG.
    Jpeg,
    /// Windows bitmap.
    Bmp,
    /// PNG.
    Png,
    /// GIF; of a moving one the first picture.
    Gif,
    /// TIFF, of one or more pages.
    Tiff,
    /// PDF.
    Pdf,
}

/// What the first bytes of a file tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// A format.
    Kind(Kind),
    /// A zip file: DOCX, ODT and their like, or something else.
    Zip,
    /// An OLE2 compound file: DOC, XLS, PPT, an encrypted DOCX, or something else.
    Ole,
    /// Nothing that is known; it may be plain text.
    Other,
}

/// In what shape a screen shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    /// One HTML file, made at once.
    Html,
    /// A picture a page; all at once.
    Pictures,
    /// A picture a page, made when it is asked for.
    Pages,
}

/// Bytes of a file that [`Kind::look`] wants to see, fewer when it has fewer.
pub const HEAD_BYTES: usize = 1024;

/// Kind, extensions (the first is what we write), media types (the first is what we say).
const KINDS: [(Kind, &[&str], &[&str]); 19] = [
    (Kind::Doc, &["doc"], &["application/msword"]),
    (Kind::Docx, &["docx"], &["application/vnd.openxmlformats-officedocument.wordprocessingml.document"]),
    (Kind::Rtf, &["rtf"], &["application/rtf", "text/rtf"]),
    (Kind::Odt, &["odt"], &["application/vnd.oasis.opendocument.text"]),
    (Kind::Txt, &["txt"], &["text/plain"]),
    (Kind::Xls, &["xls"], &["application/vnd.ms-excel"]),
    (Kind::Xlsx, &["xlsx"], &["application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"]),
    (Kind::Xlsb, &["xlsb"], &["application/vnd.ms-excel.sheet.binary.macroenabled.12"]),
    (Kind::Xlsm, &["xlsm"], &["application/vnd.ms-excel.sheet.macroenabled.12"]),
    (Kind::Ods, &["ods"], &["application/vnd.oasis.opendocument.spreadsheet"]),
    (Kind::Ppt, &["ppt"], &["application/vnd.ms-powerpoint"]),
    (Kind::Pptx, &["pptx"], &["application/vnd.openxmlformats-officedocument.presentationml.presentation"]),
    (Kind::Odp, &["odp"], &["application/vnd.oasis.opendocument.presentation"]),
    (Kind::Jpeg, &["jpg", "jpeg"], &["image/jpeg", "image/jpg", "image/pjpeg"]),
    (Kind::Bmp, &["bmp"], &["image/bmp", "image/x-ms-bmp"]),
    (Kind::Png, &["png"], &["image/png"]),
    (Kind::Gif, &["gif"], &["image/gif"]),
    (Kind::Tiff, &["tif", "tiff"], &["image/tiff"]),
    (Kind::Pdf, &["pdf"], &["application/pdf", "application/x-pdf"]),
];

/// How files begin. PDF readers look for theirs in the first 1024 bytes (ISO 32000-1 Annex H), which is done apart.
const BEGINNINGS: [(&[u8], Look); 9] = [
    (b"%PDF-", Look::Kind(Kind::Pdf)),
    (b"PK\x03\x04", Look::Zip),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", Look::Ole),
    (b"{\\rtf", Look::Kind(Kind::Rtf)),
    (b"\xff\xd8\xff", Look::Kind(Kind::Jpeg)),
    (b"\x89PNG\r\n\x1a\n", Look::Kind(Kind::Png)),
    (b"GIF8", Look::Kind(Kind::Gif)),
    (b"II*\0", Look::Kind(Kind::Tiff)),
    (b"MM\0*", Look::Kind(Kind::Tiff)),
];

/// Bytes of the smallest headers of a BMP, and where the second one tells its own size.
const BMP_SIZES: [u32; 6] = [12, 40, 52, 56, 108, 124];

impl Kind {
    /// All of them.
    pub fn all() -> impl Iterator<Item = Self> {
        KINDS.iter().map(|(kind, ..)| *kind)
    }

    /// By a file name's extension, with or without what stands before it. Only a hint: people rename files.
    pub fn from_extension(name: &str) -> Option<Self> {
        let extension = name.rsplit('.').next()?.to_lowercase();
        KINDS.iter().find(|(_, extensions, _)| extensions.contains(&extension.as_str())).map(|(kind, ..)| *kind)
    }

    /// By a media type, without its parameters. Only a hint too.
    pub fn from_media_type(media_type: &str) -> Option<Self> {
        let plain = media_type.split(';').next()?.trim().to_lowercase();
        KINDS.iter().find(|(_, _, types)| types.contains(&plain.as_str())).map(|(kind, ..)| *kind)
    }

    /// The extension, without a dot.
    pub fn extension(self) -> &'static str {
        self.row().and_then(|(_, extensions, _)| extensions.first().copied()).unwrap_or_default()
    }

    /// The media type as registered with IANA, in lower case.
    pub fn media_type(self) -> &'static str {
        self.row().and_then(|(.., types)| types.first().copied()).unwrap_or_default()
    }

    /// What people call it: `DOCX`, `JPEG`.
    pub fn name(self) -> String {
        format!("{self:?}").to_uppercase()
    }

    /// In what shape a screen shows it.
    pub fn shown(self) -> Shown {
        match self {
            Self::Doc | Self::Docx | Self::Rtf | Self::Odt | Self::Txt => Shown::Html,
            Self::Xls | Self::Xlsx | Self::Xlsb | Self::Xlsm | Self::Ods => Shown::Html,
            Self::Ppt | Self::Pptx | Self::Odp | Self::Pdf => Shown::Pages,
            Self::Jpeg | Self::Bmp | Self::Png | Self::Gif | Self::Tiff => Shown::Pictures,
        }
    }

    /// Whether it is an office program's, whose print form takes an office program.
    pub fn is_office(self) -> bool {
        match self.shown() {
            Shown::Html => self != Self::Txt,
            Shown::Pages => self != Self::Pdf,
            Shown::Pictures => false,
        }
    }

    /// What `head`, the first [`HEAD_BYTES`] of a file, tell.
    pub fn look(head: &[u8]) -> Look {
        let begins = BEGINNINGS.into_iter().find(|(beginning, _)| head.starts_with(beginning)).map(|(_, look)| look);
        if let Some(look) = begins {
            return look;
        }
        let size = head.get(14..18).and_then(|bytes| bytes.try_into().ok()).map(u32::from_le_bytes);
        if head.starts_with(b"BM") && size.is_some_and(|size| BMP_SIZES.contains(&size)) {
            return Look::Kind(Kind::Bmp);
        }
        if head.windows(5).any(|window| window == b"%PDF-") {
            return Look::Kind(Kind::Pdf);
        }
        Look::Other
    }

    fn row(self) -> Option<&'static (Self, &'static [&'static str], &'static [&'static str])> {
        KINDS.iter().find(|(kind, ..)| *kind == self)
    }
}

#[cfg(test)]
mod tests {
    use super::{Kind, Look};

    #[test]
    fn every_kind_has_one_row_and_its_names_lead_back() {
        let all: Vec<Kind> = Kind::all().collect();
        for kind in &all {
            assert_eq!(all.iter().filter(|other| *other == kind).count(), 1);
            assert_eq!(Kind::from_extension(&format!("Отчёт.{}", kind.extension().to_uppercase())), Some(*kind));
            assert_eq!(Kind::from_media_type(&format!("{}; charset=utf-8", kind.media_type())), Some(*kind));
        }
        assert_eq!(Kind::from_extension("readme"), None);
        assert_eq!(Kind::Jpeg.name(), "JPEG");
    }

    #[test]
    fn first_bytes_tell() {
        let mut bmp = b"BM".to_vec();
        bmp.resize(14, 0);
        bmp.extend(40_u32.to_le_bytes());
        assert_eq!(Kind::look(&bmp), Look::Kind(Kind::Bmp));
        assert_eq!(Kind::look(b"BMW is a car, and this is a text"), Look::Other);
        assert_eq!(Kind::look(b"\n\n%PDF-1.4"), Look::Kind(Kind::Pdf));
        assert_eq!(Kind::look(b"PK\x03\x04..%PDF-1.4"), Look::Zip);
        assert_eq!(Kind::look(b"<html>"), Look::Other);
        assert_eq!(Kind::look(b""), Look::Other);
    }
}
