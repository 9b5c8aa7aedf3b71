"""RSA decryption of PKCS #1 version 1.5 (RFC 8017, section 7.2) with a private key in PEM, for ``rsadecrypt``.

What is decrypted here is in the configuration, as is the key; nothing is gained by how long it takes.
"""

from __future__ import annotations

import base64
import binascii
import re

from parsers.terraform.values import EvaluationError, RefusalError

_PEM = re.compile(r"-----BEGIN ([A-Z ]*PRIVATE KEY)-----\s*(.*?)-----END \1-----", re.S)
_LARGEST_BITS = 16_384


def decrypted(ciphertext: bytes, pem: str) -> bytes:
    """The plain text. Raises EvaluationError, and RefusalError for a kind of key that is not read."""
    modulus, exponent = _key(pem)
    size = (modulus.bit_length() + 7) // 8
    amount = int.from_bytes(ciphertext, "big")
    if modulus.bit_length() > _LARGEST_BITS:
        raise RefusalError("rsadecrypt: the key is too long")
    if len(ciphertext) > size or amount >= modulus:
        raise EvaluationError("rsadecrypt: this cannot be decrypted with that key")
    block = pow(amount, exponent, modulus).to_bytes(size, "big")
    end = block.find(b"\0", 2)
    if not block.startswith(b"\0\2") or end < 10:
        raise EvaluationError("rsadecrypt: this cannot be decrypted with that key")
    return block[end + 1 :]


def _key(pem: str) -> tuple[int, int]:
    """The modulus and the private exponent."""
    found = _PEM.search(pem)
    if found is None:
        raise EvaluationError("rsadecrypt: this is no private key")
    if found[1] not in ("RSA PRIVATE KEY", "PRIVATE KEY") or ":" in found[2]:
        raise RefusalError("rsadecrypt: a private key of this kind is not read")
    try:
        outer = _sequence(base64.b64decode("".join(found[2].split()), validate=True))
        if found[1] == "PRIVATE KEY":
            outer = _sequence(outer[2][1])
        numbers = [int.from_bytes(content, "big", signed=True) for tag, content in outer[:4] if tag == 2]
    except (binascii.Error, ValueError, IndexError) as error:
        raise EvaluationError("rsadecrypt: this is no private key") from error
    if len(numbers) < 4 or numbers[1] <= 0 or numbers[3] <= 0:
        raise EvaluationError("rsadecrypt: this is no private key")
    return numbers[1], numbers[3]


def _sequence(der: bytes) -> list[tuple[int, bytes]]:
    """The tags and contents of the elements of a DER sequence (X.690)."""
    tag, content, _ = _element(der, 0)
    if tag != 0x30:
        raise ValueError("no sequence")
    found, at = [], 0
    while at < len(content):
        tag, inner, at = _element(content, at)
        found.append((tag, inner))
    return found


def _element(der: bytes, at: int) -> tuple[int, bytes, int]:
    tag, length, start = der[at], der[at + 1], at + 2
    if length & 0x80:
        count = length & 0x7F
        length, start = int.from_bytes(der[start : start + count], "big"), start + count
    if start + length > len(der):
        raise ValueError("cut off")
    return tag, der[start : start + length], start + length
