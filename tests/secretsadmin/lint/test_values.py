"""The lint of values ... (each test finishes the sentence)."""

import pytest

from secretsadmin.adapters import adapter_of
from secretsadmin.kinds import BY_NAME, KINDS
from secretsadmin.lint.finding import Rule
from secretsadmin.rules import Fault
from tests.support.site import BACKEND
from tests.support.value_faults import FAULTY, ODD, SECRETS, StoredSecret


def told(secret: StoredSecret) -> tuple[Fault, ...]:
    return adapter_of(BY_NAME[secret.kind]).lint(secret.text, BACKEND, secret.tag)


def called(secret: StoredSecret) -> str:
    return f"{secret.kind}/{secret.id}"


@pytest.mark.parametrize("secret", SECRETS, ids=called)
def test_tells_what_is_wrong_with_a_secret_and_nothing_else(secret: StoredSecret) -> None:
    assert sorted(fault.rule.name for fault in told(secret)) == sorted(secret.rules)


def test_has_an_inventory_in_which_every_rule_is_broken() -> None:
    rules = {name for secret in SECRETS for name in secret.rules}
    names = [rule.name for adapter in {*map(adapter_of, KINDS)} for rule in adapter.rules]

    assert rules == set(names)
    assert len(names) == len(set(names))
    assert len({called(secret) for secret in SECRETS}) == len(SECRETS) >= 150
    assert len(FAULTY) >= 20
    assert len(ODD) >= 30
    assert not any(secret.rules for secret in ODD)


@pytest.mark.parametrize("piece", ["long-enough", "bG9uZy1l", "MIIE", "p@ss", "pa/ss", "xy1"])
def test_quotes_no_value(piece: str) -> None:
    holding = [secret for secret in FAULTY if piece in secret.text]

    assert holding
    assert not any(piece in fault.sentence for secret in holding for fault in told(secret))


def test_is_of_rules_that_need_a_value() -> None:
    for kind in KINDS:
        for rule in adapter_of(kind).rules:
            assert isinstance(rule, Rule)
            assert rule.needs_value
            assert rule.effect.endswith(".")
            assert rule.mend.endswith(".")


def test_mends_and_compares_nothing_of_a_variable() -> None:
    adapter = adapter_of(BY_NAME["variables"])

    assert adapter.mend(" a ", "space-around-value", BACKEND) is None
    assert tuple(adapter.passwords("password=long-enough", BACKEND)) == ()


def test_hands_a_connection_to_its_own_mends_and_secrets() -> None:
    adapter = adapter_of(BY_NAME["connections"])

    assert adapter.mend("my_type://h", "underscore-in-scheme", BACKEND) == "my-type://h"
    assert tuple(adapter.passwords("mysql://u:long-enough@h", BACKEND)) == ("long-enough",)
