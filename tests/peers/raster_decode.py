#!/usr/bin/env python3
"""Reads PWG Raster and Apple Raster (URF) with libcups, as an opinion that is not ours.

usage: raster_decode.py FILE [--raw-folder DIR] [--png-folder DIR]

Prints one JSON document: {"file", "format", "page_count", "pages": [header and the SHA-256 of the pixels]}.
A file that ends early, goes on after its last page, has no page or is no raster is an error: one line on
stderr, exit 1.
Header: struct cups_page_header2_s of cups/raster.h; the PWG names are PWG 5102.4, section 4.3.
"""

import argparse
import ctypes
import hashlib
import io
import json
import struct
import sys
import zlib
from pathlib import Path

# Where PWG 5102.4 keeps its own fields inside CUPS' cupsInteger[16].
TOTAL_PAGE_COUNT, CROSS_FEED, FEED, IMAGE_BOX, ALTERNATE_PRIMARY, PRINT_QUALITY = 0, 1, 2, 3, 7, 8

COLOR_SPACES = {0: "w", 1: "rgb", 3: "k", 6: "cmyk", 18: "sgray", 19: "srgb", 20: "adobe-rgb"}


def unsigned(*names):
    return [(name, ctypes.c_uint) for name in names]


class Header(ctypes.Structure):
    _fields_ = [
        *((name, ctypes.c_char * 64) for name in ("media_class", "media_color", "media_type", "output_type")),
        *unsigned("advance_distance", "advance_media", "collate", "cut_media", "duplex"),
        ("hw_resolution", ctypes.c_uint * 2),
        ("imaging_bounding_box", ctypes.c_uint * 4),
        *unsigned("insert_sheet", "jog", "leading_edge"),
        ("margins", ctypes.c_uint * 2),
        *unsigned("manual_feed", "media_position", "media_weight", "mirror_print", "negative_print"),
        *unsigned("num_copies", "orientation", "output_face_up"),
        ("page_size", ctypes.c_uint * 2),
        *unsigned("separations", "tray_switch", "tumble", "width", "height", "cups_media_type"),
        *unsigned("bits_per_color", "bits_per_pixel", "bytes_per_line", "color_order", "color_space"),
        *unsigned("compression", "row_count", "row_feed", "row_step", "num_colors"),
        ("borderless_scaling_factor", ctypes.c_float),
        ("cups_page_size", ctypes.c_float * 2),
        ("cups_imaging_bbox", ctypes.c_float * 4),
        ("integer", ctypes.c_uint * 16),
        ("real", ctypes.c_float * 16),
        ("string", (ctypes.c_char * 64) * 16),
        *((name, ctypes.c_char * 64) for name in ("marker_type", "rendering_intent", "page_size_name")),
    ]


assert ctypes.sizeof(Header) == 1796, "the header of PWG 5102.4 is 1796 bytes"


READ = ctypes.CFUNCTYPE(ctypes.c_ssize_t, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_size_t)


class RasterError(Exception):
    """Why the file is not a whole raster."""


def library():
    try:
        cups = ctypes.CDLL("libcups.so.2")
    except OSError as error:
        raise RasterError(f"no libcups.so.2: {error}") from error
    cups.cupsRasterOpenIO.restype = ctypes.c_void_p
    cups.cupsRasterOpenIO.argtypes = [READ, ctypes.c_void_p, ctypes.c_int]
    cups.cupsRasterReadHeader2.argtypes = [ctypes.c_void_p, ctypes.POINTER(Header)]
    cups.cupsRasterReadPixels.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_uint]
    cups.cupsRasterReadPixels.restype = ctypes.c_uint
    cups.cupsRasterClose.argtypes = [ctypes.c_void_p]
    cups.cupsRasterErrorString.restype = ctypes.c_char_p
    return cups


def text(field):
    return field.decode("utf-8", "replace")


def signed(value):
    return ctypes.c_int(value).value


def describe(header, number):
    return {
        "number": number,
        "width": header.width,
        "height": header.height,
        "bits_per_color": header.bits_per_color,
        "bits_per_pixel": header.bits_per_pixel,
        "bytes_per_line": header.bytes_per_line,
        "color_space": COLOR_SPACES.get(header.color_space, header.color_space),
        "num_colors": header.num_colors,
        "hw_resolution": list(header.hw_resolution),
        "page_size": list(header.page_size),
        "duplex": bool(header.duplex),
        "tumble": bool(header.tumble),
        "num_copies": header.num_copies,
        "total_page_count": header.integer[TOTAL_PAGE_COUNT],
        "cross_feed_transform": signed(header.integer[CROSS_FEED]),
        "feed_transform": signed(header.integer[FEED]),
        "image_box": list(header.integer[IMAGE_BOX : IMAGE_BOX + 4]),
        "alternate_primary": f"{header.integer[ALTERNATE_PRIMARY]:06x}",
        "print_quality": header.integer[PRINT_QUALITY],
        "media_class": text(header.media_class),
        "media_type": text(header.media_type),
        "page_size_name": text(header.page_size_name),
    }


def png(path, header, pixels):
    """A grey, RGB or black page as a picture for a person to look at; other kinds are left out."""
    depth, channels = header.bits_per_color, header.bits_per_pixel // max(header.bits_per_color, 1)
    if (depth, channels) not in ((8, 1), (8, 3), (1, 1)):
        return
    if depth == 1:  # black is 1 in a raster and 0 in a picture
        pixels = bytes(255 - byte for byte in pixels)
    stride, length = header.bytes_per_line, (header.width * channels * depth + 7) // 8
    rows = b"".join(b"\0" + pixels[y * stride : y * stride + length] for y in range(header.height))

    def chunk(name, body):
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    head = struct.pack(">IIBBBBB", header.width, header.height, depth, 0 if channels == 1 else 2, 0, 0, 0)
    chunks = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows, 1)) + chunk(b"IEND", b"")
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunks)


SENTINEL_WIDTH, SENTINEL_HEIGHT = 7, 3


def sentinel(form):
    """A tiny page put after the file's own bytes.

    libcups says "no more pages" both at a clean end and in the middle of a header, so ask it another way:
    only when the file ends where a page ends does it read this page as it was written.
    """
    blank_lines = bytes([SENTINEL_HEIGHT - 1, SENTINEL_WIDTH - 1, 0xFF])  # a repeated line of one repeated pixel
    if form == "urf":
        return struct.pack(">BBBB8xIII8x", 8, 0, 1, 4, SENTINEL_WIDTH, SENTINEL_HEIGHT, 72) + blank_lines
    header = Header.from_buffer_copy(bytes(ctypes.sizeof(Header)))
    header.media_class = b"PwgRaster"
    header.width, header.height, header.bytes_per_line = SENTINEL_WIDTH, SENTINEL_HEIGHT, SENTINEL_WIDTH
    header.hw_resolution[:] = 72, 72
    header.bits_per_color, header.bits_per_pixel, header.color_space, header.num_colors = 8, 8, 18, 1
    body = bytearray(bytes(header))
    # Between the texts at both ends are 32-bit words, and the wire is big endian.
    words = slice(Header.advance_distance.offset, Header.string.offset)
    body[words] = struct.pack(f">{len(body[words]) // 4}I", *struct.unpack(f"={len(body[words]) // 4}I", body[words]))
    return bytes(body) + blank_lines


def is_sentinel(header):
    return (header.width, header.height, header.hw_resolution[0]) == (SENTINEL_WIDTH, SENTINEL_HEIGHT, 72)


def read_pages(cups, file, raw_folder, png_folder):
    magic = file.read(8)
    form = {b"RaS2": "pwg", b"UNIR": "urf"}.get(magic[:4])
    if form is None:
        raise RasterError(f"neither PWG Raster nor URF: begins with {magic!r}")
    tail = io.BytesIO(sentinel(form))
    file.seek(0)

    @READ
    def read(_context, buffer, size):
        data = file.read(size) or tail.read(size)
        ctypes.memmove(buffer, data, len(data))
        return len(data)

    raster = cups.cupsRasterOpenIO(read, None, 0)
    if not raster:
        raise RasterError(f"libcups: {text(cups.cupsRasterErrorString() or b'cannot open')}")
    pages, header, whole = [], Header(), False
    try:
        while cups.cupsRasterReadHeader2(raster, ctypes.byref(header)):
            if is_sentinel(header):
                whole = True
                break
            size = header.bytes_per_line * header.height
            pixels = ctypes.create_string_buffer(size)
            number = len(pages) + 1
            got = cups.cupsRasterReadPixels(raster, pixels, size)
            if got != size or tail.tell():
                raise RasterError(f"page {number} is cut short")
            page = describe(header, number)
            page["sha256"] = hashlib.sha256(pixels).hexdigest()
            if raw_folder:
                (raw_folder / f"page-{number:04}.raw").write_bytes(pixels)
            if png_folder:
                png(png_folder / f"page-{number:04}.png", header, pixels.raw)
            pages.append(page)
    finally:
        cups.cupsRasterClose(raster)
    if whole and not pages:
        raise RasterError("holds no page")
    if not whole:
        raise RasterError(f"after page {len(pages)} comes something that is not a whole page")
    return {"format": form, "page_count": len(pages), "pages": pages}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", type=Path)
    parser.add_argument("--raw-folder", type=Path, help="also write page-0001.raw: the pixels alone")
    parser.add_argument("--png-folder", type=Path, help="also write page-0001.png")
    arguments = parser.parse_args()
    for folder in (arguments.raw_folder, arguments.png_folder):
        if folder:
            folder.mkdir(parents=True, exist_ok=True)
    try:
        with open(arguments.file, "rb") as file:
            found = read_pages(library(), file, arguments.raw_folder, arguments.png_folder)
    except (RasterError, OSError) as error:
        print(f"raster_decode: {arguments.file}: {error}", file=sys.stderr)
        return 1
    json.dump({"file": str(arguments.file), **found}, sys.stdout, indent=1, ensure_ascii=False)
    print()
    return 0


if __name__ == "__main__":
    sys.exit(main())
