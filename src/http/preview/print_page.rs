//! `print-N.png`: page N as it comes out of the printer, by the same way as paper, so that what is shown is what comes out.
//! It follows the job's options and the printer. The strip that the printer does not reach is hatched.

use hyper::{
    HeaderMap,
    header::{CACHE_CONTROL, X_CONTENT_TYPE_OPTIONS},
};
use sha2::{Digest as _, Sha256};

use super::{Doors, nothing, set};
use crate::{
    access::hex,
    error::Error,
    http::answer::{self, Answer},
    job::ticket::Ticket,
    preview::edition::Edition,
    queue::picture::Look,
};

/// N of `print-N.png`.
pub(super) fn number(name: &str) -> Option<u32> {
    let digits = name.strip_prefix("print-")?.strip_suffix(".png")?;
    digits.parse().ok().filter(|number: &u32| *number > 0 && number.to_string() == digits)
}

/// The page.
pub(super) async fn answer(doors: &Doors, edition: &Edition, page: u32, headers: &HeaderMap) -> Result<Answer, Answer> {
    let told = |error: Error| answer::told(&error);
    let job = doors.preview.job(edition).await.map_err(told)?.ok_or_else(nothing)?;
    let job = doors.queue.job(job).await.map_err(told)?.ok_or_else(nothing)?;
    let job = doors.queue.made(job).await.map_err(told)?;
    let known = job.document.as_ref().is_some_and(|document| page <= document.page_count);
    if !known {
        return Err(nothing());
    }
    let Ticket { scaling, number_up, color, .. } = job.ticket;
    let look = Look { resolution: doors.settings.preview.print_page_dpi, scaling, number_up, color };
    let png = doors.queue.png(&job, &job.ticket, page, look).await.map_err(told)?;
    let tag = hex(&Sha256::digest(&png)[..16]);
    let mut answer = answer::tagged(headers, &tag, "image/png", png);
    set(&mut answer, CACHE_CONTROL, "private, no-cache");
    set(&mut answer, X_CONTENT_TYPE_OPTIONS, "nosniff");
    Ok(answer)
}

#[cfg(test)]
mod tests {
    use super::number;

    #[test]
    fn a_print_page_has_one_name() {
        assert_eq!(["print-1.png", "print-12.png"].map(number), [Some(1), Some(12)]);
        for name in
            ["print-0.png", "print-01.png", "print-.png", "print-1.jpg", "1.png", "print-+1.png", "print-1.png.png"]
        {
            assert_eq!(number(name), None, "{name}");
        }
    }
}
