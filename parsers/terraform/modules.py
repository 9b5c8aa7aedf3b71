"""Module instances: what the names in a module mean, evaluated when they are asked for.

A module may be called many times with other arguments, so everything that hangs on them lives here, and what was
written lives in ``config``.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import NamedTuple

from drift.location import Diagnostic, Location, Severity
from parsers.terraform import functions
from parsers.terraform.arguments import Argument, variable_value
from parsers.terraform.attributes import data_attribute, resource_attribute
from parsers.terraform.calls import Found, Outlined, Run, Unreadable, called_module, surplus_arguments
from parsers.terraform.config import Module
from parsers.terraform.expand import Expansion, Instance, all_instances, any_instance, expand
from parsers.terraform.expressions import Scope, evaluate_or_unknown
from parsers.terraform.faults import IN_ERROR
from parsers.terraform.file_functions import FILE_FUNCTIONS, call_file_function
from parsers.terraform.limits import MAX_INSTANCES_IN_ALL, MAX_MODULES
from parsers.terraform.nodes import Block
from parsers.terraform.outputs import module_value, output_value
from parsers.terraform.references import Object
from parsers.terraform.surroundings import surroundings
from parsers.terraform.values import (
    EPHEMERAL,
    RESOURCE,
    EvaluationError,
    Lazy,
    RefusalError,
    Value,
    marked,
    unknown,
)


class Call(NamedTuple):
    """A module call: its instances, each with the module it runs, or None where that cannot be read (``reason``)."""

    expansion: Expansion
    children: tuple[ModuleInstance | None, ...]
    reason: Unreadable | None = None


class ModuleInstance:
    """One module with its arguments. Implements ``expressions.Names`` and ``providers.Holder``.

    ``path`` are the names of the calls that lead to it. ``caller`` is the instance that calls it, the block of the call
    and what that is evaluated in. ``outlined`` says that the module, or one around it, is only known in outline.
    """

    def __init__(
        self,
        run: Run,
        module: Module,
        given: Callable[[str], Argument | None],
        *,
        prefix: str = "",
        path: tuple[str, ...] = (),
        caller: tuple[ModuleInstance, Block, Scope] | None = None,
        outlined: Outlined | None = None,
    ) -> None:
        self.run = run
        self.module = module
        self.prefix = prefix
        self.scope = Scope(self, run.budget)
        self.caller = caller
        self.outlined = outlined
        self._given = given
        self.path = path
        self._known: dict[Hashable, Value] = {}
        self._open: set[Hashable] = set()
        self._expansions: dict[Hashable, Expansion] = {}
        self._calls: dict[str, Call] = {}

    # What references mean

    def resolve(self, words: tuple[str, ...], at: Location) -> tuple[Value, int]:
        """See ``expressions.Names``."""
        first, second = words[0], words[1] if len(words) > 1 else ""
        if first in ("data", "resource") and len(words) > 2:
            return self.objects(first, words[1], words[2], at), 3
        if len(words) < 2:
            return unknown(f'"{first}" means nothing here ({at})'), 1
        if first == "var":
            return self.variable(second, at), 2
        if first == "local":
            return self.local(second, at), 2
        if first == "module":
            return self.outputs(second, at), 2
        if first in ("path", "terraform", "tofu"):
            return surroundings(first, second, self.module.folder, self.run.root, self.run.workspace, at), 2
        if first in ("each", "count", "self", "ephemeral", "provider"):
            value = unknown(f"{first}.{second} is not known here ({at})")
            return marked(value, [EPHEMERAL] if first == "ephemeral" else ()), 2
        return self.objects("resource", first, second, at), 2

    def call(self, name: str, args: list[Value], at: Location) -> Value:
        """See ``expressions.Names``."""
        if name in FILE_FUNCTIONS:
            return call_file_function(self.run.tree, self.run.root, self, name, args, at, self.run.budget)
        return functions.call(name, args, at)

    def _once(self, key: Hashable, shown: str, at: Location, work: Callable[[], Value]) -> Value:
        """The value of ``work``, worked out once; a value that needs itself is reported and unknown."""
        if key in self._known:
            return self._known[key]
        if key in self._open:
            return unknown(self._circle(shown, at))
        self._open.add(key)
        try:
            value = work()
        except EvaluationError as error:
            value = unknown(f"{IN_ERROR}{error}")
        except RefusalError as error:
            value = unknown(f"{error} ({at})")
        except RecursionError:
            value = unknown(f"{shown} is nested too deep ({at})")
        finally:
            self._open.discard(key)
        self._known[key] = value
        return value

    def _circle(self, shown: str, at: Location) -> str:
        """Tells of a circle of references, at the place where it was entered; the reason for what hangs on it."""
        message = f"{self.prefix}{shown} refers to itself"
        if not self.run.told("reference-cycle", at):
            self.run.tell(Diagnostic(Severity.ERROR, "reference-cycle", message, at, "break the circle of references"))
        return f"{message} ({at})"

    def variable(self, name: str, at: Location) -> Value:
        """``var.name``."""
        block = self.module.variables.get(name)
        if block is None:
            return self._undeclared("variable", f"var.{name}", at)

        def work() -> Value:
            call = None if self.caller is None else (self.prefix.removesuffix("."), self.caller[1].at)
            value = variable_value(name, block, self._given(name), call, self._tell_of_module)
            self.run.budget.charge(value)
            return value

        return self._once(("var", name), f"var.{name}", block.at, work)

    def _tell_of_module(self, fault: Diagnostic) -> None:
        if not self.module.broken and self.outlined is None:  # what is not read may override what is at fault
            self.run.tell(fault)

    def local(self, name: str, at: Location) -> Value:
        """``local.name``."""
        attribute = self.module.locals.get(name)
        if attribute is None:
            return self._undeclared("local value", f"local.{name}", at)
        return self._once(
            ("local", name),
            f"local.{name}",
            attribute.at,
            lambda: evaluate_or_unknown(attribute.expression, self.scope),
        )

    def _undeclared(self, kind: str, shown: str, at: Location) -> Value:
        why = "a file of this module cannot be read" if self.module.broken else f"no {kind} of that name is declared"
        refused = "" if self.module.broken else IN_ERROR
        return unknown(f"{refused}{self.prefix}{shown}: {why} ({at})", identity=("undeclared", self.prefix, shown))

    # Resources and data sources

    def expansion(self, kind: str, type_name: str, name: str, block: Block) -> Expansion:
        """The instances of a resource or data source."""
        shown = f"{'data.' if kind == 'data' else ''}{type_name}.{name}"
        return self._expanded((kind, type_name, name), shown, block)

    def _expanded(self, key: Hashable, shown: str, block: Block) -> Expansion:
        if key in self._expansions:
            return self._expansions[key]
        if key in self._open:
            keyed = block.expression("for_each") is not None
            return any_instance(self.scope, self._circle(shown, block.at), keyed=keyed)
        self._open.add(key)
        try:
            self._expansions[key] = self._counted(shown, block)
        finally:
            self._open.discard(key)
        return self._expansions[key]

    def _counted(self, shown: str, block: Block) -> Expansion:
        """The instances of a block, as long as the root has not too many in all."""
        if self.run.instances > MAX_INSTANCES_IN_ALL:
            return self._too_many(block)
        expansion = expand(block, self.scope)
        if expansion.fault is not None:
            place = next(
                (block.attributes[name].at for name in ("count", "for_each") if name in block.attributes), None
            )
            message = f"{self.prefix}{shown}: {expansion.fault}"
            help_ = "until this is put right it is not known which instances there are"
            self._tell_of_module(Diagnostic(Severity.ERROR, "unusable-repetition", message, place or block.at, help_))
        self.run.instances += len(expansion.instances)
        return self._too_many(block) if self.run.instances > MAX_INSTANCES_IN_ALL else expansion

    def _too_many(self, block: Block) -> Expansion:
        """What stands for the instances of a block for which there is no more room."""
        reason = f"the configuration has more than {MAX_INSTANCES_IN_ALL:,} instances"
        if not self.run.told("too-many-instances"):
            self.run.tell(Diagnostic(Severity.ERROR, "too-many-instances", reason, block.at, "give a plan"))
        keyed = block.expression("for_each") is not None
        found = any_instance(self.scope, reason, keyed=keyed)
        return found._replace(repeated=keyed or block.expression("count") is not None)

    def objects(self, kind: str, type_name: str, name: str, at: Location) -> Value:
        """What a reference to a resource gives: an object, or a tuple or map of them."""
        declared = self.module.resources if kind == "resource" else self.module.data
        block = declared.get((type_name, name))
        shown = f"{'data.' if kind == 'data' else ''}{type_name}.{name}"
        if block is None:
            return self._undeclared(kind, shown, at)
        read = data_attribute if kind == "data" else resource_attribute

        def make(instance: Instance) -> Value:
            address = f"{self.prefix}{shown}{instance.key}"
            it = Object(self, type_name, block, instance.scope, address)

            def attribute(wanted: str, at: Location | None) -> Value:
                label = f"{shown}{instance.key}.{wanted}"
                return self._once((address, wanted), label, block.at, lambda: read(it, wanted))

            return Value(RESOURCE, Lazy(address, attribute))

        return all_instances(self.expansion(kind, type_name, name, block), self.prefix + shown, make)

    # Module calls

    def module_call(self, name: str) -> Call:
        """The instances of a module call and the modules behind them."""
        if name not in self._calls:
            made = self._make_call(name, self.module.calls[name])
            if ("module", name) in self._open:
                return made
            self._calls[name] = made
        return self._calls[name]

    def _make_call(self, name: str, block: Block) -> Call:
        expansion = self._expanded(("module", name), f"module.{name}", block)
        quiet = self.outlined is not None
        path = (*self.path, name)
        found = called_module(self.run, self.module.folder, path, block, self._folders(), self.scope, quiet=quiet)
        if isinstance(found, Unreadable):
            return Call(expansion, tuple(None for _ in expansion.instances), found)
        if found.outlined is None:
            for fault in surplus_arguments(name, block, found.module):
                self.run.tell(fault)
        children: list[ModuleInstance | None] = []
        for instance in expansion.instances:
            self.run.modules += 1
            if self.run.modules > MAX_MODULES:
                many = Unreadable(f"there are more than {MAX_MODULES:,} modules", block.at)
                if not self.run.told("too-many-modules"):
                    self.run.tell(Diagnostic(Severity.ERROR, "too-many-modules", many.message, block.at, "give a plan"))
                return Call(expansion, tuple(None for _ in expansion.instances), many)
            children.append(self._child(found, name, block, instance))
        return Call(expansion, tuple(children))

    def _child(self, found: Found, name: str, block: Block, instance: Instance) -> ModuleInstance:
        def given(argument: str) -> Argument | None:
            attribute = block.attributes.get(argument)
            if attribute is None:
                return None
            value = evaluate_or_unknown(attribute.expression, instance.scope)
            return Argument(value, f"module.{name}", attribute.at)

        return ModuleInstance(
            self.run,
            found.module,
            given,
            prefix=f"{self.prefix}module.{name}{instance.key}.",
            path=(*self.path, name),
            caller=(self, block, instance.scope),
            outlined=self.outlined or found.outlined,
        )

    def _folders(self) -> set[str]:
        above = set() if self.caller is None else self.caller[0]._folders()
        return above | {self.module.folder}

    def outputs(self, name: str, at: Location) -> Value:
        """What ``module.name`` gives."""
        if name not in self.module.calls:
            return self._undeclared("module call", f"module.{name}", at)
        call = self.module_call(name)
        children = dict(zip((each.key for each in call.expansion.instances), call.children, strict=False))

        def make(instance: Instance) -> Value:
            address = f"{self.prefix}module.{name}{instance.key}"
            return module_value(address, children.get(instance.key), call.reason)

        return all_instances(call.expansion, f"{self.prefix}module.{name}", make)

    def output(self, name: str) -> Value:
        """The value of one of this module's outputs."""
        block = self.module.outputs[name]
        return self._once(("output", name), f"output.{name}", block.at, lambda: output_value(block, self.scope))
