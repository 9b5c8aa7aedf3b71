"""Terraform's first walk: ``plan`` validates a configuration with all variables unknown, before it takes their values.

What is in order with the values may be refused there: unknowns of no certain type are taken less kindly by some
functions and conversions. ``distinct([{ a = var.rules }, { a = [] }])`` has no common type while ``rules`` is ``any``.

Source: terraform internal/terraform/evaluate.go (walkValidate in GetInputVariable and GetModule),
node_resource_validate.go, node_module_variable.go. The variables of called modules are unknown too, whatever their
arguments are; resources and modules are not repeated. There is a verdict only where it is certain: what hangs on a
resource, of which Terraform's versions know more or less there, or takes too long counts as in order.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator

from drift.location import Location
from parsers.terraform.arguments import marks_of
from parsers.terraform.constraints import Constraint, constraint
from parsers.terraform.expand import nested_blocks
from parsers.terraform.expressions import Budget, Scope, evaluate
from parsers.terraform.limits import MAX_STEPS, SHARES
from parsers.terraform.modules import ModuleInstance
from parsers.terraform.nodes import Block, Expression
from parsers.terraform.schema import FIELDS
from parsers.terraform.types import plain
from parsers.terraform.values import (
    ANY,
    NUMBER,
    STRING,
    EvaluationError,
    RefusalError,
    Type,
    Unresolved,
    Value,
    marked,
    object_of,
    unknown,
)

_ARGUMENTS = ("bucket", "bucket_prefix", "expected_bucket_owner", "cors_rule")
"""What is read of a bucket or a CORS configuration."""

_OPEN = "it has no value yet while Terraform validates"
_COUNT = object_of({"index": unknown(_OPEN, NUMBER)})
_EACH = object_of({"key": unknown(_OPEN, STRING), "value": unknown(_OPEN, ANY)})
_REPEATED = (("count", "count", _COUNT), ("for_each", "each", _EACH))
"""What repeats a resource, and what stands for one of its instances."""


class _RefusedError(Exception):
    """An error in something that is referred to: ``try`` and ``can`` around the reference do not catch it."""

    def __init__(self, error: EvaluationError) -> None:
        super().__init__(str(error))
        self.error = error


class ValidateWalk:
    """The walk over the modules of one root, as far as declarations of buckets and rules reach."""

    def __init__(self) -> None:
        self._budget = Budget(MAX_STEPS // SHARES)
        self._names: dict[tuple[str, ...], _Unvalued] = {}
        self._found: dict[Hashable, EvaluationError | None] = {}

    def refusal(self, module: ModuleInstance, block: Block) -> EvaluationError | None:
        """What Terraform refuses in a resource, or in what it refers to; None where nothing certainly is."""
        key = (module.path, block.labels)
        if key not in self._found:
            self._found[key] = self._refusal(module, block)
        return self._found[key]

    def _refusal(self, module: ModuleInstance, block: Block) -> EvaluationError | None:
        outer = self.names(module).scope
        inner = outer.bind({word: value for name, word, value in _REPEATED if name in block.attributes})
        arguments = [block.attributes[name] for name in _ARGUMENTS if name in block.attributes]
        repeated = [block.attributes[name] for name, _, _ in _REPEATED if name in block.attributes]
        checked = [_error(each.expression, outer) for each in repeated]
        checked += [_error(each.expression, inner) for each in arguments]
        return next(filter(None, [*checked, *_errors_of_rules(block, inner)]), None)

    def names(self, module: ModuleInstance) -> _Unvalued:
        """What names mean in a module, whichever of its instances it is."""
        if module.path not in self._names:
            self._names[module.path] = _Unvalued(self, module, self._budget)
        return self._names[module.path]


def _error(expression: Expression, scope: Scope) -> EvaluationError | None:
    return _caught(lambda: evaluate(expression, scope))


def _caught(work: Callable[[], object]) -> EvaluationError | None:
    """The error that Terraform reports, if any; None where nothing can be said."""
    try:
        work()
    except EvaluationError as error:
        return error
    except _RefusedError as refused:
        return refused.error
    except (RefusalError, RecursionError):
        return None
    return None


def _errors_of_rules(block: Block, scope: Scope) -> Iterator[EvaluationError | None]:
    """The errors in the rules that are written as blocks; Terraform does not look into those of an unknown number."""
    found: list[tuple[Block, Scope]] = []

    def expanded() -> None:
        blocks = nested_blocks(block, "cors_rule", scope)
        found.extend([] if isinstance(blocks, Unresolved) else blocks)

    yield _caught(expanded)
    for rule, inner in found:
        for name, attribute in rule.attributes.items():
            if name in FIELDS:
                yield _error(attribute.expression, inner)


class _Unvalued:
    """The names of a module while its variables have no values. Implements ``expressions.Names``."""

    def __init__(self, walk: ValidateWalk, module: ModuleInstance, budget: Budget) -> None:
        self._walk = walk
        self._module = module
        self.scope = Scope(self, budget)
        self._known: dict[tuple[str, str], Value | Exception] = {}

    def resolve(self, words: tuple[str, ...], at: Location) -> tuple[Value, int]:
        """See ``expressions.Names``. Raises _RefusedError for an error in what is referred to."""
        if len(words) < 2 or self._module.module.broken:
            raise RefusalError(_OPEN)
        first, second = words[0], words[1]
        if first in ("path", "terraform", "tofu"):
            value, used = self._module.resolve(words, at)
            if value.unresolved is not None:
                raise RefusalError(value.unresolved.reason)
            return value, used
        work = {"var": self._variable, "local": self._local, "module": self._outputs}.get(first)
        if work is None:
            raise RefusalError(_OPEN)
        if first == "module":
            self._check_outputs(second, words[2:3])
        return self._once((first, second), lambda: work(second)), 2

    def call(self, name: str, args: list[Value], at: Location) -> Value:
        """See ``expressions.Names``."""
        return self._module.call(name, args, at)

    def _once(self, key: tuple[str, str], work: Callable[[], Value]) -> Value:
        """The value of ``work``, worked out once, its errors too; a value that needs itself is told of elsewhere."""
        if key not in self._known:
            self._known[key] = RefusalError(f"{'.'.join(key)} refers to itself")
            try:
                self._known[key] = work()
            except EvaluationError as error:
                self._known[key] = _RefusedError(error)
            except (RefusalError, _RefusedError) as error:
                self._known[key] = error
        found = self._known[key]
        if isinstance(found, Exception):
            raise found
        return found

    def _variable(self, name: str) -> Value:
        block = self._module.module.variables.get(name)
        if block is None:
            raise RefusalError(f'there is no variable "{name}"')
        wanted = constraint(block.expression("type"))
        self._check_argument(name, wanted)
        return marked(unknown(_OPEN, plain(wanted.type)), marks_of(block))

    def _check_argument(self, name: str, wanted: Constraint) -> None:
        """Evaluates what the caller gives, and whether that can be of the wanted type. Raises EvaluationError."""
        if self._module.caller is None:
            return
        caller, call, _ = self._module.caller
        attribute = call.attributes.get(name)
        if attribute is None:
            return
        scope = self._walk.names(caller).scope.bind({"count": _COUNT, "each": _EACH})
        try:
            value = evaluate(attribute.expression, scope)
        except RefusalError:
            return
        try:
            wanted.apply(value)
        except EvaluationError as error:
            message = f'the value of the variable "{name}" does not fit its type: {error.message}'
            raise EvaluationError(message, attribute.at) from error

    def _local(self, name: str) -> Value:
        attribute = self._module.module.locals.get(name)
        if attribute is None:
            raise RefusalError(f'there is no local value "{name}"')
        return evaluate(attribute.expression, self.scope)

    def _outputs(self, name: str) -> Value:
        """A called module: one object, or a list or map of them, with outputs of which nothing is known."""
        outputs = self._callee(name).module.outputs
        instance = Type("object", fields=tuple((each, ANY) for each in sorted(outputs)))
        block = self._module.module.calls[name]
        kinds = [kind for argument, kind in (("count", "list"), ("for_each", "map")) if argument in block.attributes]
        return unknown(_OPEN, Type(kinds[0], instance) if kinds else instance)

    def _callee(self, name: str) -> ModuleInstance:
        calls = self._module.module.calls
        found = next(filter(None, self._module.module_call(name).children), None) if name in calls else None
        if found is None or found.outlined is not None or found.module.broken:
            raise RefusalError(f"module.{name} is not read")
        return found

    def _check_outputs(self, name: str, named: tuple[str, ...]) -> None:
        """Evaluates the output that is referred to by name, if any.

        Raises RefusalError where one is declared to be of a type, which later versions of Terraform make use of here.
        """
        callee = self._callee(name)
        outputs = callee.module.outputs
        wanted = [outputs[each] for each in named or outputs if each in outputs]
        if any("type" in each.attributes for each in wanted):
            raise RefusalError(_OPEN)
        for output in named:
            expression = outputs[output].expression("value") if output in outputs else None
            if expression is not None:
                self._walk.names(callee).check_output(output, expression)

    def check_output(self, name: str, expression: Expression) -> None:
        """Evaluates an output of this module. Raises _RefusedError for an error in it."""
        try:
            self._once(("output", name), lambda: evaluate(expression, self.scope))
        except RefusalError:
            return
