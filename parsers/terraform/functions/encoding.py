"""Functions of text encodings (terraform/internal/lang/funcs/encoding.go)."""

from __future__ import annotations

import base64
import binascii
import re
import zlib
from urllib.parse import quote, unquote_to_bytes

from parsers.terraform.functions.json_text import encode_json, jsondecode
from parsers.terraform.functions.registry import function
from parsers.terraform.limits import MAX_TEXT
from parsers.terraform.values import STRING, EvaluationError, RefusalError, Value, text

__all__ = ["decoded_base64", "encode_json", "jsondecode"]

_LATIN = {1: "l1", 2: "l2", 3: "l3", 4: "l4", 9: "l5", 10: "l6"}
_CODECS = {
    "utf-8": "utf-8",
    "csutf8": "utf-8",
    "utf-16": "utf-16",
    "csutf16": "utf-16",
    "utf-16le": "utf-16-le",
    "csutf16le": "utf-16-le",
    "utf-16be": "utf-16-be",
    "csutf16be": "utf-16-be",
    "us-ascii": "ascii",
    "ascii": "ascii",
    "koi8-r": "koi8-r",
    "koi8-u": "koi8-u",
    "macintosh": "mac-roman",
    **{f"iso-8859-{part}": f"iso8859-{part}" for part in (*range(1, 11), 13, 14, 15, 16)},
    **{f"iso_8859-{part}": f"iso8859-{part}" for part in (1, 2, 3, 4, 5, 6, 7, 8, 9, 14, 15, 16)},
    **{f"latin{number[1:]}": f"iso8859-{part}" for part, number in _LATIN.items()},
    **{number: f"iso8859-{part}" for part, number in _LATIN.items()},
    **{f"windows-{page}": f"cp{page}" for page in range(1250, 1259)},
    **{f"ibm{page}": f"cp{page}" for page in ("037", "437", "850", "852", "855", "862", "866", "1140")},
}
"""The encodings by their names at IANA, which Terraform goes by, as far as Python has the same."""
_OTHER_CODECS = frozenset(
    {
        "shift_jis",
        "ms_kanji",
        "csshiftjis",
        "euc-jp",
        "eucjp",
        "iso-2022-jp",
        "csiso2022jp",
        "gbk",
        "cp936",
        "ms936",
        "gb18030",
        "gb2312",
        "hz-gb-2312",
        "big5",
        "csbig5",
        "euc-kr",
        "cseuckr",
        "ibm858",
        "ibm860",
        "ibm863",
        "ibm865",
        "ibm1047",
        "windows-874",
        "x-mac-cyrillic",
        "tis-620",
    }
)
"""Encodings that the two may read differently."""


def decoded_base64(content: str, name: str) -> bytes:
    """What base64 stands for. Go passes over line breaks in it."""
    try:
        return base64.b64decode(content.replace("\r", "").replace("\n", ""), validate=True)
    except (binascii.Error, ValueError) as error:
        raise EvaluationError(f"{name}: this is no valid base64") from error


def _as_text(content: bytes, name: str) -> Value:
    try:
        return text(content.decode())
    except UnicodeDecodeError as error:
        raise EvaluationError(f"{name}: the content is not UTF-8") from error


@function("base64encode", STRING, gives=STRING)
def base64encode(value: Value) -> Value:
    return text(base64.b64encode(value.text.encode()).decode())


@function("base64decode", STRING, gives=STRING)
def base64decode(value: Value) -> Value:
    return _as_text(decoded_base64(value.text, "base64decode"), "base64decode")


@function("base64gunzip", STRING, gives=STRING)
def base64gunzip(value: Value) -> Value:
    """Known to OpenTofu only."""
    packed = decoded_base64(value.text, "base64gunzip")
    unpacking = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    try:
        content = unpacking.decompress(packed, 4 * MAX_TEXT + 1)
    except zlib.error as error:
        raise EvaluationError("base64gunzip: this is no valid gzip") from error
    if not unpacking.eof and len(content) <= 4 * MAX_TEXT:
        raise EvaluationError("base64gunzip: this is no whole gzip")
    if len(content) > 4 * MAX_TEXT:
        raise RefusalError(f"a string of more than {MAX_TEXT:,} characters")
    return _as_text(content, "base64gunzip")


@function("urlencode", STRING, gives=STRING)
def urlencode(value: Value) -> Value:
    return text(quote(value.text, safe="-_.~ ").replace(" ", "+"))


@function("urldecode", STRING, gives=STRING)
def urldecode(value: Value) -> Value:
    """Known to OpenTofu only."""
    if re.search(r"%(?![0-9A-Fa-f]{2})", value.text):
        raise EvaluationError("urldecode: this is no URL-encoded text")
    return _as_text(unquote_to_bytes(value.text.replace("+", " ")), "urldecode")


def _codec(name: Value) -> str:
    wanted = name.text.strip().lower()
    found = _CODECS.get(wanted)
    if found is None:
        if wanted in _OTHER_CODECS:
            raise RefusalError(f"the encoding {wanted} is not evaluated by this program")
        raise EvaluationError("this is no encoding that Terraform supports")
    return found


@function("textencodebase64", STRING, STRING, gives=STRING)
def textencodebase64(value: Value, encoding: Value) -> Value:
    codec = _codec(encoding)
    try:
        content = b"\xfe\xff" + value.text.encode("utf-16-be") if codec == "utf-16" else value.text.encode(codec)
    except UnicodeEncodeError as error:
        raise EvaluationError("textencodebase64: the encoding has not all of these characters") from error
    return text(base64.b64encode(content).decode())


@function("textdecodebase64", STRING, STRING, gives=STRING)
def textdecodebase64(value: Value, encoding: Value) -> Value:
    codec = _codec(encoding)
    content = decoded_base64(value.text, "textdecodebase64")
    if codec == "utf-16" and content[:2] not in (b"\xfe\xff", b"\xff\xfe"):
        codec = "utf-16-be"
    try:
        decoded = content.decode(codec)
    except UnicodeDecodeError as error:
        raise EvaluationError("textdecodebase64: this is no text in that encoding") from error
    if "\ufffd" in decoded:
        raise EvaluationError("textdecodebase64: this is no text in that encoding")
    return text(decoded)
