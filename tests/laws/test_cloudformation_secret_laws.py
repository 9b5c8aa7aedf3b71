"""The value of a ``NoEcho`` parameter leaves the program in no form, whatever the template does with it."""

from __future__ import annotations

import io
import json

from hypothesis import given
from hypothesis import strategies as st

from drift.compare import compare
from drift.documents import report_to_json, snapshot_to_json
from drift.interfaces import Inputs
from drift.redaction import redacted
from drift.reporters import listing, terminal
from drift.snapshot import Snapshot
from tests.laws.test_cloudformation_laws import parse
from tests.rules import bucket, rule, snapshot

TOKEN = "Zq7kHush9"
VALUES = [TOKEN, f"a{TOKEN},b", f"https://{TOKEN}.example", f"{TOKEN}{{{{resolve:ssm:x}}}}/{TOKEN}", f"x{TOKEN * 40}"]

leaves = st.sampled_from(
    [
        *({"Ref": name} for name in ("Secret", "Secret", "Open", "Known", "B0")),
        *({"Fn::Sub": text} for text in ("https://${Secret}.${Open}", "x-${Secret}")),
        {"Fn::Select": [1, {"Ref": "Secrets"}]},
        *("0", "1", "a", "M", "b", "."),
    ]
)


def _texts(inner: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    lists = st.one_of(
        st.lists(inner, min_size=1, max_size=3),
        st.just({"Ref": "Secrets"}),
        st.tuples(st.sampled_from([".", "q", "k"]) | inner, inner).map(lambda pair: {"Fn::Split": list(pair)}),
        st.tuples(inner, st.just(2), st.just(8)).map(lambda each: {"Fn::Cidr": list(each)}),
    )
    return st.one_of(
        st.tuples(inner, lists).map(lambda pair: {"Fn::Select": list(pair)}),
        st.tuples(inner, lists).map(lambda pair: {"Fn::Join": list(pair)}),
        st.tuples(inner, inner, inner).map(lambda keys: {"Fn::FindInMap": list(keys)}),
        st.tuples(st.sampled_from(["C0", "C1"]), inner, inner).map(lambda each: {"Fn::If": list(each)}),
        st.tuples(inner, inner).map(lambda pair: {"Fn::GetAtt": list(pair)}),
        st.tuples(inner, inner).map(lambda pair: {"Fn::Sub": ["${X}/${Y}", {"X": pair[0], "Y": pair[1]}]}),
        inner.map(lambda each: {"Ref": each}),
        inner.map(lambda each: {"Fn::ImportValue": each}),
        inner.map(lambda each: {"Fn::Base64": each}),
        lists.map(lambda each: {"Fn::Length": each}),
        lists.map(lambda each: {"Fn::ToJsonString": each}),
    )


texts = st.recursive(leaves, _texts, max_leaves=6)
lists_of_texts = st.lists(texts, min_size=1, max_size=2) | st.just({"Ref": "Secrets"})
rules = st.fixed_dictionaries(
    {"AllowedMethods": st.just(["GET"]) | lists_of_texts, "AllowedOrigins": lists_of_texts},
    optional={"MaxAge": texts, "Id": texts, "AllowedHeaders": lists_of_texts},
)
buckets = st.fixed_dictionaries(
    {
        "BucketName": st.sampled_from(["plain-name", {"Ref": "Secret"}]) | texts,
        "CorsConfiguration": rules.map(lambda each: {"CorsRules": [each]}),
    }
)
comparisons = st.tuples(texts, texts).map(lambda pair: {"Fn::Equals": list(pair)})
PARAMETERS = {
    "Secret": {"Type": "String", "NoEcho": True},
    "Secrets": {"Type": "CommaDelimitedList", "NoEcho": True},
    "Open": {"Type": "String"},
    "Known": {"Type": "String", "Default": "k"},
}
LOOP = {
    "Fn::ForEach::L": [
        "X",
        {"Ref": "Secrets"},
        {
            "L${X}": {
                "Type": "AWS::S3::Bucket",
                "Properties": {
                    "BucketName": {"Fn::Sub": "l-${X}"},
                    "CorsConfiguration": {
                        "CorsRules": [{"AllowedMethods": ["GET"], "AllowedOrigins": ["https://${X}.example"]}]
                    },
                },
            }
        },
    ]
}


def hidden(text: str) -> bool:
    return TOKEN.lower() not in text.lower()


def shown(declared: Snapshot, live: Snapshot) -> str:
    """Everything that the program says of a declaration: listed, as a document, and held against what is live."""
    stream = io.StringIO()
    listing.write_snapshot(redacted(declared), stream)
    report = redacted(compare(declared, live))
    terminal.write_report(report, stream)
    documents = snapshot_to_json(redacted(declared)), report_to_json(report)
    return stream.getvalue() + json.dumps(documents) + repr(declared.diagnostics)


@given(
    st.sampled_from(VALUES),
    st.sampled_from(VALUES),
    st.lists(comparisons, min_size=2, max_size=2),
    st.lists(buckets, min_size=1, max_size=2),
    st.booleans(),
)
def test_no_output_holds_the_value_of_a_parameter_that_is_not_shown(
    secret: str, secrets: str, conditions: list[object], declared: list[object], looped: bool
) -> None:
    template = {
        "Transform": "AWS::LanguageExtensions",
        "Parameters": PARAMETERS,
        "Mappings": {"M": {"a": {"b": "c"}}},
        "Conditions": {f"C{number}": condition for number, condition in enumerate(conditions)},
        "Resources": {
            **{f"B{number}": {"Type": "AWS::S3::Bucket", "Properties": each} for number, each in enumerate(declared)},
            **(LOOP if looped else {}),
        },
    }
    inputs = Inputs(parameters=(("Secret", secret), ("Secrets", secrets)))
    found = parse(json.dumps(template), inputs=inputs)
    names = [each.name for each in found.buckets if isinstance(each.name, str)]
    live = snapshot(*(bucket(name, rule("GET", "https://other.example")) for name in dict.fromkeys(names)))

    assert found.buckets
    assert hidden(shown(found, live))
