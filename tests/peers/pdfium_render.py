#!/usr/bin/env python3
"""The reference render: pdfium as pypdfium2 ships it, one page, the whole bitmap at once, no bands.

usage: pdfium_render.py --pdf FILE --page N --width W --height H (--gray|--rgb) --out FILE
                        [--rotate 0|1|2|3] [--canvas WxH --origin X,Y]

Draws page N (1 is the first) stretched into exactly W x H pixels and writes the bare rows, 1 or 3 bytes a pixel
with no padding. With --canvas the page lies at --origin on a white sheet of that size. Prints one line of JSON:
{"width","height","channels","page_count","page_size":[w,h in points],"pdfium"}. An error is one line and exit 1.

The raw API is used on purpose: the calls and their order are what the product makes, so that a difference between
two rasters is the product's own.
"""

import argparse
import ctypes
import json
import sys

import pypdfium2.raw as pdfium
from pypdfium2.version import PDFIUM_INFO

FLAGS = pdfium.FPDF_ANNOT | pdfium.FPDF_PRINTING


class RenderError(Exception):
    """What pdfium would not do."""


def pair(separator):
    def parse(text):
        first, second = text.split(separator)
        return int(first), int(second)

    return parse


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pdf", required=True)
    parser.add_argument("--page", type=int, default=1)
    parser.add_argument("--width", type=int, required=True)
    parser.add_argument("--height", type=int, required=True)
    color = parser.add_mutually_exclusive_group(required=True)
    color.add_argument("--gray", action="store_true")
    color.add_argument("--rgb", action="store_true")
    parser.add_argument("--out", required=True)
    parser.add_argument("--rotate", type=int, choices=range(4), default=0, help="quarter turns clockwise")
    parser.add_argument("--canvas", type=pair("x"), metavar="WxH")
    parser.add_argument("--origin", type=pair(","), metavar="X,Y", default=(0, 0))
    return parser.parse_args()


def draw(document, page_number, size, canvas, origin, rotate, gray):
    """The page's rows without padding, and the page's size in points."""
    # Form fields are drawn only by an environment that exists before the page is loaded.
    environment = pdfium.FPDF_FORMFILLINFO(version=2)
    form = pdfium.FPDFDOC_InitFormFillEnvironment(document, environment)
    page = pdfium.FPDF_LoadPage(document, page_number - 1)
    if not page:
        raise RenderError(f"no page {page_number}")
    channels, layout = (1, pdfium.FPDFBitmap_Gray) if gray else (3, pdfium.FPDFBitmap_BGR)
    # BGR with the order reversed is RGB without a pass of conversion.
    flags = FLAGS if gray else FLAGS | pdfium.FPDF_REVERSE_BYTE_ORDER
    row = canvas[0] * channels
    stride = (row + 3) // 4 * 4
    pixels = (ctypes.c_ubyte * (stride * canvas[1])).from_buffer(bytearray(b"\xff") * (stride * canvas[1]))
    bitmap = pdfium.FPDFBitmap_CreateEx(*canvas, layout, pixels, stride)
    if not bitmap:
        raise RenderError(f"no bitmap of {canvas[0]}x{canvas[1]}")
    pdfium.FPDF_RenderPageBitmap(bitmap, page, *origin, *size, rotate, flags)
    if form and pdfium.FPDF_GetFormType(document) != pdfium.FORMTYPE_NONE:
        pdfium.FPDF_FFLDraw(form, bitmap, page, *origin, *size, rotate, flags)
    points = [pdfium.FPDF_GetPageWidthF(page), pdfium.FPDF_GetPageHeightF(page)]
    drawn = memoryview(pixels)
    rows = b"".join(drawn[y * stride : y * stride + row] for y in range(canvas[1]))
    pdfium.FPDFBitmap_Destroy(bitmap)
    pdfium.FPDF_ClosePage(page)
    pdfium.FPDFDOC_ExitFormFillEnvironment(form)
    return rows, points


def main():
    asked = arguments()
    document = pdfium.FPDF_LoadDocument(asked.pdf.encode() + b"\0", None)
    try:
        if not document:
            raise RenderError(f"cannot be opened, pdfium error {pdfium.FPDF_GetLastError()}")
        size = (asked.width, asked.height)
        canvas = asked.canvas or size
        rows, points = draw(document, asked.page, size, canvas, asked.origin, asked.rotate, asked.gray)
        with open(asked.out, "wb") as file:
            file.write(rows)
    except (RenderError, OSError) as error:
        print(f"pdfium_render: {asked.pdf}: {error}", file=sys.stderr)
        return 1
    told = {
        "width": canvas[0],
        "height": canvas[1],
        "channels": 1 if asked.gray else 3,
        "page_count": pdfium.FPDF_GetPageCount(document),
        "page_size": points,
        "pdfium": PDFIUM_INFO.build,
    }
    print(json.dumps(told))
    return 0


if __name__ == "__main__":
    sys.exit(main())
