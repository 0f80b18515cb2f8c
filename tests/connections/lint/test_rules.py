"""A rule for connections ... (each test finishes the sentence)."""

import json

import pytest

from connections.lint import faults
from connections.lint.rules import RULES
from connections.providers import catalogue
from connections.providers.types import ConnectionType
from secretsadmin.config.backend import BackendConfig
from secretsadmin.rules import LEVELS
from tests.support.site import BACKEND
from tests.support.value_faults import KEY

TYPES = catalogue.types()


def obj(**stored: object) -> str:
    return json.dumps(stored)


def extra(conn_type: str, **stored: object) -> str:
    return obj(conn_type=conn_type, host="https://h", extra=stored)


# A text that breaks the rule, and one that nearly does. Both have the tag `mysql`.
TEXTS: dict[str, tuple[str, str]] = {
    "unreadable": ("mysql://u:p/w@h", "mysql://u:p%2Fw@h"),
    "unreadable-by-some": (obj(conn_type="mysql", host=5), obj(conn_type="mysql", host="5")),
    "logged-whole": ("mysql://a/?b=c://&d=e://", "mysql://a/?b=c://"),
    "underscore-in-scheme": ("my_sql://h", "my-sql://h"),
    "no-scheme": ("mysql:/h", "mysql://h"),
    "hidden-before-text": ("\ufeffmysql://h", "mysql://h\ufeff"),
    "space-around-text": ("mysql://h ", "mysql://h/%20"),
    "unclear": ("//u@h", "mysql://u@h"),
    "not-encoded": ("mysql://u:1%zz@h", "mysql://u:1%25zz@h"),
    "host-case": ("mysql://H", "MYSQL://h"),
    "reads-differently": ("mysql://h?timeout=1", "mysql://h?timeout=1s"),
    "other-key-as-type": (
        obj(conn_id="mysql", conn_type="mysql"),
        obj(conn_type="mysql", conn_id="mysql"),
    ),
    "dropped-keys": (obj(conn_type="mysql", name="h"), obj(conn_type="mysql", server="h")),
    "counts-as-none": (obj(conn_type="mysql", port=0), obj(conn_type="mysql", port=None)),
    "extra-not-object": (obj(conn_type="mysql", extra="[1]"), obj(conn_type="mysql", extra="{}")),
    "no-type": (obj(host="h"), obj(engine="mysql", host="h")),
    "unknown-type": ("erp://h", "exasol://h"),
    "misspelt-type": ("mysqll://h", "mssql://h"),
    "type-tag-missing": ("", ""),
    "type-tag-outdated": ("mssql://h", "mysql://h"),
    "unmasked-secret": (
        extra("wasb", account_key="long-enough"),
        extra("wasb", api_key="long-enough"),
    ),
    "unseen-characters": ("mysql://u:p%20@h", "mysql://u:p%20p@h"),
    "odd-host": (obj(conn_type="mysql", host="h:1"), obj(conn_type="mongo", host="h:1")),
    "plain-http": ("http://h", "http://h/https"),
    "unused-field": ("sftp://h/folder", "mysql://h/folder"),
    "odd-value": (extra("http", verify="false"), extra("http", verify=False)),
    "broken-key": (extra("ssh", private_key=KEY[:40]), extra("ssh", private_key=KEY)),
    "misspelt-extra": (extra("ssh", key_fil="a"), extra("ssh", key_file="a")),
    "unknown-extra": (extra("ssh", colour="a"), extra("http", colour="a")),
}


def broken(text: str, tag: str = "mysql", backend: BackendConfig = BACKEND) -> list[str]:
    return [fault.rule.name for fault in faults(text, backend, TYPES, tag)]


def sentences(text: str, release: str = "") -> str:
    backend = BackendConfig.from_kwargs({}, airflow=release)
    return "\n".join(fault.sentence for fault in faults(text, backend, TYPES, "mysql"))


@pytest.mark.parametrize("name", [name for name in TEXTS if name != "type-tag-missing"])
def test_is_broken_by_one_text_and_not_by_another_that_is_like_it(name: str) -> None:
    bad, good = TEXTS[name]

    assert broken(bad).count(name) == 1
    assert name not in broken(good)


def test_asks_for_a_tag_where_the_type_fits_into_one() -> None:
    assert broken("mysql://h", tag="") == ["type-tag-missing"]
    assert "type-tag-missing" not in broken(obj(conn_type="my type"), tag="")


def test_has_a_text_here_and_a_name_of_its_own() -> None:
    assert list(TEXTS) == [rule.name for rule in RULES]
    assert all(rule.level in LEVELS and rule.needs_value for rule in RULES)


@pytest.mark.parametrize(
    ("text", "release", "rule"),
    [
        ("mysql://h?timeout=1", "2.11", "reads-differently"),
        ("mysql://h?timeout=1", "3.0", "reads-differently"),
        ("mysql://a/?b=c://&d=e://", "3.3", "logged-whole"),
        (obj(host="h"), "3.3", "unreadable-by-some"),
        (obj(conn_type="mysql", host=5), "2.11", "unreadable-by-some"),
    ],
)
def test_is_not_broken_where_no_release_of_the_environment_reads_so(
    text: str, release: str, rule: str
) -> None:
    backend = BackendConfig.from_kwargs({}, airflow=release)

    assert rule in broken(text)
    assert rule not in broken(text, backend=backend)


def test_names_the_readers_and_the_fields() -> None:
    assert sentences("mysql://h?timeout=1", "3.3") == (
        "Tasks of Airflow 3.3 read these otherwise than servers of Airflow 3.3 do: extra.timeout."
    )
    assert sentences(obj(host="h"), "3.1.5").startswith(
        "Tasks of Airflow 3.1.5: The JSON has no connection type"
    )


def test_takes_the_environments_own_words_for_fields() -> None:
    backend = BackendConfig.from_kwargs({"extra_conn_words": {"host": ["address"]}})
    text = obj(conn_type="mysql", address="h")

    assert broken(text) == ["dropped-keys"]
    assert broken(text, backend=backend) == []


def test_knows_the_types_of_a_sites_own_catalogue() -> None:
    types = {**TYPES, "erp": ConnectionType("erp", "ERP")}

    assert faults("erp://h", BACKEND, types, "erp") == ()
    assert sentences("mongodb://h").startswith("No provider has the type mongodb. Is mongo meant?")


@pytest.mark.parametrize(
    "key", ["hunter2hunter2", "password=canary", "x" * 61, "ghp_0123456789abcdefghij", "ключ", ""]
)
def test_names_no_key_that_may_be_a_value(key: str) -> None:
    texts = [
        obj(conn_type="mysql", **{key: 1}),
        obj(conn_type="mysql", extra={key: 1}),
        obj(conn_type="wasb", extra={key: {"pwd": "a secret"}}),
    ]

    for text in texts:
        told = sentences(text)
        assert "whose name is not shown" in told
        assert not key or key not in told


def test_names_no_type_that_may_be_a_value() -> None:
    told = sentences(obj(conn_type="hunter2hunter2"))

    assert "hunter2" not in told
    assert "No provider has its type." in told


def test_is_not_told_where_another_is_its_cause() -> None:
    """Airflow takes the password for the schema, and conn_id for the type."""
    assert broken("my_type://u:p@h:5432/x?timeout=1") == ["underscore-in-scheme"]
    assert broken(obj(conn_id="orders", conn_type="mysql")) == ["other-key-as-type"]
