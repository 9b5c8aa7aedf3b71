"""The parameters, mappings and texts that random CloudFormation templates are made of."""

from __future__ import annotations

NO_VALUE = {"Ref": "AWS::NoValue"}
ACCOUNT, REGION = "123456789012", "eu-west-1"
EXTENSIONS = "AWS::LanguageExtensions"
SSM_VALUES = {"/web/host": "https://ssm.example", "/web/hosts": "https://s1.example,https://s2.example"}
"""What a judge has to keep under the keys of SSM parameters."""

HOSTS = ("https://www.example.com", "https://app.example.com", "http://localhost:3000", "https://*.example.org", "*")
WORDS = ("alpha", "beta", "x-amz-meta-a", "Content-Type", "ETag", "123", "a-b-c", "one.two.three", "007", "true")
METHODS = ("GET", "PUT", "POST", "DELETE", "HEAD")
TYPES: dict[str, tuple[str, tuple[str, ...], bool]] = {
    "Stage": ("String", ("dev", "test", "prod"), True),
    "Enabled": ("String", ("true", "false"), True),
    "Host": ("String", HOSTS, False),
    "Word": ("String", WORDS, False),
    "Other": ("String", ("", "prod", "a,b", " spaced "), False),
    "Age": ("Number", ("0", "300", "86400"), False),
    "Index": ("Number", ("0", "1"), False),
    "Origins": (
        "CommaDelimitedList",
        ("https://a.example, https://b.example", "https://only.example", "*, null"),
        False,
    ),
    "Headers": ("CommaDelimitedList", ("x-a,x-b ,  x-c", "Authorization"), False),
    "Ports": ("List<Number>", ("80, 443", "3000"), False),
    "Names": ("List<String>", ("ann, bob", "cyd"), False),
    "Vpc": ("AWS::EC2::VPC::Id", ("vpc-0a1b", "vpc-9f8e"), False),
    "Subnets": ("List<AWS::EC2::Subnet::Id>", ("subnet-1,subnet-2", "subnet-3"), False),
    "Kept": ("AWS::SSM::Parameter::Value<String>", ("/web/host",), False),
    "KeptList": ("AWS::SSM::Parameter::Value<List<String>>", ("/web/hosts",), False),
}
"""Parameters: type, values that they may be given, and whether these are their AllowedValues."""

MAPPINGS = {
    "Stages": {
        "dev": {"host": "http://dev.example", "age": 60, "list": ["https://d1.example", "https://d2.example"]},
        "test": {"host": "https://test.example", "age": "600", "list": ["https://t1.example"]},
        "prod": {"host": "https://prod.example", "age": 3600, "list": ["https://p1.example", "https://p2.example"]},
    },
    "Regions": {REGION: {"code": "euw1", "host": "https://eu.example"}},
}
PSEUDO = ("AWS::Region", "AWS::AccountId", "AWS::StackName", "AWS::Partition", "AWS::URLSuffix")
