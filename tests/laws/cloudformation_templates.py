"""Random CloudFormation templates whose buckets declare CORS rules with intrinsic functions at every depth.

The templates are valid by the CloudFormation user guide: functions stand only where it allows them, conditions refer to
earlier ones, an index lies within its list. What they come to is for a judge to say; nothing is computed here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st

from tests.laws.cloudformation_vocabulary import EXTENSIONS, HOSTS, MAPPINGS, METHODS, NO_VALUE, PSEUDO, TYPES, WORDS


@dataclass(frozen=True)
class Case:
    """A template, the values given for its parameters, and what it takes to judge it.

    ``given`` leaves out parameters whose default holds. ``values`` are the values in force of all. ``needs`` names what
    not every judge has: ``extensions`` (the LanguageExtensions transform), ``ssm``, ``index`` (Ref as index of Select),
    ``literal`` (``${!Name}`` in a Fn::Sub), ``escape`` (that in one with a map), ``default`` (of a FindInMap), ``json``
    (a function inside Fn::ToJsonString), ``empty`` (an empty text given for a parameter),
    ``loop`` (a parameter in a Fn::Sub inside Fn::ForEach).
    """

    template: dict[str, Any]
    given: dict[str, str]
    values: dict[str, str]
    needs: frozenset[str]

    def without_values(self, names: Sequence[str]) -> Case:
        """The same with some parameters that have neither a value nor a default."""
        parameters = {
            name: {key: value for key, value in node.items() if key != "Default" or name not in names}
            for name, node in self.template["Parameters"].items()
        }
        given = {name: value for name, value in self.given.items() if name not in names}
        return Case({**self.template, "Parameters": parameters}, given, self.values, self.needs)


@dataclass
class _Writer:
    """Draws one template, part by part."""

    draw: Callable[[st.SearchStrategy[Any]], Any]
    extended: bool
    parameters: dict[str, str] = field(default_factory=dict)
    conditions: dict[str, Any] = field(default_factory=dict)
    needs: set[str] = field(default_factory=set)

    def pick(self, members: Sequence[Any]) -> Any:
        return self.draw(st.sampled_from(list(members)))

    def chance(self, of: int = 3) -> bool:
        return bool(self.draw(st.integers(1, of)) == of)

    def of_type(self, *types: str) -> list[str]:
        return [name for name in self.parameters if TYPES[name][0].startswith(types)]

    def ref(self, name: str) -> Any:
        if TYPES[name][0].startswith("AWS::SSM"):
            self.needs.add("ssm")
        return {"Ref": name}

    # Conditions

    def comparison(self) -> Any:
        texts = self.of_type("String", "Number", "AWS::EC2")
        if not texts or self.chance(8):
            return {"Fn::Equals": [self.pick(WORDS), self.pick(WORDS[:2])]}
        name = self.pick(texts)
        right: Any = self.pick(TYPES[name][1])
        if self.chance(6):
            right = {"Ref": self.pick(texts)}
        left: Any = {"Ref": name}
        if self.chance(5):
            left = {"Fn::Join": ["-", [{"Ref": name}, "x"]]}
            right = {"Fn::Sub": f"{right}-x"} if isinstance(right, str) else right
        return {"Fn::Equals": [left, right] if self.chance(2) else [right, left]}

    def condition(self, depth: int = 2, whole: bool = True) -> Any:
        kinds = ["equals", "equals", "not", "and", "or"] if depth else ["equals"]
        kind = self.pick(kinds if whole else [*kinds, "named"])
        if kind == "named" and self.conditions:
            return {"Condition": self.pick(list(self.conditions))}
        if kind == "not":
            return {"Fn::Not": [self.condition(depth - 1, whole=False)]}
        if kind in ("and", "or"):
            operands = [self.condition(depth - 1, whole=False) for _ in range(self.draw(st.integers(2, 3)))]
            return {"Fn::And" if kind == "and" else "Fn::Or": operands}
        return self.comparison()

    def choose(self, left: Any, right: Any) -> Any:
        return {"Fn::If": [self.pick(list(self.conditions)), left, right]}

    # Texts

    def text(self, words: Sequence[str], depth: int) -> Any:
        kinds = ["word", "word", "ref", "sub"]
        if depth:
            kinds += ["join", "select", "map", "if", "if", "sub map", "split", "base64"]
            kinds += ["default", "length", "json"] if self.extended else []
        kind = self.pick(kinds)
        inner = depth - 1
        if kind == "ref":
            return self.reference()
        if kind == "sub":
            return {"Fn::Sub": self.sub_text()}
        if kind == "sub map":
            own = self.text(words, inner)
            text = self.sub_text()
            if "${!" in text + str(own):
                self.needs.add("escape")
            return {"Fn::Sub": [f"{text}/${{Own}}", {"Own": own}]}
        if kind == "join":
            return {"Fn::Join": [self.pick(["", "-", ", "]), self.some(words, inner)]}
        if kind == "select":
            return self.select(words, inner)
        if kind == "split":
            return {"Fn::Select": [0, {"Fn::Split": [self.pick(["-", "."]), self.text(words, inner)]}]}
        if kind == "map":
            by_region = ["Regions", {"Ref": "AWS::Region"}, self.pick(["host", "code"])]
            by_stage = ["Stages", self.stage(), self.pick(["host", "age"])]
            return {"Fn::FindInMap": by_region if self.chance(3) else by_stage}
        if kind == "if":
            return self.choose(self.text(words, inner), self.text(words, inner))
        if kind == "base64":
            return {"Fn::Base64": self.text(words, inner)}
        if kind == "default":
            self.needs.add("default")
            keys = ["Stages", self.pick(["dev", "none"]), self.pick(["host", "nothing"])]
            return {"Fn::FindInMap": [*keys, {"DefaultValue": self.text(words, 0)}]}
        if kind == "length":
            return {"Fn::Length": self.listed(words, inner)}
        if kind == "json":
            inside = self.text(words, 0)
            if not isinstance(inside, str):
                self.needs.add("json")
            return {"Fn::ToJsonString": {"a": inside, "b": [self.pick(words)]}}
        return self.pick(words)

    def reference(self) -> Any:
        names = self.of_type("String", "Number", "AWS::EC2", "AWS::SSM::Parameter::Value<String")
        return self.ref(self.pick(names)) if names and not self.chance(4) else {"Ref": self.pick(PSEUDO)}

    def sub_text(self) -> str:
        names = [*self.of_type("String", "Number", "AWS::EC2"), *PSEUDO]
        literal = "${!Kept}" if self.chance(8) else ""
        if literal:
            self.needs.add("literal")
        return f"{self.pick(['https://', 'x-', ''])}${{{self.pick(names)}}}{literal}{self.pick(['.example', '-1'])}"

    def stage(self) -> Any:
        if "Stage" in self.parameters and self.chance(2):
            return {"Ref": "Stage"}
        return self.pick(["dev", "test", "prod"])

    def select(self, words: Sequence[str], depth: int) -> Any:
        members = [self.text(words, depth) for _ in range(self.draw(st.integers(2, 3)))]
        if "Index" in self.parameters and self.chance(4):
            self.needs.add("index")
            return {"Fn::Select": [{"Ref": "Index"}, members]}
        index = self.draw(st.integers(0, len(members) - 1))
        lists = self.of_type("CommaDelimitedList", "List<")
        if lists and self.chance(3):
            return {"Fn::Select": ["0", {"Ref": self.pick(lists)}]}
        return {"Fn::Select": [str(index) if self.chance(2) else index, members]}

    # Lists

    def some(self, words: Sequence[str], depth: int, vanishing: bool = False) -> list[Any]:
        first = self.text(words, depth)
        rest = [self.member(words, depth, vanishing) for _ in range(self.draw(st.integers(0, 3)))]
        again = [first] if vanishing and self.chance(12) else []  # which CloudFormation refuses
        return [first, *rest, *again]

    def member(self, words: Sequence[str], depth: int, vanishing: bool) -> Any:
        if vanishing and self.chance(4):
            pair = [self.text(words, depth), NO_VALUE]
            return self.choose(*(pair if self.chance(2) else reversed(pair)))
        return self.text(words, depth)

    def listed(self, words: Sequence[str], depth: int) -> Any:
        kind = self.pick(
            ["literal", "literal", "literal", "ref", "split", "map", "if"] if depth else ["literal", "ref"]
        )
        lists = self.of_type("CommaDelimitedList", "List<", "AWS::SSM::Parameter::Value<List<")
        if kind == "ref" and lists:
            return self.ref(self.pick(lists))
        if kind == "split":
            return {"Fn::Split": [",", self.pick(["https://1.example,https://2.example", "one"])]}
        if kind == "map":
            return {"Fn::FindInMap": ["Stages", self.stage(), "list"]}
        if kind == "if":
            return self.choose(self.listed(words, depth - 1), self.listed(words, depth - 1))
        return self.some(words, depth, vanishing=True)

    # Rules

    def methods(self) -> Any:
        chosen = self.draw(st.lists(st.sampled_from(METHODS), min_size=1, max_size=4, unique=True))
        if self.chance(4):
            return self.choose(chosen, self.draw(st.permutations(METHODS)))
        if self.chance(4):
            return {"Fn::Split": [",", ",".join(chosen)]}
        return chosen

    def age(self) -> Any:
        if "Age" in self.parameters and self.chance(3):
            return {"Ref": "Age"}
        if self.chance(4):
            return {"Fn::FindInMap": ["Stages", self.stage(), "age"]}
        number = self.draw(st.integers(0, 100_000))
        return str(number) if self.chance(4) else number

    def optional(self, value: Any) -> Any:
        if self.chance(4):
            return self.choose(value, NO_VALUE) if self.chance(2) else self.choose(NO_VALUE, value)
        return value

    def rule(self) -> Any:
        rule: dict[str, Any] = {"AllowedMethods": self.methods(), "AllowedOrigins": self.listed(HOSTS, 2)}
        if self.chance(2):
            rule["AllowedHeaders"] = self.optional(self.listed(WORDS, 1))
        if self.chance(2):
            rule["ExposedHeaders"] = self.optional(self.listed(WORDS, 1))
        if self.chance(2):
            rule["MaxAge"] = self.optional(self.age())
        if self.chance(3):
            rule["Id"] = self.optional(self.text(WORDS, 2))
        return rule

    def configuration(self) -> Any:
        rules: Any = [self.rule() for _ in range(self.draw(st.integers(1, 3)))]
        if len(rules) > 1:
            rules[1:] = [self.optional(rule) for rule in rules[1:]]
        if self.chance(6):
            rules = self.choose(rules, [self.rule()])
        return self.optional({"CorsRules": rules})

    def bucket(self, number: int) -> dict[str, Any]:
        properties: dict[str, Any] = {"CorsConfiguration": self.configuration()}
        if self.chance(2):
            name = {"Fn::Sub": f"b{number}-${{AWS::StackName}}-${{AWS::Region}}"}
            properties["BucketName"] = self.choose(name, f"b{number}-fixed") if self.chance(3) else name
        resource: dict[str, Any] = {"Type": "AWS::S3::Bucket", "Properties": properties}
        if self.chance(3):
            resource["Condition"] = self.pick(list(self.conditions))
        return resource


@st.composite
def cases(draw: st.DrawFn, extended: bool = False) -> Case:
    """Templates with one to three buckets; ``extended`` ones use the LanguageExtensions transform."""
    writer = _Writer(draw, extended)
    for name in draw(st.lists(st.sampled_from(sorted(TYPES)), min_size=3, max_size=9, unique=True)):
        writer.parameters[name] = draw(st.sampled_from(TYPES[name][1]))
    for number in range(draw(st.integers(2, 6))):
        writer.conditions[f"C{number}"] = writer.condition()
    resources: dict[str, Any] = {f"B{number}": writer.bucket(number) for number in range(draw(st.integers(1, 3)))}
    if extended:
        writer.needs.add("extensions")
        members = draw(st.lists(st.sampled_from(["app", "web", "cdn"]), min_size=1, max_size=3, unique=True))
        made = writer.bucket(9)
        made["Properties"].pop("BucketName", None)
        made["Properties"]["CorsConfiguration"] = {"CorsRules": [{**writer.rule(), "Id": {"Fn::Sub": "${Each}-id"}}]}
        writer.needs |= {"loop"} if str(made).count("${") > 1 else set()
        resources["Fn::ForEach::Loop"] = ["Each", members, {"L${Each}": made}]
    parameters: dict[str, Any] = {}
    given: dict[str, str] = {}
    for name, value in writer.parameters.items():
        kind, values, limited = TYPES[name]
        parameters[name] = {"Type": kind, **({"AllowedValues": list(values)} if limited else {})}
        if draw(st.integers(1, 5)) == 5:
            parameters[name]["NoEcho"] = True
        place = draw(st.sampled_from(["default", "given", "both"]))
        if place != "given":
            parameters[name]["Default"] = value if place == "default" else draw(st.sampled_from(values))
        if place != "default":
            given[name] = value
            writer.needs |= {"empty"} if not value else set()
    template: dict[str, Any] = {"AWSTemplateFormatVersion": "2010-09-09"}
    if extended:
        template["Transform"] = EXTENSIONS
    template |= {
        "Parameters": parameters,
        "Mappings": MAPPINGS,
        "Conditions": writer.conditions,
        "Resources": resources,
    }
    return Case(template, given, dict(writer.parameters), frozenset(writer.needs))
