"""Module instances: what the names in a module mean, evaluated when they are asked for.

A module may be called many times with other arguments, so everything that hangs on them lives here, and what was
written lives in ``config``.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass

from drift.location import Diagnostic, Location, Severity
from parsers.terraform import files, functions
from parsers.terraform.calls import Run, Unreadable, called_module, provider_name
from parsers.terraform.config import Module
from parsers.terraform.expand import Expansion, Instance, any_instance, expand
from parsers.terraform.expressions import Scope, evaluate_or_unknown
from parsers.terraform.file_functions import FILE_FUNCTIONS, call_file_function
from parsers.terraform.limits import MAX_INSTANCES_IN_ALL, MAX_MODULES
from parsers.terraform.nodes import Block, Expression, ObjectNode
from parsers.terraform.references import data_attribute, resource_attribute
from parsers.terraform.values import (
    RESOURCE,
    EvaluationError,
    Lazy,
    RefusalError,
    Value,
    object_of,
    text,
    tuple_of,
    unknown,
)
from parsers.terraform.variables import variable


@dataclass(frozen=True, slots=True)
class Call:
    """A module call: its instances, each with the module it runs, or None where that cannot be read (``reason``)."""

    expansion: Expansion
    children: tuple[ModuleInstance | None, ...]
    reason: Unreadable | None = None


class ModuleInstance:
    """One module with its arguments. Implements ``expressions.Names``."""

    def __init__(
        self,
        run: Run,
        module: Module,
        given: Callable[[str], Value | None],
        *,
        prefix: str = "",
        path: tuple[str, ...] = (),
        caller: tuple[ModuleInstance, Block] | None = None,
    ) -> None:
        self.run = run
        self.module = module
        self.prefix = prefix
        self.scope = Scope(self, run.budget)
        self._given = given
        self._path = path
        self._caller = caller
        self._known: dict[Hashable, Value] = {}
        self._open: set[Hashable] = set()
        self._expansions: dict[Hashable, Expansion] = {}
        self._calls: dict[str, Call] = {}

    # What references mean

    def resolve(self, words: tuple[str, ...], at: Location) -> tuple[Value, int]:
        """See ``expressions.Names``."""
        first, second = words[0], words[1] if len(words) > 1 else ""
        if first == "data" and len(words) > 2:
            return self.objects("data", words[1], words[2], at), 3
        if len(words) < 2:
            return unknown(f'"{first}" means nothing here ({at})'), 1
        if first == "var":
            return self.variable(second, at), 2
        if first == "local":
            return self.local(second, at), 2
        if first == "module":
            return self.outputs(second, at), 2
        if first in ("path", "terraform", "tofu"):
            return self._setting(first, second, at), 2
        if first in ("each", "count", "self", "ephemeral", "provider"):
            return unknown(f"{first}.{second} is not known here ({at})"), 2
        return self.objects("resource", first, second, at), 2

    def call(self, name: str, args: list[Value], at: Location) -> Value:
        """See ``expressions.Names``."""
        if name in FILE_FUNCTIONS:
            return call_file_function(self.run.tree, self.run.root, self, name, args, at)
        return functions.call(name, args, at)

    def _once(self, key: Hashable, shown: str, at: Location, work: Callable[[], Value]) -> Value:
        """The value of ``work``, worked out once; a value that needs itself is reported and unknown."""
        if key in self._known:
            return self._known[key]
        if key in self._open:
            message = f"{self.prefix}{shown} refers to itself"
            self.run.tell(Diagnostic(Severity.ERROR, "reference-cycle", message, at, "break the circle of references"))
            return unknown(f"{message} ({at})")
        self._open.add(key)
        try:
            value = work()
        except EvaluationError as error:
            value = unknown(f"error in the configuration: {error}")
        except RefusalError as error:
            value = unknown(f"{error} ({at})")
        except RecursionError:
            value = unknown(f"{shown} is nested too deep ({at})")
        finally:
            self._open.discard(key)
        self._known[key] = value
        return value

    def variable(self, name: str, at: Location) -> Value:
        """``var.name``."""
        block = self.module.variables.get(name)
        if block is None:
            return self._undeclared("variable", f"var.{name}", at)

        def work() -> Value:
            given = self._given(name)
            return variable(self.module, name, {} if given is None else {name: given})

        return self._once(("var", name), f"var.{name}", block.at, work)

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
        return unknown(f"{self.prefix}{shown}: {why} ({at})", identity=("undeclared", self.prefix, shown))

    def _setting(self, first: str, second: str, at: Location) -> Value:
        if (first, second) == ("path", "module"):
            return text(files.relative(self.module.folder, self.run.root))
        if (first, second) == ("path", "root"):
            return text(".")
        if first != "path" and second == "workspace":
            given = self.run.inputs.workspace or self.run.inputs.environment.get("TF_WORKSPACE")
            if given:
                return text(given)
            return unknown(f"terraform.workspace is not known; give --workspace ({at})", identity=("workspace",))
        return unknown(f"{first}.{second} is not known before it is run ({at})", identity=(first, second))

    # Resources and data sources

    def expansion(self, kind: str, type_name: str, name: str, block: Block) -> Expansion:
        """The instances of a resource or data source."""
        key = (kind, type_name, name)
        if key not in self._expansions:
            # Until the instances are known, a reference of count to the resource itself finds it unknown.
            self._expansions[key] = Expansion((), f"{type_name}.{name} refers to itself", repeated=True)
            self._expansions[key] = self._counted(block)
        return self._expansions[key]

    def _counted(self, block: Block) -> Expansion:
        """The instances of a block, as long as the root has not too many in all."""
        reason = f"the configuration has more than {MAX_INSTANCES_IN_ALL:,} instances"
        if self.run.instances > MAX_INSTANCES_IN_ALL:
            return any_instance(self.scope, reason, keyed=block.expression("for_each") is not None)
        expansion = expand(block, self.scope)
        self.run.instances += len(expansion.instances)
        if self.run.instances > MAX_INSTANCES_IN_ALL:
            return any_instance(self.scope, reason, keyed=expansion.keyed)
        return expansion

    def objects(self, kind: str, type_name: str, name: str, at: Location) -> Value:
        """What a reference to a resource gives: an object, or a tuple or map of them."""
        declared = self.module.resources if kind == "resource" else self.module.data
        block = declared.get((type_name, name))
        shown = f"{'data.' if kind == 'data' else ''}{type_name}.{name}"
        if block is None:
            return self._undeclared(kind, shown, at)
        expansion = self.expansion(kind, type_name, name, block)
        return self._lazily(
            expansion, self.prefix + shown, lambda instance: self._resource(kind, type_name, name, block, instance)
        )

    def _lazily(self, expansion: Expansion, shown: str, make: Callable[[Instance], Value]) -> Value:
        if expansion.reason is not None:
            return unknown(
                f"how many of {shown} there are is not known: {expansion.reason}", identity=("instances", shown)
            )
        if not expansion.repeated:
            return make(expansion.instances[0]) if expansion.instances else Value(RESOURCE, None)
        if expansion.keyed:
            return object_of({str(each.name): make(each) for each in expansion.instances})
        return tuple_of(make(each) for each in expansion.instances)

    def _resource(self, kind: str, type_name: str, name: str, block: Block, instance: Instance) -> Value:
        address = f"{self.prefix}{'data.' if kind == 'data' else ''}{type_name}.{name}{instance.key}"
        read = data_attribute if kind == "data" else resource_attribute

        def attribute(wanted: str, at: Location | None) -> Value:
            return self._once(
                (address, wanted),
                f"{address.removeprefix(self.prefix)}.{wanted}",
                block.at,
                lambda: read(self, type_name, block, instance.scope, address, wanted),
            )

        return Value(RESOURCE, Lazy(address, attribute))

    # Module calls

    def module_call(self, name: str) -> Call:
        """The instances of a module call and the modules behind them."""
        if name not in self._calls:
            block = self.module.calls[name]
            self._calls[name] = Call(Expansion((), f"module.{name} refers to itself", repeated=True), ())
            self._calls[name] = self._make_call(name, block)
        return self._calls[name]

    def _make_call(self, name: str, block: Block) -> Call:
        expansion = self._counted(block)
        found = self._source(name, block)
        if isinstance(found, Unreadable):
            return Call(expansion, tuple(None for _ in expansion.instances), found)
        children: list[ModuleInstance | None] = []
        for instance in expansion.instances:
            self.run.modules += 1
            if self.run.modules > MAX_MODULES:
                many = Unreadable(f"there are more than {MAX_MODULES:,} modules", block.at)
                self.run.tell(Diagnostic(Severity.ERROR, "too-many-modules", many.message, block.at))
                return Call(expansion, tuple(None for _ in expansion.instances), many)
            children.append(self._child(found, name, block, instance))
        return Call(expansion, tuple(children))

    def _child(self, module: Module, name: str, block: Block, instance: Instance) -> ModuleInstance:
        def given(argument: str) -> Value | None:
            expression = block.expression(argument)
            return None if expression is None else evaluate_or_unknown(expression, instance.scope)

        return ModuleInstance(
            self.run,
            module,
            given,
            prefix=f"{self.prefix}module.{name}{instance.key}.",
            path=(*self._path, name),
            caller=(self, block),
        )

    def _source(self, name: str, block: Block) -> Module | Unreadable:
        """The module that is called, or why it cannot be read."""
        return called_module(self.run, self.module.folder, (*self._path, name), block, self._folders())

    def _folders(self) -> set[str]:
        above = set() if self._caller is None else self._caller[0]._folders()
        return above | {self.module.folder}

    def outputs(self, name: str, at: Location) -> Value:
        """What ``module.name`` gives."""
        if name not in self.module.calls:
            return self._undeclared("module call", f"module.{name}", at)
        call = self.module_call(name)
        children = dict(zip((each.key for each in call.expansion.instances), call.children, strict=False))

        def make(instance: Instance) -> Value:
            address = f"{self.prefix}module.{name}{instance.key}"
            child = children.get(instance.key)

            def attribute(wanted: str, at: Location | None) -> Value:
                if child is None:
                    return unknown(
                        str(call.reason or "the module cannot be read"), identity=("output", address, wanted)
                    )
                return child.output(wanted, address)

            return Value(RESOURCE, Lazy(address, attribute))

        return self._lazily(call.expansion, f"{self.prefix}module.{name}", make)

    def output(self, name: str, address: str) -> Value:
        """The value of one of this module's outputs."""
        block = self.module.outputs.get(name)
        expression = None if block is None else block.expression("value")
        if block is None or expression is None:
            return unknown(f'{address} has no output "{name}"', identity=("output", address, name))
        return self._once(
            ("output", name), f"output.{name}", block.at, lambda: evaluate_or_unknown(expression, self.scope)
        )

    # Providers

    def provider_region(self, expression: Expression | None) -> Value | None:
        """The region of the provider that a resource uses: its ``provider`` argument, or the default one."""
        return self._region(provider_name(expression) or "aws")

    def _region(self, name: str) -> Value | None:
        block = self.module.providers.get(name)
        if block is not None:
            region = block.expression("region")
            return None if region is None else evaluate_or_unknown(region, self.scope)
        if self._caller is None:
            return None
        parent, call = self._caller
        passed = call.expression("providers")
        if isinstance(passed, ObjectNode):
            for key, value in passed.items:
                if provider_name(key) == name:
                    return parent._region(provider_name(value) or "")
        return parent._region(name) if "." not in name else None
