"""From the files that are to be read to the stacks that they make: roots, and the stacks nested in them."""

from __future__ import annotations

import difflib
import posixpath
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace

from drift.cors.model import Unknown
from drift.errors import InputError
from drift.interfaces import Inputs, Tree
from drift.location import Diagnostic, Severity
from drift.snapshot import Bucket, Snapshot
from parsers.cloudformation.amplify import INPUTS, deployed_by_amplify, not_generated
from parsers.cloudformation.buckets import declared_buckets
from parsers.cloudformation.cdk import Assemblies, deployed_as, with_assemblies
from parsers.cloudformation.conditions import Undecided
from parsers.cloudformation.declaration import SOURCE, bucket_not_known
from parsers.cloudformation.given import given_values
from parsers.cloudformation.intrinsics import Scope
from parsers.cloudformation.nested import Library, Position, nested_in
from parsers.cloudformation.nested_cases import Child, perhaps_created
from parsers.cloudformation.parameters import Given
from parsers.cloudformation.sam import configured
from parsers.cloudformation.serverless import Service, looks_like_service, packaged_as, read_service
from parsers.cloudformation.surroundings import Surroundings
from parsers.cloudformation.template import Template


def read_stacks(tree: Tree, units: Sequence[str], inputs: Inputs) -> Snapshot:
    """Every bucket of the stacks that the templates make; what is broken is one error with its place."""
    given, diagnostics = given_values(inputs)
    library, assemblies = Library(tree, given), Assemblies(tree)
    paths, remarks = with_assemblies(units, assemblies)
    services = _services(library, paths, inputs)
    loaded = {path for service in services.values() for path in service.loaded}
    paths = [path for path in paths if path not in loaded]
    library.units = tuple(paths)
    stacks = _Stacks(library, frozenset(paths))
    for path in [path for path in paths if posixpath.basename(path) == INPUTS]:
        paths.remove(path)
        resource, reason, location = not_generated(path)
        stacks.buckets.append(bucket_not_known(Unknown(reason), resource, reason, location, inputs))
    roots = [
        (template, around)
        for template in _roots(library, paths)
        for around in _around(template, assemblies, services, given)
    ]
    for template, around in roots:
        own = around.inputs(inputs, alone=len(roots) == 1)
        stacks.diagnostics.update(dict.fromkeys(around.told(inputs)))
        stacks.read(Scope(template, around.given(given), own, Position(library)), own)
        if template.path in services:
            stacks.hide(services[template.path], own)
    diagnostics.extend((*assemblies.faults, *library.faults, *remarks, *stacks.diagnostics))
    if not library.faults:
        names = {name for service in services.values() for name in service.names}
        diagnostics.extend(_undeclared(inputs, library, names))
    return Snapshot(SOURCE, tuple(stacks.buckets), tuple(diagnostics))


def _services(library: Library, paths: Sequence[str], inputs: Inputs) -> dict[str, Service]:
    """The services of the Serverless Framework among the files, each with its template in the library."""
    found: dict[str, Service] = {}
    for path in paths:
        try:
            if looks_like_service(library.tree.read(path), path):
                service = read_service(library.tree, path, library.given, inputs)
                if service is not None:
                    found[path] = service
                    library.templates[path] = service.template
        except InputError as error:
            library.fail(path, error)
    return found


def _around(
    template: Template, assemblies: Assemblies, services: Mapping[str, Service], given: Given
) -> list[Surroundings]:
    """How a root is deployed, by what stands beside it; an assembly may deploy it as several stacks."""
    if template.path in services:
        return [services[template.path].surroundings]
    tree, path = assemblies.tree, template.path
    beside = deployed_as(path, assemblies)
    if beside:
        return beside
    settings = configured(tree, path) or packaged_as(tree, path) or deployed_by_amplify(tree, path, given)
    return [settings or Surroundings()]


def _roots(library: Library, units: Sequence[str]) -> list[Template]:
    """The templates that no other one deploys. Of those that only deploy one another in a circle, the first."""
    templates = [template for path in units if (template := library.template(path)) is not None]
    below = {template.path: _below(library, template) for template in templates}
    children = {child for path, reached in below.items() for child in reached if child != path}
    roots = [template for template in templates if template.path not in children]
    reached = {path for root in roots for path in (root.path, *below[root.path])}
    for template in templates:
        if template.path not in reached:
            roots.append(template)
            reached |= {template.path, *below[template.path]}
    return roots


def _below(library: Library, root: Template) -> set[str]:
    """The paths of all templates that one deploys, through others too."""
    found: set[str] = set()
    waiting = [root]
    while waiting:
        template = waiting.pop()
        for _, resource in nested_in(template):
            path = library.child_path(template, resource)
            if path is None or path in found or not library.holds(path):
                continue
            found.add(path)
            child = library.template(path) if library.matters(path) else None
            if child is not None:
                waiting.append(child)
    return found


def _placed(bucket: Bucket, logical_id: str, stack: str | None) -> Bucket:
    """A bucket of a nested stack as the one around it has it; ``stack`` is the name of the root."""
    address, stack = f"{logical_id}/{bucket.address or ''}", bucket.stack or stack
    alternatives = tuple(
        each if each.bucket is None else replace(each, bucket=_placed(each.bucket, logical_id, stack))
        for each in bucket.alternatives
    )
    return replace(bucket, address=address, stack=stack, alternatives=alternatives)


class _Stacks:
    """Reads stacks with those nested in them."""

    def __init__(self, library: Library, units: Collection[str]) -> None:
        self._library = library
        self._units = units
        self.buckets: list[Bucket] = []
        self.diagnostics: dict[Diagnostic, None] = {}

    def read(self, scope: Scope, inputs: Inputs) -> None:
        """A root and the stacks nested in it."""
        self.buckets.extend(self._buckets(scope, inputs, inputs.stack_name))

    def _buckets(self, scope: Scope, inputs: Inputs, root: str | None) -> Iterator[Bucket]:
        """Those of one stack and, after them, those of its nested ones; ``root`` is the name of the outermost."""
        children = dict(self._children(scope))
        found = declared_buckets(scope, inputs, self._library.tree, self._units, frozenset(children))
        self.diagnostics.update(dict.fromkeys(found.diagnostics))
        yield from found.buckets
        uncertain: list[Child] = []
        for logical_id, (child, truth) in children.items():
            resource = scope.template.resource(logical_id)
            if child is None or resource is None:
                continue
            inner = self._buckets(child, replace(inputs, stack_name=None), root)
            buckets = [_placed(bucket, logical_id, root) for bucket in inner]
            if isinstance(truth, Undecided):
                uncertain.append(Child(logical_id, resource, truth, buckets))
            else:
                yield from buckets
        yield from perhaps_created(scope, uncertain)

    def hide(self, service: Service, inputs: Inputs) -> None:
        """Note what of a service cannot be read: a bucket that is not known where something speaks for one."""
        for each in service.hidden:
            if each.likely:
                found = bucket_not_known(Unknown(each.reason), each.key, each.reason, each.location, inputs)
                self.buckets.append(found)
            else:
                self.diagnostics[each.remark()] = None

    def _children(self, scope: Scope) -> Iterator[tuple[str, tuple[Scope | None, bool | Undecided]]]:
        """The nested stacks that hide nothing: each as it is evaluated, or None where its template has no buckets."""
        for key, resource in nested_in(scope.template):
            truth = scope.stacks.truth(resource)
            path = self._library.child_path(scope.template, resource)
            if truth is False or path is None or not self._library.holds(path):
                continue
            if not self._library.matters(path):
                yield key.text, (None, truth)
                continue
            child = scope.stacks.child(key.text)
            if isinstance(child, Scope):
                yield key.text, (child, truth)
            elif path in self._library.broken:
                yield key.text, (None, truth)  # told already


def _undeclared(inputs: Inputs, library: Library, others: Collection[str]) -> list[Diagnostic]:
    declared = set(others) | {
        name
        for template in library.templates.values()
        if template is not None and template.parameters is not None
        for name in template.parameters.names
    }
    faults: list[Diagnostic] = []
    given = [(name, "", Severity.ERROR) for name, _ in inputs.parameters]
    sources = library.given.sources
    strange = bool(declared) and not declared & set(sources)  # a file may serve several templates, and not none
    for name, source in sources.items():
        near = difflib.get_close_matches(name, sorted(declared - set(sources)), n=1)
        if strange or near:
            given.append((name, f" ({source})", Severity.WARNING))
    told: set[str] = set()
    for name, source, severity in given:
        if name not in declared and name not in told:
            told.add(name)
            near = difflib.get_close_matches(name, sorted(declared), n=1)
            known = ", ".join(sorted(declared)[:10]) or "no parameters at all"
            faults.append(
                Diagnostic(
                    severity,
                    "undeclared-parameter",
                    f"no template declares a parameter {name}{source}",
                    None,
                    f"did you mean {near[0]}?" if near else f"declared: {known}",
                )
            )
    return faults
