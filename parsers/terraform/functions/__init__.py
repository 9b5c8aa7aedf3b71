"""The functions of the language."""

from __future__ import annotations

from importlib import import_module

from drift.location import Location
from parsers.terraform.functions.registry import FUNCTIONS
from parsers.terraform.values import STRING, EvaluationError, RefusalError, Value, unknown

_GROUPS = {
    "assumptions": """assumeequal assumelistlength assumelistlengthmax assumelistlengthmin assumemaplength
        assumemaplengthmax assumemaplengthmin assumenotnull assumesetlength assumesetlengthmax
        assumesetlengthmin assumestringprefix""",
    "collections": """coalesce coalescelist contains element index length one""",
    "conversions": """tobool tolist tomap tonumber toset tostring""",
    "csv_text": """csvdecode""",
    "encoding": """base64decode base64encode base64gunzip textdecodebase64 textencodebase64 urldecode urlencode""",
    "floating": """log pow""",
    "formatting": """format formatlist""",
    "hashes": """base64sha256 base64sha512 md5 rsadecrypt sha1 sha256 sha512 uuidv5""",
    "json_text": """jsondecode jsonencode""",
    "lists": """chunklist compact concat distinct flatten matchkeys reverse slice sort""",
    "maps": """keys lookup merge transpose values zipmap""",
    "networks": """cidrcontains cidrhost cidrnetmask cidrsubnet cidrsubnets""",
    "numeric": """abs alltrue anytrue ceil floor max min parseint range signum sum""",
    "paths": """abspath basename dirname pathexpand""",
    "patterns": """regex regexall replace""",
    "sensitivity": """ephemeralasnull issensitive nonsensitive sensitive""",
    "sets": """setintersection setproduct setsubtract setunion""",
    "strings": """chomp endswith indent join lower split startswith strcontains strrev substr title trim trimprefix
        trimspace trimsuffix upper""",
    "times": """formatdate timeadd timecmp""",
    "yaml_text": """yamldecode""",
    "yaml_writing": """yamlencode""",
}
"""The modules of this package and the functions in each: one is imported when one of its functions is first called."""

MODULE_OF = {name: module for module, names in _GROUPS.items() for name in names.split()}
"""Where each function is."""

_WHEN_RUN = "is only known when it is run"
UNKNOWABLE = {
    "timestamp": _WHEN_RUN,
    "plantimestamp": _WHEN_RUN,
    "uuid": _WHEN_RUN,
    "bcrypt": _WHEN_RUN,
    "base64gzip": "gives bytes that hang on how Terraform's own library packs them, and is not evaluated",
}
"""Functions whose results, all of them strings, cannot be told; and why."""

ELSEWHERE = frozenset({"convert"})
"""Functions of newer versions that are not covered."""


def call(name: str, args: list[Value], at: Location) -> Value:
    """The result of a function; an unknown that names it where it cannot be told. Raises EvaluationError."""
    plain = name.removeprefix("core::")
    if plain in UNKNOWABLE:
        return unknown(f"{name}() {UNKNOWABLE[plain]} ({at})", STRING, not_null=True)
    if plain in ELSEWHERE or name.startswith("provider::"):
        return unknown(f"{name}() is not evaluated by this program ({at})")
    if plain not in MODULE_OF:
        raise EvaluationError(f"there is no function named {name[:50]}", at)
    if plain not in FUNCTIONS:
        import_module(f"{__name__}.{MODULE_OF[plain]}")
    try:
        return FUNCTIONS[plain](args)
    except EvaluationError as error:
        if error.at is None:
            error.at = at
        raise
    except (ArithmeticError, ValueError) as error:
        raise RefusalError(f"{name}() of such arguments is not evaluated") from error
