//! LibreOfficeKit, LibreOffice as a library: the few calls of its C interface that open a presentation and save slides of it.
//! The tables are those of `LibreOfficeKit.h`, which grow at their ends only and tell their size.
//!
//! A slide is saved as a PDF of one page and not painted as a tile: a tile is what an author sees, with the frames that
//! say «click to add text», and a PDF is what comes out on paper.

use std::{
    ffi::{CString, c_char, c_int},
    io::{BufRead as _, Write as _},
    mem::offset_of,
    path::Path,
};

use libloading::Library;

/// The library has one of these names, and hangs together with the others in its folder.
const LIBRARIES: [&str; 2] = ["libmergedlo.so", "libsofficeapp.so"];

/// `LibreOfficeKit`.
#[repr(C)]
struct Kit {
    class: *const KitClass,
}

/// `LibreOfficeKitClass`, its beginning.
#[repr(C)]
struct KitClass {
    size: usize,
    destroy: Unused,
    document_load: Option<unsafe extern "C" fn(*mut Kit, *const c_char) -> *mut Shown>,
}

/// `LibreOfficeKitDocument`.
#[repr(C)]
struct Shown {
    class: *const ShownClass,
}

/// `LibreOfficeKitDocumentClass`, its beginning.
#[repr(C)]
struct ShownClass {
    size: usize,
    destroy: Unused,
    save_as: Option<unsafe extern "C" fn(*mut Shown, *const c_char, *const c_char, *const c_char) -> c_int>,
    document_type: Unused,
    parts: Option<unsafe extern "C" fn(*mut Shown) -> c_int>,
}

/// A call that is never made.
type Unused = Option<unsafe extern "C" fn()>;

/// `libreofficekit_hook_2`: the folder of programs, the profile's URL.
type Hook = unsafe extern "C" fn(*const c_char, *const c_char) -> *mut Kit;

/// Opens the document and says on stdout how many slides it has; then, for each line of stdin, ranges of slides, saves
/// these as a PDF under `out` and says 1, or 0 where there is nothing to save. Comes back when there is nobody to ask or it cannot.
pub(super) fn show(program: &Path, profile: &str, document: &str, out: &str) -> Result<(), String> {
    let folder = program.parent().ok_or("no folder of programs")?;
    let path = LIBRARIES.iter().map(|name| folder.join(name)).find(|path| path.exists());
    let path = path.ok_or("LibreOffice has no library")?;
    // Never unloaded: the process ends before.
    // SAFETY: its initialisers are LibreOffice's own, and run behind the walls.
    let library = Box::leak(Box::new(unsafe { Library::new(path) }.map_err(|error| error.to_string())?));
    // SAFETY: the symbol has had this type since it came, with LibreOffice 5.0.
    let hook = unsafe { library.get::<Hook>(c"libreofficekit_hook_2") }.map_err(|error| error.to_string())?;
    let text = |text: &str| CString::new(text).map_err(|error| error.to_string());
    let (folder, profile) = (text(&folder.to_string_lossy())?, text(profile)?);
    // SAFETY: both texts live during the call, which copies them.
    let kit = unsafe { hook(folder.as_ptr(), profile.as_ptr()) };
    // SAFETY: a kit that is not null stays alive with its table until the process ends.
    let load = unsafe { kit.as_ref().and_then(|kit| kit.class.as_ref()) }.and_then(|class| class.document_load);
    let (load, document) = (load.ok_or("LibreOffice did not start")?, text(document)?);
    // SAFETY: the kit is the one that the call is from, and the text lives during it.
    let shown = unsafe { load(kit, document.as_ptr()) };
    // SAFETY: as the kit.
    let class = unsafe { shown.as_ref().and_then(|shown| shown.class.as_ref()) }.ok_or("it was not opened")?;
    let told = offset_of!(ShownClass, parts) < class.size;
    let (Some(save_as), Some(parts), true) = (class.save_as, class.parts, told) else {
        return Err("LibreOffice is too old".into());
    };
    // SAFETY: the document is the one that the call is from.
    say(unsafe { parts(shown) }).map_err(|error| error.to_string())?;
    let out = text(out)?;
    for line in std::io::stdin().lock().lines().map_while(Result::ok) {
        let options = serde_json::json!({ "PageRange": { "type": "string", "value": line } }).to_string();
        let options = text(&options)?;
        // SAFETY: the document is the one that the call is from, and all texts live during it.
        let saved = unsafe { save_as(shown, out.as_ptr(), c"pdf".as_ptr(), options.as_ptr()) };
        say(saved).map_err(|error| error.to_string())?;
    }
    Ok(())
}

fn say(number: c_int) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{number}")?;
    out.flush()
}
