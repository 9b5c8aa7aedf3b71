"""moto's CloudFormation as a judge of what templates come to.

moto leaves ``CorsConfiguration`` out when it makes a bucket, so its bucket class is replaced, while a stack is created,
by one that keeps the properties that moto resolved. Where moto is known to depart from the CloudFormation user guide it
is helped: it gets every parameter as a value (it does not split the default of a list), trimmed members ("Parameters":
"each member string is space trimmed"), numbers as text ("the parameter value becomes a literal string", and mappings
hold "String or List types"), and what it leaves of ``AWS::NoValue`` in a list is taken out ("Pseudo parameters").
"""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

from tests.laws.cloudformation_templates import Case
from tests.laws.cloudformation_vocabulary import ACCOUNT, REGION, SSM_VALUES

STACK = "judged"
UNABLE = frozenset({"extensions", "index", "escape"})
"""What a template must not need: moto has no LanguageExtensions, takes no function as the index of a Select, and fills
in once more what a ``${!Name}`` in the map of a Fn::Sub came to.
"""


class MotoJudge:
    """Creates stacks in memory; one is enough for many templates."""

    def resolved(self, case: Case) -> dict[str, dict[str, Any]]:
        """The properties of every bucket that the template creates, by logical id."""
        import boto3
        from moto.s3 import models

        template, values = _helped(case)
        found: dict[str, dict[str, Any]] = {}

        def keep(cls: type, /, name: str, resource: Any, account: str, region: str, **about: Any) -> Any:
            found[about["LogicalId"]] = _without_none(resource["Properties"])
            make: Any = models.FakeBucket
            return make(name=name, account_id=account, region_name=region)

        parameters = [{"ParameterKey": key, "ParameterValue": value} for key, value in values.items()]
        client = boto3.client("cloudformation", region_name=REGION)
        with mock.patch.object(models.FakeBucket, "create_from_cloudformation_json", classmethod(keep)):
            try:
                client.create_stack(StackName=STACK, TemplateBody=json.dumps(template), Parameters=parameters)
            finally:
                _forget_stacks()
        return found


@contextmanager
def judging() -> Iterator[MotoJudge]:
    """A judge with the SSM parameters that templates refer to."""
    import boto3
    import moto

    keys = {"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x", "AWS_DEFAULT_REGION": REGION}
    with mock.patch.dict("os.environ", keys), moto.mock_aws():
        ssm = boto3.client("ssm", region_name=REGION)
        for name, value in SSM_VALUES.items():
            ssm.put_parameter(Name=name, Value=value, Type="StringList" if "," in value else "String")
        yield MotoJudge()


def _helped(case: Case) -> tuple[dict[str, Any], dict[str, str]]:
    template = copy.deepcopy(case.template)
    template["Mappings"] = _numbers_as_text(template["Mappings"])
    values = dict(case.values)
    for name, node in template["Parameters"].items():
        kind = node["Type"]
        node.pop("AllowedValues", None)
        if kind == "Number":
            node["Type"] = "String"
        elif kind == "CommaDelimitedList" or kind.startswith("List<"):
            node["Type"] = "CommaDelimitedList"
            values[name] = ",".join(member.strip() for member in values[name].split(","))
    return template, values


def _numbers_as_text(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _numbers_as_text(each) for key, each in value.items()}
    return str(value) if isinstance(value, int) else value


def _without_none(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_none(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_without_none(each) for each in value if each is not None]
    return value


def _forget_stacks() -> None:
    from moto.cloudformation.models import cloudformation_backends

    cloudformation_backends[ACCOUNT][REGION].stacks.clear()
