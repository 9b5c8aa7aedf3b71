"""Functions of hashes and keys (terraform/internal/lang/funcs/crypto.go)."""

from __future__ import annotations

import base64
import hashlib
import re
import uuid

from parsers.terraform.functions.encoding import decoded_base64
from parsers.terraform.functions.registry import function
from parsers.terraform.functions.rsa import decrypted
from parsers.terraform.values import STRING, EvaluationError, Value, text

_NAMESPACES = {
    "dns": uuid.NAMESPACE_DNS,
    "url": uuid.NAMESPACE_URL,
    "oid": uuid.NAMESPACE_OID,
    "x500": uuid.NAMESPACE_X500,
}
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
    wanted = namespace.text
    within = _NAMESPACES.get(wanted)
    if within is None:
        plain = wanted.removeprefix("urn:uuid:")
        plain = plain[1:-1] if plain.startswith("{") and plain.endswith("}") else plain
        if _UUID.fullmatch(plain) is None:
            raise EvaluationError("uuidv5: this is no namespace")
        within = uuid.UUID(plain)
    return text(str(uuid.uuid5(within, name.text)))


@function("rsadecrypt", STRING, STRING, gives=STRING)
def rsadecrypt(ciphertext: Value, key: Value) -> Value:
    content = decrypted(decoded_base64(ciphertext.text, "rsadecrypt"), key.text)
    try:
        return text(content.decode())
    except UnicodeDecodeError:
        return text(content.decode(errors="replace"))
