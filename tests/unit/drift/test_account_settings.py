from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drift.account_settings import MAX_ACCOUNTS, accounts_from, check_role
from drift.errors import UsageError
from drift.settings import AccountAccess

ID = "123456789012"


def fault(**table: object) -> UsageError:
    with pytest.raises(UsageError) as caught:
        accounts_from([{"id": ID, **{key.replace("_", "-"): value for key, value in table.items()}}])
    return caught.value


def refusal(value: object) -> str:
    try:
        accounts_from(value)
    except UsageError as error:
        return error.message
    return ""


def test_an_account_has_an_id_and_everything_else_is_optional() -> None:
    assert accounts_from([{"id": ID}]) == (AccountAccess(ID),)
    assert accounts_from([{"id": ID}])[0].session_name == "cors-drift"


def test_all_keys_are_read_and_accounts_keep_their_order() -> None:
    table = {
        "id": ID,
        "role": "audit/cors-drift",
        "regions": ["eu-west-1", "us-gov-west-1", "eu-west-1"],
        "external-id": "a:b/c",
        "session-name": "nightly@ci",
    }

    accounts = accounts_from([table, {"id": "000000000001", "role": "arn:aws-cn:iam::000000000001:role/x/y"}])

    assert accounts == (
        AccountAccess(ID, "audit/cors-drift", ("eu-west-1", "us-gov-west-1"), "a:b/c", "nightly@ci"),
        AccountAccess("000000000001", "arn:aws-cn:iam::000000000001:role/x/y"),
    )


@pytest.mark.parametrize("value", ["123456789012", {"id": ID}, [ID], None, 3, [[{"id": ID}]]])
def test_what_is_no_list_of_tables_is_refused(value: object) -> None:
    with pytest.raises(UsageError) as caught:
        accounts_from(value)
    assert caught.value.advice == "write each account as [[account]]"


@pytest.mark.parametrize("number", [None, 123456789012, "12345678901", "1234567890123", "12345678901a", "١٢٣٤٥٦٧٨٩٠١٢"])
def test_an_id_that_is_not_12_digits_in_quotes_is_told_with_its_place(number: object) -> None:
    with pytest.raises(UsageError) as caught:
        accounts_from([{"id": ID}, {} if number is None else {"id": number}])
    assert caught.value.message.startswith("[[account]] number 2: ")
    assert "12 digits; write it in quotes" in (caught.value.advice or "")


def test_a_misspelt_key_is_told_with_the_one_that_was_meant() -> None:
    error = fault(externalid="x")
    assert error.message == "[[account]] number 1: there is no setting 'externalid'"
    assert error.advice == "did you mean external-id?"


@pytest.mark.parametrize(
    "role",
    ["", 3, "a b", "role/", "/role", "rôle", "x" * 65, f"arn:aws:iam::{ID}:user/x", "arn:aws:iam::12:role/x", "a\n"],
)
def test_a_role_is_a_name_or_an_arn_of_a_role(role: object) -> None:
    assert "role must be the name or the ARN of a role" in fault(role=role).message


def test_a_role_of_another_account_would_read_that_account_and_is_refused() -> None:
    error = fault(role="arn:aws:iam::999999999999:role/audit")
    assert (
        error.message
        == f"[[account]] {ID}: its role is one of account 999999999999, and would read that account's buckets"
    )


@pytest.mark.parametrize(
    "regions", ["eu-west-1", ["eu west"], [1], ["EU-WEST-1"], ["-x"], ["r"] * 65, ["evil.example/x"]]
)
def test_regions_are_a_list_of_names_that_can_stand_in_a_host_name(regions: object) -> None:
    assert "region" in fault(regions=regions).message


@pytest.mark.parametrize("value", ["x", "with blank", "x" * 1225, 17, "zwölf"])
def test_an_external_id_is_what_sts_takes_and_is_never_repeated(value: object) -> None:
    error = fault(external_id=value)
    assert "external-id must be" in error.message
    if isinstance(value, str) and len(value) > 1:
        assert value not in error.message + (error.advice or "")


@pytest.mark.parametrize("value", ["x", "with blank", "x" * 65, "a/b", 17])
def test_a_session_name_is_what_sts_takes(value: object) -> None:
    assert "session-name must be" in fault(session_name=value).message


def test_an_account_stands_there_once() -> None:
    with pytest.raises(UsageError, match="stands there twice"):
        accounts_from([{"id": ID}, {"id": ID, "role": "x"}])


def test_there_is_an_end_to_accounts() -> None:
    with pytest.raises(UsageError, match=str(MAX_ACCOUNTS)):
        accounts_from([{}] * (MAX_ACCOUNTS + 1))


@pytest.mark.parametrize("role", ["", "a b", f"arn:aws:iam::{ID}:role/x", None, 3])
def test_the_role_of_an_organization_is_a_name(role: object) -> None:
    with pytest.raises(UsageError, match="organization-role"):
        check_role(role)
    assert check_role("path/OrganizationAccountAccessRole") == "path/OrganizationAccountAccessRole"


json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=80),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=12), inner, max_size=3),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from(["id", "role", "regions", "external-id", "session-name", "x"]), json))
def test_whatever_stands_there_is_taken_or_refused_with_a_short_message(table: dict[str, object]) -> None:
    assert len(refusal([{"id": ID, **table}])) < 250
