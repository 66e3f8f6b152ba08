//! pdfium alone: every page of a document drawn into one bitmap that nobody looks at. What is left of our own time beside
//! this is ours to save.
//!
//! usage: alone LIBRARY DPI gray|rgb FILE; prints the pages and their millions of pixels

use std::{
    env,
    ffi::{CStr, CString, c_char, c_double, c_int, c_void},
    process::exit,
    ptr,
};

unsafe extern "C" {
    fn dlopen(path: *const c_char, flags: c_int) -> *mut c_void;
    fn dlsym(library: *mut c_void, name: *const c_char) -> *mut c_void;
}

const RTLD_NOW: c_int = 2;
const FPDF_ANNOT: c_int = 0x01;
const FPDF_REVERSE_BYTE_ORDER: c_int = 0x10;
const FPDF_PRINTING: c_int = 0x800;
const GRAY: c_int = 1;
const BGR: c_int = 2;

type Handle = *mut c_void;

/// The function of this name, as what it is declared to be.
unsafe fn function<T: Copy>(library: Handle, name: &CStr) -> T {
    let found = unsafe { dlsym(library, name.as_ptr()) };
    if found.is_null() {
        eprintln!("no {name:?}");
        exit(1);
    }
    unsafe { std::mem::transmute_copy(&found) }
}

fn main() {
    let words: Vec<CString> = env::args().skip(1).map(|word| CString::new(word).unwrap()).collect();
    let dpi: f64 = words[1].to_str().unwrap().parse().unwrap();
    let gray = words[2].as_c_str() == c"gray";
    unsafe {
        let library = dlopen(words[0].as_ptr(), RTLD_NOW);
        if library.is_null() {
            eprintln!("no library at {:?}", words[0]);
            exit(1);
        }
        let init: unsafe extern "C" fn() = function(library, c"FPDF_InitLibrary");
        let load: unsafe extern "C" fn(*const c_char, *const c_char) -> Handle =
            function(library, c"FPDF_LoadDocument");
        let count: unsafe extern "C" fn(Handle) -> c_int = function(library, c"FPDF_GetPageCount");
        let page: unsafe extern "C" fn(Handle, c_int) -> Handle = function(library, c"FPDF_LoadPage");
        let width: unsafe extern "C" fn(Handle) -> c_double = function(library, c"FPDF_GetPageWidth");
        let height: unsafe extern "C" fn(Handle) -> c_double = function(library, c"FPDF_GetPageHeight");
        let bitmap: unsafe extern "C" fn(c_int, c_int, c_int, *mut c_void, c_int) -> Handle =
            function(library, c"FPDFBitmap_CreateEx");
        let draw: unsafe extern "C" fn(Handle, Handle, c_int, c_int, c_int, c_int, c_int, c_int) =
            function(library, c"FPDF_RenderPageBitmap");
        let destroy: unsafe extern "C" fn(Handle) = function(library, c"FPDFBitmap_Destroy");
        let close: unsafe extern "C" fn(Handle) = function(library, c"FPDF_ClosePage");
        init();
        let document = load(words[3].as_ptr(), ptr::null());
        let pages = if document.is_null() { 0 } else { count(document) };
        let (mut pixels, mut rows) = (0.0, Vec::<u8>::new());
        for number in 0..pages {
            let page = page(document, number);
            let side = |points: f64| (points * dpi / 72.0).round() as c_int;
            let (width, height) = (side(width(page)), side(height(page)));
            let stride = (width * if gray { 1 } else { 3 } + 3) / 4 * 4;
            rows.clear();
            rows.resize(stride as usize * height as usize, 255);
            let format = if gray { GRAY } else { BGR };
            let target = bitmap(width, height, format, rows.as_mut_ptr().cast(), stride);
            let order = if gray { 0 } else { FPDF_REVERSE_BYTE_ORDER };
            draw(target, page, 0, 0, width, height, 0, FPDF_ANNOT | FPDF_PRINTING | order);
            destroy(target);
            close(page);
            pixels += f64::from(width) * f64::from(height) / 1e6;
        }
        println!("{pages} {pixels:.3}");
        exit(c_int::from(pages == 0));
    }
}
