"""The rules ... (each test finishes the sentence)."""

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from secretsadmin.audit.standing import Standing
from secretsadmin.config.backend import BackendConfig
from secretsadmin.config.environments import Environment
from secretsadmin.config.ref import Ref
from secretsadmin.kinds import BY_NAME, KINDS
from secretsadmin.lint import rules
from secretsadmin.lint.checks import CHECKS, finding_of_versions, findings_of
from secretsadmin.lint.context import Context
from secretsadmin.lint.finding import LEVELS
from secretsadmin.lint.near_misses import miss_of, near_misses
from secretsadmin.lint.order import in_order
from secretsadmin.lint.report import as_github, as_json, as_table, as_text
from secretsadmin.lint.rules import METADATA, every_rule
from secretsadmin.lint.together import beside_each_other
from secretsadmin.store.reads import Secret, Version, secret_from
from tests.support import inventory
from tests.support.hostile import HOSTILE_IDS

DOCUMENT = Path(__file__).parents[3] / "docs/lint-rules.md"
# Findings of these are made elsewhere than in a check of one secret.
BESIDE = {
    *(rules.NEAR_MISS, rules.SWITCHED_OFF, rules.SCHEDULED, rules.VERSIONS_NEAR_LIMIT),
    *(rules.SHADOWED, rules.SAME_ID),
}
ENVIRONMENT = Environment(
    "prod",
    "Production",
    BackendConfig.from_kwargs(
        {"variables_lookup_pattern": "^a", "config_prefix": None}, teams=["analytics"]
    ),
    kms_key=inventory.KEY,
)


def test_stand_in_the_document_as_in_the_code() -> None:
    assert as_table(every_rule()) in DOCUMENT.read_text(encoding="utf-8")


def test_have_names_of_their_own_and_say_what_airflow_does() -> None:
    assert [
        name for name, count in Counter(rule.name for rule in every_rule()).items() if count > 1
    ] == []
    for rule in METADATA:
        assert rule.level in LEVELS
        assert "Airflow" in rule.effect, rule.name
        assert all(text.endswith(".") for text in (rule.effect, rule.mend)), rule.name


def test_are_each_checked_by_something() -> None:
    assert {rule for rule, _ in CHECKS} | BESIDE == set(METADATA)


def test_are_each_broken_in_the_inventory_that_tests_plant() -> None:
    planted = {rule for seed in inventory.faults() for rule in seed.rules}

    # Other tests plant what AWS's list doesn't tell, and what no kind of the inventory has.
    others = {rules.REPLICATION, rules.VERSIONS_NEAR_LIMIT, rules.SWITCHED_OFF}
    assert planted == {rule.name for rule in set(METADATA) - others}


@pytest.mark.parametrize(
    ("name", "misses"),
    [
        ("airflow/connection/x", True),
        ("airflow/connectionss/x", True),
        ("airflow/connetcions/x", True),
        ("AIRFLOW/connections/x", True),
        ("//airflow/connections/x", True),
        ("airflow_connections_x", True),
        ("airflow/connections.x", True),
        ("airflow/connections", False),
        ("airflow/connections/", False),
        ("airflow/connection/", False),
        ("airflow/connections-old/x", False),
        ("airflow/connections2/x", False),
        ("airflow/conns/x", False),
        ("xairflow/connect/x", False),
        ("", False),
    ],
)
def test_know_a_near_miss_from_another_name(name: str, misses: bool) -> None:  # noqa: FBT001
    assert bool(miss_of(name, "connections", ENVIRONMENT.backend)) == misses


def test_take_no_near_miss_of_a_short_prefix_for_a_slip() -> None:
    backend = BackendConfig.from_kwargs({"connections_prefix": "dev", "variables_prefix": "uat"})

    assert not miss_of("den/x", "connections", backend)
    assert miss_of("/dev/x", "connections", backend)


def test_know_a_secret_of_a_kind_that_is_switched_off() -> None:
    names = ["airflow/config/fernet_key", "airflow/config", "other"]

    found = list(near_misses(names, ENVIRONMENT, [ENVIRONMENT]))

    assert [(finding.id, finding.rule.name) for finding in found] == [(names[0], "switched-off")]


TEXTS = st.one_of(st.sampled_from(HOSTILE_IDS), st.text(max_size=40))
MOMENTS = st.none() | st.datetimes().map(lambda moment: moment.replace(tzinfo=UTC))
VERSIONS = st.dictionaries(
    st.sampled_from(["a" * 32, "b" * 32, inventory.TERRAFORM, ""]),
    st.lists(st.one_of(st.sampled_from(["AWSCURRENT", "AWSPENDING"]), TEXTS), max_size=25),
    max_size=4,
)


@st.composite
def hostile_secrets(draw: DrawFn) -> Secret:
    """A secret of which AWS says anything at all."""
    kind = draw(st.sampled_from(KINDS))
    entry: dict[str, Any] = {
        "ARN": draw(TEXTS),
        "Description": draw(TEXTS),
        "Tags": [{"Key": draw(TEXTS), "Value": draw(TEXTS)}, {"Key": "airflow:conn-type"}],
        "SecretVersionsToStages": draw(VERSIONS),
        "OwningService": draw(st.none() | TEXTS),
        "PrimaryRegion": draw(st.none() | TEXTS),
        "KmsKeyId": draw(st.none() | TEXTS),
        "RotationEnabled": draw(st.none() | st.booleans()),
        "ReplicationStatus": [{}, {"Region": draw(TEXTS), "Status": draw(TEXTS)}],
    }
    for name in ("Created", "LastChanged", "LastAccessed", "NextRotation", "Deleted"):
        entry[f"{name}Date"] = draw(MOMENTS)
    team = draw(st.sampled_from([None, "analytics"]))
    return secret_from(Ref(ENVIRONMENT, kind, draw(TEXTS), team), entry)


@given(secrets=st.lists(hostile_secrets(), max_size=4), names=st.lists(TEXTS, max_size=5))
def test_raise_on_no_metadata(secrets: list[Secret], names: list[str]) -> None:
    lists: dict[str, dict[str, Secret]] = {kind.name: {} for kind in KINDS}
    findings = list(near_misses(names, ENVIRONMENT, [ENVIRONMENT]))
    for secret in secrets:
        lists[secret.ref.kind.name][secret.ref.key] = secret
        context = Context(datetime.now(UTC), Standing("prod", secret.ref.kind.name))
        findings += findings_of(secret, context)
        finding_of_versions(secret, [Version("", (), secret.created)] * 91, context)
    findings = in_order([*findings, *beside_each_other(lists)])

    assert as_json(findings).isascii()
    assert all(line.count("\n") == line.count("\r") == 0 for line in as_github(findings))
    assert "\x1b" not in "".join(as_text(findings, lambda _, text: text))
    assert all(finding.kind in BY_NAME for finding in findings)
