"""Lets the real ``terraform`` binary plan a case folder, with a provider that lives in this process.

Terraform is told by ``TF_REATTACH_PROVIDERS`` to use providers that already run, so nothing is downloaded and no
account is needed. The provider knows the two S3 resource types as the AWS provider declares them, and a few more whose
attributes are only known after apply. Needs the packages ``tf``, ``grpcio`` and ``msgpack`` and a ``terraform`` binary.

Sources: docs/plugin-protocol/tfplugin6.proto of hashicorp/terraform; hashicorp/go-plugin for the handshake that
``TF_REATTACH_PROVIDERS`` replaces; terraform-provider-aws, internal/service/s3, for the schemas.
"""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from concurrent import futures
from importlib import import_module
from pathlib import Path
from typing import Any

UNKNOWN = "(known after apply)"
"""Stands in the rows for what the plan does not know."""

_MARK = "\u27e6unknown\u27e7"
_TEXT, _NUMBER = '"string"', '"number"'
_TEXTS, _TEXT_SET = '["list","string"]', '["set","string"]'
_INLINE_RULE = {
    "allowed_headers": ["list", "string"],
    "allowed_methods": ["list", "string"],
    "allowed_origins": ["list", "string"],
    "expose_headers": ["list", "string"],
    "max_age_seconds": "number",
}
_Attributes = Mapping[str, tuple[str, str]]
RESOURCES: Mapping[str, _Attributes] = {
    "aws_s3_bucket": {
        "bucket": (_TEXT, "oc"),
        "bucket_prefix": (_TEXT, "oc"),
        "id": (_TEXT, "c"),
        "arn": (_TEXT, "c"),
        "tags": ('["map","string"]', "o"),
        "cors_rule": (json.dumps(["list", ["object", _INLINE_RULE]]), "oc"),
    },
    "aws_s3_bucket_cors_configuration": {
        "bucket": (_TEXT, "r"),
        "expected_bucket_owner": (_TEXT, "o"),
        "region": (_TEXT, "oc"),
        "id": (_TEXT, "c"),
    },
    "random_id": {
        "byte_length": (_NUMBER, "r"),
        "hex": (_TEXT, "c"),
        "dec": (_TEXT, "c"),
        "keepers": ('["map","string"]', "o"),
    },
    "random_pet": {"id": (_TEXT, "c"), "prefix": (_TEXT, "o"), "length": (_NUMBER, "o")},
    "aws_cloudfront_distribution": {
        "id": (_TEXT, "c"),
        "comment": (_TEXT, "o"),
        "aliases": (_TEXT_SET, "o"),
        "domain_name": (_TEXT, "c"),
    },
}
"""Attributes by resource type: the type as JSON, and whether it is required, optional or computed."""

DATA: Mapping[str, _Attributes] = {
    "aws_caller_identity": {"id": (_TEXT, "c"), "account_id": (_TEXT, "c")},
    "aws_region": {"id": (_TEXT, "c"), "name": (_TEXT, "oc")},
    "aws_partition": {"id": (_TEXT, "c"), "partition": (_TEXT, "c")},
    "aws_s3_bucket": {"id": (_TEXT, "c"), "bucket": (_TEXT, "r")},
}
_RULE: _Attributes = {
    "allowed_headers": (_TEXT_SET, "o"),
    "allowed_methods": (_TEXT_SET, "r"),
    "allowed_origins": (_TEXT_SET, "r"),
    "expose_headers": (_TEXT_SET, "o"),
    "id": (_TEXT, "o"),
    "max_age_seconds": (_NUMBER, "o"),
}
_PROVIDER: _Attributes = {"region": (_TEXT, "o"), "profile": (_TEXT, "o")}


def missing() -> str | None:
    """Why no plan can be made here, or None."""
    if shutil.which("terraform") is None:
        return "there is no terraform binary"
    absent = [name for name in ("tf", "grpc", "msgpack") if importlib.util.find_spec(name) is None]
    return f"not installed: {', '.join(absent)}" if absent else None


def plan(
    case: Path, work: Path, options: Sequence[str] = (), environment: Mapping[str, str] | None = None
) -> list[dict[str, Any]]:
    """The S3 resources of the plan: ``address``, ``type``, and ``bucket`` and ``cors_rule`` with ``UNKNOWN`` inside."""
    grpc, rpc = import_module("grpc"), import_module("tf.gen.tfplugin_pb2_grpc")
    copy = work / "module"
    shutil.copytree(case, copy, ignore=shutil.ignore_patterns("want.json"))
    (work / "rc").write_text("")
    server = grpc.server(futures.ThreadPoolExecutor(max_workers=4))
    rpc.add_ProviderServicer_to_server(_provider(rpc), server)
    _add_plugin_services(server)
    server.add_insecure_port(f"unix://{work / 's'}")
    server.start()
    address = {"Network": "unix", "String": str(work / "s")}
    attach = {"Protocol": "grpc", "ProtocolVersion": 6, "Pid": os.getpid(), "Test": True, "Addr": address}
    variables = {
        **os.environ,
        **(environment or {}),
        "CHECKPOINT_DISABLE": "1",
        "TF_CLI_CONFIG_FILE": str(work / "rc"),
        "TF_REATTACH_PROVIDERS": json.dumps(
            {f"registry.terraform.io/hashicorp/{name}": attach for name in ("aws", "random")}
        ),
    }

    def terraform(*arguments: str) -> str:
        done = subprocess.run(
            ["terraform", *arguments], cwd=copy, env=variables, capture_output=True, text=True, timeout=60, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    try:
        terraform("init", "-input=false", "-no-color")
        terraform("plan", "-refresh=false", "-input=false", "-no-color", "-lock=false", "-out=saved", *options)
        return _rows(json.loads(terraform("show", "-json", "saved")))
    finally:
        server.stop(0)


def _rows(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    rows = []
    for change in document.get("resource_changes", ()):
        if change["mode"] == "managed" and change["type"].startswith("aws_s3_bucket"):
            after = _with_unknowns(change["change"]["after"], change["change"]["after_unknown"])
            rows.append(
                {
                    "address": change["address"],
                    "type": change["type"],
                    "bucket": after.get("bucket"),
                    "cors_rule": after.get("cors_rule"),
                }
            )
    return rows


def _with_unknowns(value: Any, unknown: Any) -> Any:
    if unknown is True:
        return UNKNOWN
    if isinstance(value, dict):
        flags = unknown if isinstance(unknown, dict) else {}
        keys = [*value, *(key for key in flags if key not in value)]
        return {key: _with_unknowns(value.get(key), flags.get(key)) for key in keys}
    if isinstance(value, list):
        marks = unknown if isinstance(unknown, list) else []
        return [_with_unknowns(each, marks[at] if at < len(marks) else None) for at, each in enumerate(value)]
    return UNKNOWN if isinstance(value, str) and _MARK in value else value


def _provider(rpc: Any) -> Any:
    msgpack, pb = import_module("msgpack"), import_module("tf.gen.tfplugin_pb2")
    unknown = msgpack.ExtType(0, b"\x00")

    def block(attributes: _Attributes, nested: Sequence[Any] = ()) -> Any:
        listed = [
            pb.Schema.Attribute(
                name=name, type=kind.encode(), required="r" in flags, optional="o" in flags, computed="c" in flags
            )
            for name, (kind, flags) in attributes.items()
        ]
        return pb.Schema.Block(version=0, attributes=listed, block_types=nested)

    def schema(name: str, attributes: _Attributes) -> Any:
        rules = pb.Schema.NestedBlock(type_name="cors_rule", block=block(_RULE), nesting=pb.Schema.NestedBlock.SET)
        rules.min_items, rules.max_items = 1, 100
        nested = [rules] if name == "aws_s3_bucket_cors_configuration" else []
        return pb.Schema(version=0, block=block(attributes, nested))

    def unpacked(value: Any) -> Any:
        return (
            msgpack.unpackb(value.msgpack, raw=False, strict_map_key=False, ext_hook=msgpack.ExtType)
            if value.msgpack
            else None
        )

    def packed(value: Any) -> Any:
        return pb.DynamicValue(msgpack=msgpack.packb(value))

    class Provider(rpc.ProviderServicer):  # type: ignore[misc]
        def GetProviderSchema(self, request: Any, context: Any) -> Any:  # noqa: N802
            return pb.GetProviderSchema.Response(
                provider=pb.Schema(version=0, block=block(_PROVIDER)),
                resource_schemas={name: schema(name, attributes) for name, attributes in RESOURCES.items()},
                data_source_schemas={name: schema("", attributes) for name, attributes in DATA.items()},
            )

        def ValidateProviderConfig(self, request: Any, context: Any) -> Any:  # noqa: N802
            return pb.ValidateProviderConfig.Response()

        def ValidateResourceConfig(self, request: Any, context: Any) -> Any:  # noqa: N802
            return pb.ValidateResourceConfig.Response()

        def ValidateDataResourceConfig(self, request: Any, context: Any) -> Any:  # noqa: N802
            return pb.ValidateDataResourceConfig.Response()

        def ConfigureProvider(self, request: Any, context: Any) -> Any:  # noqa: N802
            return pb.ConfigureProvider.Response()

        def PlanResourceChange(self, request: Any, context: Any) -> Any:  # noqa: N802
            proposed, config = unpacked(request.proposed_new_state), unpacked(request.config) or {}
            for name, (_, flags) in RESOURCES[request.type_name].items():
                if proposed is not None and "c" in flags and config.get(name) is None:
                    proposed[name] = unknown
            if proposed is not None and isinstance(config.get("bucket"), str):
                proposed["id"] = config["bucket"]
            return pb.PlanResourceChange.Response(planned_state=packed(proposed))

        def ReadDataSource(self, request: Any, context: Any) -> Any:  # noqa: N802
            config = unpacked(request.config) or {}
            for name, (_, flags) in DATA[request.type_name].items():
                if "c" in flags and config.get(name) is None:
                    config[name] = _MARK
            return pb.ReadDataSource.Response(state=packed(config))

        def StopProvider(self, request: Any, context: Any) -> Any:  # noqa: N802
            return pb.StopProvider.Response()

    return Provider()


def _add_plugin_services(server: Any) -> None:
    messages: Any = import_module("tf.gen.grpc_controller_pb2")
    control: Any = import_module("tf.gen.grpc_controller_pb2_grpc")
    output: Any = import_module("tf.gen.grpc_stdio_pb2_grpc")

    class Controller(control.GRPCControllerServicer):  # type: ignore[misc]
        def Shutdown(self, request: Any, context: Any) -> Any:  # noqa: N802
            return messages.Empty()

    class Output(output.GRPCStdioServicer):  # type: ignore[misc]
        def StreamStdio(self, request: Any, context: Any) -> Any:  # noqa: N802
            return iter(())

    control.add_GRPCControllerServicer_to_server(Controller(), server)
    output.add_GRPCStdioServicer_to_server(Output(), server)
