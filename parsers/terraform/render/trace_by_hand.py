"""What somebody is told who has to change a value by hand: where it is written or comes in, why, and what is wanted."""

from __future__ import annotations

from collections.abc import Mapping

from drift.edits import ByHand
from parsers.terraform.render.trace_found import Place
from parsers.terraform.render.trace_needs import Need
from parsers.terraform.render.trace_shapes import ARGUMENTS
from parsers.terraform.render.trace_sites import RULE, Site
from parsers.terraform.render.trace_switches import call_of, given_lists, may_be_empty, switches
from parsers.terraform.render.wording import laid_out, literal
from parsers.terraform.render.written import Plain
from parsers.terraform.schema import CONFIGURATION

_NO_SWITCH = "Terraform refuses a configuration without rules, and no argument of this call takes out that alone"


def by_hand(site: Site, need: Need, *, whole: bool) -> ByHand:
    """What is told of one need where no edit does it; with ``whole`` all rules go, or come to where there were none."""
    at_call = _at_call(site, need, whole=whole)
    if at_call is not None:
        return at_call
    stop = need.stop()
    own = need.at if site.texts.has(need.at.path) else site.at
    if stop is not None:
        at = stop.at if site.texts.has(stop.at.path) else site.at
        why = f"{need.says}: {stop.why}"
    elif need.ways:
        at, why = own, f"{need.says}: {_not_alone(site)}"
    else:
        elsewhere = _out_of_reach(site, need)
        why = f"{need.says}: {elsewhere or 'no one place decides it'}"
        at = own
    return ByHand(at, why, wanted_text(need))


def _at_call(site: Site, need: Need, *, whole: bool) -> ByHand | None:
    """That the call of a module is where it is decided whether there are rules, and which, with its arguments."""
    call = call_of(site) if need.name == RULE else None
    lists = [] if call is None or need.start is None else given_lists(site)
    turned = [] if call is None or not whole else [each for each in switches(site) if each.value is bool(need.wanted)]
    if call is None or not (turned or (lists and need.stop() is None)):
        return None
    why = f"{need.says}: the arguments of this call decide it"
    if not whole:
        return ByHand(call.at, f"{why} ({', '.join(lists)})", wanted_text(need))
    wanted = [f"{each.name} = {literal(each.value)}" for each in turned]
    if lists and need.wanted is not None and isinstance(need.wanted, tuple):
        wanted.append(f"{lists[0]} = {laid_out(need.shaped or need.wanted, '')}")
    if not wanted and not may_be_empty(site, lists):
        return ByHand(call.at, f"{need.says}: {_NO_SWITCH}", f"no {CONFIGURATION} for this call")
    return ByHand(call.at, why, "\n".join(wanted or [f"{lists[0]} = []"]))


def _not_alone(site: Site) -> str:
    """Why no edit holds where there are some."""
    if not site.others:
        return "where it is written something else is made of it too, or it cannot be said there"
    more = " and more" if len(site.others) > 2 else ""
    return f"it is written once for this and for {', '.join(site.others[:2])}{more}"


def _out_of_reach(site: Site, need: Need) -> str | None:
    """That the value is written in a module of others, of which there is a copy or an outline."""
    module = site.frame.module
    outlined = None if module is None else module.outlined
    if outlined is not None:
        return f"the module decides it, and is not here to be changed: {outlined.why.message}"
    places = [] if need.start is None else [each for each in need.found() if isinstance(each, Place)]
    found = [each.expression.at for each in places if each.expression is not None]
    outside = [at for at in (*found, site.block.at) if not site.texts.has(at.path)]
    return f"it is written in a copy of a module ({outside[0]}), which the next init replaces" if outside else None


def wanted_text(need: Need) -> str:
    """The wanted value in HCL; a rule as a block."""
    wanted = need.wanted
    if isinstance(wanted, tuple) and wanted and isinstance(wanted[0], Mapping):
        return "\n".join(_block(need.name, each) for each in wanted if isinstance(each, Mapping))
    if wanted is None and need.name not in ARGUMENTS:
        return ""
    return f"{need.name} = {_shown(wanted)}"


def _shown(value: Plain) -> str:
    """A literal, with dots for what is not known and stays."""
    if isinstance(value, tuple):
        return f"[{', '.join(literal(each) if isinstance(each, str) else '...' for each in value)}]"
    return literal(value)


def _block(name: str, fields: Mapping[str, Plain]) -> str:
    width = max(map(len, fields), default=0)
    lines = [f"  {key.ljust(width)} = {literal(value)}" for key, value in fields.items()]
    return "\n".join((f"{name} {{", *lines, "}"))
