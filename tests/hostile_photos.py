"""Two hundred files nobody should send as a photo, made when they are needed."""

from __future__ import annotations

import random
import struct
import zlib
from collections.abc import Iterator
from io import BytesIO

from PIL import Image, ImageCms

from tests.pictures import exif, picture

SCRIPT = b"<script>alert('MARKER')</script>"
HTML = b"<!doctype html><html><body>" + SCRIPT + b"</body></html>"
SVG = b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'>" + SCRIPT + b"</svg>"
ZIP = b"PK\x03\x04MARKER" + bytes(40) + b"PK\x05\x06" + bytes(18)
XMP = (
    b"<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-"
    b"syntax-ns#'><rdf:Description xmlns:exif='http://ns.adobe.com/exif/1.0/' exif:GPSLatitude="
    b"'39,30.0N' exif:GPSLongitude='116,15.0E' exif:UserComment='MARKER'/></rdf:RDF></x:xmpmeta>"
)
KINDS = ("JPEG", "PNG", "WEBP", "HEIF")
File = tuple[str, bytes]


def hostile() -> list[File]:
    """Give all of them, by name."""
    return [*wrong_types(), *truncated(), *bombs(), *polyglots(), *talkative(), *odd(), *damaged()]


def wrong_types() -> Iterator[File]:
    """Give files of other kinds, most of them called a photo."""
    heads = {
        "empty.jpg": b"", "nothing.png": bytes(64), "动图.gif": b"GIF89a" + bytes(64),
        "gif.jpg": b"GIF87a" + bytes(64), "a.svg": SVG, "svg.jpg": b"<?xml version='1.0'?>" + SVG,
        "bom.svg": b"\xef\xbb\xbf" + SVG, "space.svg": b" \n\t" + SVG, "page.jpg": HTML,
        "page.heic": b"\n<HTML><body onload=alert(1)>", "a.pdf": b"%PDF-1.7\n" + SCRIPT,
        "a.zip": ZIP, "a.docx": ZIP, "b.jpg": b"BM" + bytes(64), "tiff.jpg": b"II*\x00" + bytes(64),
        "tiff.png": b"MM\x00*" + bytes(64), "old.doc": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        "a.psd": b"8BPS" + bytes(64), "a.ico": b"\x00\x00\x01\x00\x01\x00" + bytes(32),
        "a.mp4": b"\x00\x00\x00\x18ftypisom" + bytes(64), "a.mov": b"\x00\x00\x00\x14ftypqt  ",
        "a.avif": b"\x00\x00\x00\x1cftypavif" + bytes(64), "a.jp2": b"\x00\x00\x00\x0cjP  \r\n",
        "a.exe": b"MZ" + bytes(64), "a.elf": b"\x7fELF" + bytes(64), "a.js": b"alert(1)//",
        "a.eps": b"%!PS-Adobe-3.0 EPSF", "a.wav": b"RIFF\x24\x00\x00\x00WAVEfmt ",
        "a.avi": b"RIFF\x24\x00\x00\x00AVI LIST", "a.mp3": b"ID3\x03" + bytes(64),
        "xml.png": b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]>",
        "a.sh": b"#!/bin/sh\nrm -rf /\n", "late.jpg": b"\x00" + picture(), "half.png": b"\x89PNG",
        "a.webp": b"RIFF\x04\x00\x00\x00WEBX", "a.fits": b"SIMPLE  =", "a.xcf": b"gimp xcf v011",
    }  # fmt: skip
    yield from heads.items()


def truncated() -> Iterator[File]:
    """Give photos cut off at many lengths."""
    for kind in KINDS:
        noise = Image.effect_noise((200, 150), 60).convert("RGB")
        buffer = BytesIO()
        noise.save(buffer, kind)
        whole = buffer.getvalue()
        for step in range(14):
            cut = 12 + (len(whole) - 24) * step // 14
            yield f"cut-{step}.{kind.lower()}", whole[:cut]


def chunk(name: bytes, data: bytes) -> bytes:
    """Make one part of a PNG."""
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png(width: int, height: int, *, bits: int = 8, colour: int = 2, extra: bytes = b"") -> bytes:
    """Make a PNG that promises these pixels and holds a few bytes of them."""
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, 0))
    body = chunk(b"IDAT", zlib.compress(bytes(10_000_000), 9))
    return b"\x89PNG\r\n\x1a\n" + head + extra + body + chunk(b"IEND", b"")


def bombs() -> Iterator[File]:
    """Give small files that unpack to very much."""
    text = zlib.compress(bytes(80_000_000), 9)
    small = picture("PNG")
    yield "bomb.png", png(50_000, 50_000)
    yield "grey.png", png(50_000, 50_000, bits=1, colour=0)
    yield "deep.png", png(30_000, 30_000, bits=16, colour=6)
    yield "wide.png", png(2**31 - 1, 1)
    yield "tall.png", png(1, 2**31 - 1)
    yield "short.png", png(7_900, 8_000)
    yield "none.png", png(0, 0)
    for name in (b"zTXt", b"iTXt"):
        words = b"Comment\x00\x00" + (b"\x01\x00\x00\x00" if name == b"iTXt" else b"") + text
        yield f"{name.decode()}.png", small[:33] + chunk(name, words) + small[33:]
    yield "icc.png", small[:33] + chunk(b"iCCP", b"p\x00\x00" + text) + small[33:]
    jpeg = bytearray(picture(size=(64, 48)))
    at = jpeg.index(b"\xff\xc0") + 5
    for height, width in ((65_500, 65_500), (1, 65_500), (0, 0)):
        jpeg[at : at + 4] = struct.pack(">HH", height, width)
        yield f"{width}x{height}.jpg", bytes(jpeg)
    side = (16_382).to_bytes(3, "little")
    webp = b"WEBPVP8X" + struct.pack("<I", 10) + bytes(4) + side + side
    yield "huge.webp", b"RIFF" + struct.pack("<I", len(webp)) + webp
    frames = [Image.new("RGB", (600, 600), (n, 0, 0)) for n in range(200)]
    for kind in ("WEBP", "PNG"):
        buffer = BytesIO()
        frames[0].save(buffer, kind, save_all=True, append_images=frames[1:], duration=10)
        yield f"200-frames.{kind.lower()}", buffer.getvalue()
    buffer = BytesIO()
    frames[0].save(buffer, "GIF", save_all=True, append_images=frames[1:])
    yield "200-frames.gif", buffer.getvalue()
    head = b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00heicmif1"
    yield "meta.heic", head + struct.pack(">I", 2**31 - 1) + b"meta" + bytes(64)


def polyglots() -> Iterator[File]:
    """Give photos that are something else as well."""
    tails = {"html": HTML, "zip": ZIP, "svg": SVG, "js": b"*/=1;alert('MARKER')/*"}
    for kind in KINDS:
        for name, tail in tails.items():
            yield f"{name}-tail.{kind.lower()}", picture(kind) + tail
    jpeg = picture(comment=SCRIPT)
    yield "comment.jpg", jpeg
    yield "js.jpg", b"\xff\xd8\xff\xe0\x2f\x2a" + bytes(0x2F28) + picture()[2:] + b"*/alert(1)"
    yield "twice.jpg", picture() + picture(colour=(9, 9, 9))
    yield "app.jpg", jpeg[:2] + b"\xff\xed" + struct.pack(">H", 2 + len(HTML)) + HTML + jpeg[2:]
    small = picture("PNG")
    yield "text.png", small[:33] + chunk(b"tEXt", b"Title\x00" + SCRIPT) + small[33:]
    yield "own.png", small[:33] + chunk(b"prVt", ZIP) + small[33:]


def talkative() -> Iterator[File]:
    """Give photos that tell where they were taken and by whom, in every place there is."""
    said = exif()
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    for kind in KINDS:
        yield f"gps.{kind.lower()}", picture(kind, exif=said)
        yield f"profile.{kind.lower()}", picture(kind, icc_profile=profile)
    for kind in ("JPEG", "WEBP", "HEIF"):
        yield f"xmp.{kind.lower()}", picture(kind, exif=said, xmp=XMP)
    yield "huge-icc.jpg", picture(icc_profile=profile + b"MARKER" * 300_000)
    yield "wrong-icc.jpg", picture(icc_profile=b"MARKER" * 900)
    plain = picture(exif=said)
    iptc = b"Photoshop 3.0\x008BIM\x04\x04\x00\x00\x00\x00\x00\x0b\x1c\x02\x78\x00\x06MARKER"
    block = b"\xff\xed" + struct.pack(">H", 2 + len(iptc)) + iptc
    yield "iptc.jpg", plain[:2] + block + plain[2:]


def odd() -> Iterator[File]:
    """Give photos in colours, depths and turns that screens do not have."""
    for mode in ("1", "L", "LA", "P", "RGBA", "I;16"):
        yield f"{mode.replace(';', '')}.png", picture("PNG", mode=mode)
    for mode in ("L", "CMYK"):
        yield f"{mode}.jpg", picture(mode=mode, exif=exif())
    yield "deep.png", png(10, 10, bits=16, colour=2)
    for turn in (0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 99):
        yield f"turn-{turn}.jpg", picture(exif=exif(orientation=turn))
    for latitude in (0.0, 89.9):
        yield f"at-{latitude}.jpg", picture(exif=exif(latitude=latitude))
    for taken in ("0000:00:00 00:00:00", "9999:99:99", "\x00" * 19, "明天", "2099:01:01 00:00:00"):
        yield f"taken-{len(taken)}.jpg", picture(exif=exif(taken=taken))
    broken = b"Exif\x00\x00MM\x00*\x00\x00\x00\x08\xff\xff" + bytes(range(256)) * 4
    whole = picture()
    yield (
        "broken-exif.jpg",
        (whole[:2] + b"\xff\xe1" + struct.pack(">H", 2 + len(broken)) + broken + whole[2:]),
    )


def damaged() -> Iterator[File]:
    """Give photos with bytes changed at random, the same in every run."""
    chance = random.Random(137)
    for kind in KINDS:
        whole = picture(kind, (120, 90), colour=(200, 30, 30), exif=exif())
        for number in range(12):
            changed = bytearray(whole)
            for _byte in range(1 + number):
                changed[chance.randrange(16, len(changed))] = chance.randrange(256)
            yield f"bytes-{number}.{kind.lower()}", bytes(changed)
