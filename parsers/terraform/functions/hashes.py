"""Functions of hashes and keys (terraform/internal/lang/funcs/crypto.go)."""

from __future__ import annotations

import base64
import hashlib
import re

from parsers.terraform.functions.encoding import decoded_base64
from parsers.terraform.functions.registry import function
from parsers.terraform.functions.rsa import decrypted
from parsers.terraform.values import STRING, EvaluationError, Value, text

_NAMESPACES = {
    "dns": "6ba7b810-9dad-11d1-80b4-00c04fd430c8",
    "url": "6ba7b811-9dad-11d1-80b4-00c04fd430c8",
    "oid": "6ba7b812-9dad-11d1-80b4-00c04fd430c8",
    "x500": "6ba7b814-9dad-11d1-80b4-00c04fd430c8",
}
"""RFC 9562, section 6.6."""
_HEX = "[0-9A-Fa-f]"
_UUID = re.compile(rf"{_HEX}{{8}}-{_HEX}{{4}}-{_HEX}{{4}}-{_HEX}{{4}}-{_HEX}{{12}}|{_HEX}{{32}}")


def hashed(content: bytes, algorithm: str) -> bytes:
    """The digest of some bytes."""
    return hashlib.new(algorithm, content, usedforsecurity=False).digest()


def _enter(name: str, algorithm: str, *, in_base64: bool = False) -> None:
    def body(value: Value) -> Value:
        digest = hashed(value.text.encode(), algorithm)
        return text(base64.b64encode(digest).decode() if in_base64 else digest.hex())

    function(name, STRING, gives=STRING)(body)


for _name in ("md5", "sha1", "sha256", "sha512"):
    _enter(_name, _name)
_enter("base64sha256", "sha256", in_base64=True)
_enter("base64sha512", "sha512", in_base64=True)


@function("uuidv5", STRING, STRING, gives=STRING)
def uuidv5(namespace: Value, name: Value) -> Value:
    wanted = namespace.text.removeprefix("urn:uuid:")
    within = _NAMESPACES.get(namespace.text, wanted[1:-1] if wanted[:1] + wanted[-1:] == "{}" else wanted)
    if _UUID.fullmatch(within) is None:
        raise EvaluationError("uuidv5: this is no namespace")
    digest = hashed(bytes.fromhex(within.replace("-", "")) + name.text.encode(), "sha1")
    number = int.from_bytes(digest[:16], "big")
    number = number & ~(0xF << 76) & ~(0x3 << 62) | 5 << 76 | 2 << 62
    shown = f"{number:032x}"
    return text("-".join((shown[:8], shown[8:12], shown[12:16], shown[16:20], shown[20:])))


@function("rsadecrypt", STRING, STRING, gives=STRING)
def rsadecrypt(ciphertext: Value, key: Value) -> Value:
    content = decrypted(decoded_base64(ciphertext.text, "rsadecrypt"), key.text)
    try:
        return text(content.decode())
    except UnicodeDecodeError:
        return text(content.decode(errors="replace"))
