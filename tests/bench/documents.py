"""What the benches print: the corpus' ordinary PDFs, its texts and its pictures on A4.

Only pages of about A4 are taken, for every program draws a page at its own size except ours, which puts it on paper.
Made with qpdf, mutool and the fonts that Ghostscript brings; nothing is fetched.
"""

import csv
import re
import subprocess
from dataclasses import dataclass
from itertools import chain, islice, zip_longest
from pathlib import Path

# Beside the project, not in it.
CORPUS = Path(__file__).resolve().parents[3] / "shared" / "corpus"
A4 = (595, 842)
MARGIN = 40
FONTS = Path("/usr/share/fonts/opentype/urw-base35")
# The corpus' texts with their encodings, each in another face so that they are not the same glyphs again.
TEXTS = [
    ("own_tekst_utf8_dev.txt", "utf-8", "NimbusSans-Regular.otf"),
    ("заметки.txt", "cp1251", "NimbusRoman-Regular.otf"),
    ("own_tekst_cp866_dev.txt", "cp866", "C059-Roman.otf"),
    ("testTextConversion.txt", "utf-8", "NimbusMonoPS-Regular.otf"),
]
PICTURES = ("jpg", "jpeg", "png", "tif", "tiff", "bmp", "gif")
SMALLEST_PICTURE_BYTES = 2_000
# Nobody prints a stamp as large as the sheet.
LEAST_PICTURE_DPI = 100


@dataclass
class Document:
    name: str
    path: Path
    pages: int


def run(*command):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, errors="replace")
    # qpdf says 3 for a file that it repaired.
    if done.returncode not in ((0, 3) if command[0] == "qpdf" else (0,)):
        raise RuntimeError(f"{command[0]} {command[-1]}: {done.stderr.strip()[-200:]}")
    return done.stdout


def page_count(pdf):
    return int(run("qpdf", "--show-npages", pdf))


def page_sizes(pdf):
    found = re.findall(r"size: +([\d.]+) x ([\d.]+) pts", run("pdfinfo", "-f", 1, "-l", 10_000, pdf))
    return [(float(width), float(height)) for width, height in found]


def is_about_a4(size):
    short, long = sorted(size)
    return abs(short - A4[0]) < 30 and abs(long - A4[1]) < 60


def cut(pdf, first, last, out):
    run("qpdf", pdf, "--pages", ".", f"{first}-{last}", "--", out)
    return out


def ordinary(corpus, formats):
    with open(corpus / "manifest.tsv", newline="") as manifest:
        rows = list(csv.DictReader(manifest, delimiter="\t"))
    return [row for row in rows if row["kind"] == "ordinary" and row["format"] in formats]


def pdfs(corpus, folder, most_pages):
    for row in ordinary(corpus, ("pdf",)):
        source = corpus / row["file"]
        if not all(is_about_a4(size) for size in page_sizes(source)):
            continue
        pages = page_count(source)
        for first in range(1, pages + 1, most_pages):
            last = min(first + most_pages - 1, pages)
            name = f"{source.stem} {first}-{last}"
            yield Document(name, cut(source, first, last, folder / f"{name}.pdf"), last - first + 1)


def text(corpus, folder, name, encoding, font, most_pages):
    """A plain text set as a letter; mutool's Cyrillic fonts are addressed in KOI8-U."""
    lines = []
    for line in (corpus / name).read_text(encoding).splitlines():
        lines += [line[at : at + 88] for at in range(0, max(len(line), 1), 88)]
    per_page = (A4[1] - 2 * MARGIN) // 13
    pages = [lines[at : at + per_page] for at in range(0, len(lines), per_page)][:most_pages]
    files = []
    for number, page in enumerate(pages, 1):
        shown = "\n".join(f"<{line.encode('koi8-u', 'replace').hex()}> Tj T*" for line in page)
        files.append(folder / f"{name}-{number}.page")
        files[-1].write_text(
            f"%%MediaBox 0 0 {A4[0]} {A4[1]}\n%%Font F {FONTS / font} Cyrillic\n"
            f"BT /F 11 Tf 13 TL {MARGIN} {A4[1] - MARGIN} Td\n{shown}\nET\n"
        )
    out = folder / f"{name}.pdf"
    run("mutool", "create", "-o", out, *files)
    return Document(name, out, len(files))


def texts(corpus, folder, most_pages):
    for name, encoding, font in TEXTS:
        if (corpus / name).exists() and (FONTS / font).exists():
            yield text(corpus, folder, name, encoding, font, most_pages)


def images(pdf):
    """Rows of `pdfimages -list`: page, number, kind, width, height, color, components, bits, encoding, …"""
    return [line.split() for line in run("pdfimages", "-list", pdf).splitlines()[2:]]


def pixels(pdf):
    """How wide the picture is that is the whole of this document."""
    return int(images(pdf)[0][3])


def unmask(pdf):
    """Takes off the mask of one bit that mutool puts on every BMP and GIF, transparent or not; an image's own has eight."""
    if any(row[2] == "smask" and row[7] == "1" for row in images(pdf)):
        plain = pdf.with_suffix(".qdf")
        run("qpdf", "--qdf", "--object-streams=disable", pdf, plain)
        plain.write_bytes(re.sub(rb"/SMask \d+ 0 R", lambda found: b" " * len(found[0]), plain.read_bytes()))
        run("qpdf", plain, pdf)


def pictures(corpus, folder):
    """The largest first: a scan or a photograph on a sheet, as people print them."""
    rows = sorted(ordinary(corpus, PICTURES), key=lambda row: -int(row["bytes"]))
    for row in rows:
        source, out = corpus / row["file"], folder / f"{row['file']}.pdf"
        if int(row["bytes"]) < SMALLEST_PICTURE_BYTES:
            return
        try:
            run("mutool", "convert", "-F", "pdf", "-o", out, source)
            width, height = page_sizes(out)[0]
            scale = min((A4[0] - MARGIN) / width, (A4[1] - MARGIN) / height, 72 / LEAST_PICTURE_DPI * pixels(out) / width)
            page = folder / f"{row['file']}.page"
            # A blank in a file's name would end it in mutool's own little language.
            plain = folder / f"picture{source.suffix}"
            plain.write_bytes(source.read_bytes())
            page.write_text(
                f"%%MediaBox 0 0 {A4[0]} {A4[1]}\n%%Image Im {plain}\n"
                f"q {width * scale:.2f} 0 0 {height * scale:.2f} {MARGIN / 2} {MARGIN / 2} cm /Im Do Q\n"
            )
            run("mutool", "create", "-o", out, page)
            unmask(out)
        except (RuntimeError, IndexError):
            continue  # a kind of picture that mutool does not know
        yield Document(row["file"], out, 1)


def gather(corpus, folder, most, most_pages=6):
    """Up to `most` documents: the PDFs first, then texts and pictures in turn."""
    made = zip_longest(texts(corpus, folder, most_pages), pictures(corpus, folder))
    found = chain(pdfs(corpus, folder, most_pages), (document for pair in made for document in pair if document))
    return list(islice(found, most))
