//! Build time: the table of texts becomes constants, what pages and `/docs` load is packed, the halftone's mask is made, and
//! libpdfium is taken from its wheel, pinned, and compressed for embedding. See `src/text.rs`, `src/http/docs.rs`,
//! `src/raster/halftone.rs` and `src/worker/library.rs`.

use std::{
    collections::BTreeMap,
    env, fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
    process::Command,
};

use sha2::{Digest as _, Sha256};

#[path = "src/raster/halftone/mask.rs"]
mod mask;

type Failure = Box<dyn std::error::Error>;

fn main() {
    relocations();
    for step in [texts, web, docs, halftone, pdfium] {
        if let Err(why) = step(&out_dir()) {
            for line in why.to_string().lines() {
                println!("cargo::error={line}");
            }
        }
    }
}

/// Relocations in DT_RELR's form: a twentieth of their bytes, all of which are read at each start. Needs glibc 2.36.
fn relocations() {
    if env::var("CARGO_CFG_TARGET_ENV").as_deref() == Ok("gnu") {
        println!("cargo::rustc-link-arg-bins=-Wl,-z,pack-relative-relocs");
    }
}

fn out_dir() -> PathBuf {
    // Cargo always sets it; an empty path fails with a clear error where it is used.
    PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default())
}

/// `assets/text/*.toml` → `text.rs`. Fails on an entry that lacks a language or whose placeholders differ.
fn texts(out: &Path) -> Result<(), Failure> {
    println!("cargo::rerun-if-changed=assets/text");
    println!("cargo::rerun-if-changed=build.rs");
    let mut entries: BTreeMap<String, (String, toml::Table)> = BTreeMap::new();
    let mut files: Vec<_> = fs::read_dir("assets/text")?.collect::<Result<Vec<_>, _>>()?;
    files.sort_by_key(fs::DirEntry::path);
    for file in files {
        let name = file.path().display().to_string();
        let table: toml::Table = fs::read_to_string(file.path())?.parse().map_err(|e| format!("{name}: {e}"))?;
        for (key, value) in table {
            let toml::Value::Table(entry) = value else { return Err(format!("{name}: {key} is not a table").into()) };
            if let Some((other, _)) = entries.insert(key.clone(), (name.clone(), entry)) {
                return Err(format!("{name}: {key} stands in {other} already").into());
            }
        }
    }
    let mut code =
        String::from("/// The table itself.\n#[allow(missing_docs)]\npub mod say {\n    use super::{Plural, Text};\n");
    for (key, (file, entry)) in &entries {
        code.push_str(&constant(key, entry).map_err(|why| format!("{file}: [{key}] {why}"))?);
    }
    code.push_str("}\n");
    fs::write(out.join("text.rs"), code)?;
    Ok(())
}

fn constant(key: &str, entry: &toml::Table) -> Result<String, String> {
    let name = key.to_uppercase();
    // print-api's English sentences say more than its Russian ones; `only_en` names what they add.
    let only_en: Vec<&str> = match entry.get("only_en") {
        Some(toml::Value::Array(names)) => names.iter().filter_map(toml::Value::as_str).collect(),
        Some(_) => return Err("only_en must be a list".into()),
        None => Vec::new(),
    };
    if entry.keys().any(|key| !["ru", "en", "only_en"].contains(&key.as_str())) {
        return Err("must have ru and en and nothing else but only_en".into());
    }
    let (Some(ru), Some(en)) = (entry.get("ru"), entry.get("en")) else { return Err("lacks ru or en".into()) };
    match (ru, en) {
        (toml::Value::String(ru), toml::Value::String(en)) => {
            if ru.is_empty() || en.is_empty() {
                return Err("is empty in one language".into());
            }
            if placeholders(ru)
                != placeholders(en).into_iter().filter(|name| !only_en.contains(name)).collect::<Vec<_>>()
            {
                return Err("has different placeholders in ru and en".into());
            }
            Ok(format!("    pub const {name}: Text = Text {{ ru: {ru:?}, en: {en:?} }};\n"))
        }
        (toml::Value::Array(ru), toml::Value::Array(en)) if ru.len() == 3 && en.len() == 2 => {
            let list = |values: &[toml::Value]| {
                values.iter().map(|v| v.as_str().map(|s| format!("{s:?}"))).collect::<Option<Vec<_>>>()
            };
            let (Some(ru), Some(en)) = (list(ru), list(en)) else { return Err("has a form that is not text".into()) };
            Ok(format!(
                "    pub const {name}: Plural = Plural {{ ru: [{}], en: [{}] }};\n",
                ru.join(", "),
                en.join(", ")
            ))
        }
        _ => Err("must be two strings, or three Russian and two English forms".into()),
    }
}

/// What the pages load, `assets/web/*`, packed: `web/*.gz`, and their table `web.rs`. See `src/http/pages/assets.rs`.
fn web(out: &Path) -> Result<(), Failure> {
    println!("cargo::rerun-if-changed=assets/web");
    fs::create_dir_all(out.join("web"))?;
    let mut files: Vec<_> = fs::read_dir("assets/web")?.collect::<Result<Vec<_>, _>>()?;
    files.sort_by_key(fs::DirEntry::path);
    let mut table = String::from("static PACKED: &[(&str, &[u8])] = &[\n");
    for file in files {
        let name = file.file_name().to_string_lossy().into_owned();
        if ![".css", ".js", ".svg"].iter().any(|ending| name.ends_with(ending)) {
            continue;
        }
        fs::write(out.join(format!("web/{name}.gz")), packed(&fs::read(file.path())?)?)?;
        table.push_str(&format!("    ({name:?}, include_bytes!(concat!(env!(\"OUT_DIR\"), \"/web/{name}.gz\"))),\n"));
    }
    table.push_str("];\n");
    fs::write(out.join("web.rs"), table)?;
    Ok(())
}

/// `assets/docs/*` → `*.gz`, without the names of source maps, which are not shipped.
fn docs(out: &Path) -> Result<(), Failure> {
    println!("cargo::rerun-if-changed=assets/docs");
    for name in ["swagger-ui-bundle.js", "swagger-ui.css", "start.js"] {
        let text = fs::read_to_string(Path::new("assets/docs").join(name)).map_err(|e| format!("{name}: {e}"))?;
        let lines = text.lines().filter(|line| !line.contains("# sourceMappingURL="));
        fs::write(out.join(format!("{name}.gz")), packed(lines.collect::<Vec<_>>().join("\n").as_bytes())?)?;
    }
    Ok(())
}

fn packed(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    packed.write_all(bytes)?;
    packed.finish()
}

/// The thresholds of the halftone, 1 to 255: see `src/raster/halftone.rs`.
fn halftone(out: &Path) -> Result<(), Failure> {
    println!("cargo::rerun-if-changed=src/raster/halftone/mask.rs");
    let thresholds: Vec<_> = mask::ranks().into_iter().map(|rank| 1 + usize::from(rank) * 255 / mask::DOTS).collect();
    let rows: Vec<_> = thresholds.chunks(mask::SIDE).map(|row| format!("{row:?}")).collect();
    let side = mask::SIDE;
    let code = format!(
        "pub const SIDE: usize = {side};\npub static THRESHOLDS: [[u8; SIDE]; SIDE] = [{}];\n",
        rows.join(",\n")
    );
    fs::write(out.join("halftone.rs"), code)?;
    Ok(())
}

fn placeholders(text: &str) -> Vec<&str> {
    let mut names: Vec<_> =
        text.split('{').skip(1).filter_map(|part| part.split_once('}')).map(|(name, _)| name).collect();
    names.sort_unstable();
    names
}

/// The wheel: `pypdfium2` carries a plain libpdfium (no V8, no XFA) for every board we build for.
const VERSION: &str = "5.15.2";

/// Rust target architecture, wheel platform, SHA-256 of the wheel.
const WHEELS: [(&str, &str, &str); 3] = [
    ("x86_64", "manylinux_2_17_x86_64", "dc31aea5b0fb9fefc9b537a65f4113980b2c40798445736a7e6565bc85161e37"),
    ("aarch64", "manylinux_2_17_aarch64", "dd46e93c0c3a73f6cea8489baff6d77a5d0759dd53fbbce0aeb49c91830176fc"),
    ("arm", "manylinux_2_17_armv7l", "f4d422d2662bf0be37118abb14dbac6acc3bfbc04a82da92cb200b570ee24da2"),
];

/// Puts `pdfium.so.z` and its checksum into the output folder.
fn pdfium(out: &Path) -> Result<(), Failure> {
    let from =
        env::var_os("OTTISK_PDFIUM").map_or_else(|| format!("pypdfium2 {VERSION}"), |_| "pdfium, own build".into());
    println!("cargo::rustc-env=OTTISK_PDFIUM_FROM={from}");
    println!("cargo::rerun-if-env-changed=OTTISK_PDFIUM");
    println!("cargo::rerun-if-changed=build.rs");
    let library = match env::var_os("OTTISK_PDFIUM") {
        Some(path) => {
            println!("cargo::rerun-if-changed={}", Path::new(&path).display());
            fs::read(&path).map_err(|e| format!("OTTISK_PDFIUM={}: {e}", Path::new(&path).display()))?
        }
        None => from_wheel(out).map_err(|why| {
            format!(
                "libpdfium is not to be had: {why}\n\
                 The way out: install python3 with pip and let it reach its package index, or give a libpdfium.so\n\
                 (pdfium 8125 or later, built without V8 and XFA) by OTTISK_PDFIUM=/path/libpdfium.so."
            )
        })?,
    };
    let checksum = hex(&Sha256::digest(&library));
    let mut packed = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
    packed.write_all(&library)?;
    fs::write(out.join("pdfium.so.z"), packed.finish()?)?;
    println!("cargo::rustc-env=OTTISK_PDFIUM_SHA256={checksum}");
    Ok(())
}

fn from_wheel(out: &Path) -> Result<Vec<u8>, Failure> {
    let arch = env::var("CARGO_CFG_TARGET_ARCH")?;
    let (_, platform, checksum) =
        WHEELS.into_iter().find(|(a, ..)| *a == arch).ok_or_else(|| format!("there is no wheel for {arch}"))?;
    let cache = cache_folder(out);
    fs::create_dir_all(&cache).map_err(|e| format!("{}: {e}", cache.display()))?;
    let wheel = match find_wheel(&cache, platform) {
        Some(wheel) if matches(&wheel, checksum) => wheel,
        _ => download(&cache, platform)?,
    };
    if !matches(&wheel, checksum) {
        return Err(format!("{} has another checksum than the pinned {checksum}", wheel.display()).into());
    }
    let unpacked = Command::new(python())
        .args(["-c", "import sys, zipfile; sys.stdout.buffer.write(zipfile.ZipFile(sys.argv[1]).read('pypdfium2_raw/libpdfium.so'))"])
        .arg(&wheel)
        .output()?;
    if !unpacked.status.success() {
        return Err(String::from_utf8_lossy(&unpacked.stderr).trim().to_owned().into());
    }
    Ok(unpacked.stdout)
}

fn python() -> String {
    env::var("PYTHON").unwrap_or_else(|_| "python3".into())
}

/// Fetched once for all builds of a user, not once a target folder.
fn cache_folder(out: &Path) -> PathBuf {
    println!("cargo::rerun-if-env-changed=OTTISK_CACHE");
    let named = env::var_os("OTTISK_CACHE").map(PathBuf::from);
    let xdg = || env::var_os("XDG_CACHE_HOME").map(|dir| PathBuf::from(dir).join("ottisk"));
    let home = || env::var_os("HOME").map(|dir| PathBuf::from(dir).join(".cache/ottisk"));
    named.or_else(xdg).or_else(home).unwrap_or_else(|| out.to_owned())
}

fn find_wheel(cache: &Path, platform: &str) -> Option<PathBuf> {
    let start = format!("pypdfium2-{VERSION}-");
    fs::read_dir(cache).ok()?.flatten().map(|entry| entry.path()).find(|path| {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        name.starts_with(&start) && name.contains(platform) && name.ends_with(".whl")
    })
}

fn download(cache: &Path, platform: &str) -> Result<PathBuf, Failure> {
    let output = Command::new(python())
        .args(["-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:", "--platform", platform, "-d"])
        .arg(cache)
        .arg(format!("pypdfium2=={VERSION}"))
        .output()
        .map_err(|e| format!("{}: {e}", python()))?;
    if !output.status.success() {
        return Err(format!("pip download failed: {}", String::from_utf8_lossy(&output.stderr).trim()).into());
    }
    find_wheel(cache, platform).ok_or_else(|| "pip brought no wheel".into())
}

fn matches(wheel: &Path, checksum: &str) -> bool {
    fs::read(wheel).is_ok_and(|bytes| hex(&Sha256::digest(bytes)) == checksum)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
