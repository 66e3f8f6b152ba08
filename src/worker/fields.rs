//! Form fields as they are printed (ISO 32000-1 §12.5.3). pdfium draws annotations by their `Print` flag, but the fields
//! of a form as on a screen: with those that are not to be printed, without those that are only to be printed. So a
//! field's flags are made to say the same to both.

use pdfium_render::prelude::{PdfDocument, PdfPage, PdfPageAnnotationCommon as _, PdfPageAnnotationType, PdfiumError};

/// Changes the flags of the page's fields, in memory alone.
pub(super) fn to_paper(document: &PdfDocument<'_>, page: &PdfPage<'_>) -> Result<(), PdfiumError> {
    // A document without a form has no fields that would be drawn.
    if document.form().is_none() {
        return Ok(());
    }
    for mut annotation in page.annotations().iter() {
        if annotation.annotation_type() != PdfPageAnnotationType::Widget || annotation.is_hidden() {
            continue;
        }
        if annotation.is_printed() {
            annotation.set_is_printable_but_not_viewable(false)?;
            // The flag is for kinds of annotations that nobody knows.
            annotation.set_is_invisible_if_unsupported(false)?;
        } else {
            annotation.set_is_hidden(true)?;
        }
    }
    Ok(())
}
