"""A certain mend ... (each test finishes the sentence)."""

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from connections.lint import faults
from connections.lint.mends import MENDABLE, mend
from connections.lint.rules import RULES
from connections.providers import catalogue
from connections.value.agreeing import readings_by, readings_of
from connections.value.readers import everybody
from secretsadmin.config.backend import BackendConfig
from tests.conformance.traps import TRAPS
from tests.support.site import BACKEND
from tests.support.value_faults import SECRETS

TYPES = catalogue.types()
NEWEST = BackendConfig.from_kwargs({}, airflow="3.3")
PIECES = st.sampled_from(
    [
        *("mysql", "my_type", "://", ":", "@", "/", "?", "#", "&", "=", "%", "%40", "%FF", " "),
        *("\ufeff", "\n", "host", "Host", "pass", "__extra__", "5432", "30", "true", "{", "}", "_"),
        *('{"conn_type": "mysql"}', '{"conn_type": "mysql", "extra": ', '"', "\u00e9", "[", "]"),
    ]
)
TEXTS = st.lists(PIECES, max_size=14).map("".join)


@pytest.mark.parametrize(
    ("rule", "text", "mended"),
    [
        ("underscore-in-scheme", "my_type://u:p@h/x", "my-type://u:p@h/x"),
        ("underscore-in-scheme", " a_b_c://h_1/x_y ", " a-b-c://h_1/x_y "),
        ("hidden-before-text", "\ufeffmysql://h/x", "mysql://h/x"),
        ("hidden-before-text", '\ufeff{"conn_type": "mysql"}', '{"conn_type": "mysql"}'),
        ("space-around-text", ' {"conn_type": "mysql"}\n', '{"conn_type": "mysql"}'),
        ("space-around-text", '\u00a0{"conn_type": "mysql"}', '{"conn_type": "mysql"}'),
        ("space-around-text", "\n mysql://h/x\t", "mysql://h/x"),
        ("not-encoded", "mysql://u:p@w@h", "mysql://u:p%40w@h"),
        ("not-encoded", "mysql://u:100%@h", "mysql://u:100%25@h"),
    ],
)
def test_changes_what_is_wrong_and_nothing_else(rule: str, text: str, mended: str) -> None:
    assert mend(text, rule, BACKEND, TYPES) == mended


def test_keeps_what_tasks_read_where_all_of_them_read_the_same() -> None:
    text = "mysql://u:p@h?timeout=30"

    mended = mend(text, "reads-differently", NEWEST, TYPES)

    assert mended is not None
    assert readings_by(mended, NEWEST).are_sound
    assert readings_by(mended, NEWEST).best == readings_by(text, NEWEST).best


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        # Tasks of 3.1.6 read a number, and those of 3.3 a text.
        ("reads-differently", "mysql://h?timeout=30"),
        # What stands behind the # is lost, and may be meant.
        ("not-encoded", "mysql://u:p@w@h/a#b"),
        ("not-encoded", "mysql://u:%FF@h"),
        # The password may end at the slash, or hold it.
        ("underscore-in-scheme", "my_type://u:p/w@h/x"),
        ("space-around-text", " mysql://u:p/w@h/x"),
        # Some tasks read no JSON without a type.
        ("space-around-text", ' {"host": "h"}'),
        ("hidden-before-text", '\ufeff{"host": "h"}'),
        # Nobody knows whether the upper case is meant, or which key.
        ("host-case", "mysql://H"),
        ("other-key-as-type", '{"conn_id": "a", "conn_type": "mysql"}'),
        ("type-tag-missing", "mysql://h"),
        ("no such rule", "mysql://h"),
        # There is no such fault.
        ("not-encoded", "mysql://h"),
    ],
)
def test_is_none_where_it_is_not_certain(rule: str, text: str) -> None:
    assert mend(text, rule, BACKEND, TYPES) is None


@given(TEXTS, st.sampled_from([BACKEND, NEWEST]))
@example("my_type://u:p@h/x", BACKEND)
@example("\ufeffmysql://h?a=b", BACKEND)
@example(" mysql://u:p@w@h?a=1 ", NEWEST)
def test_leaves_a_text_without_the_fault_that_all_read_alike(
    text: str, backend: BackendConfig
) -> None:
    require_sound_mends(text, backend)


@pytest.mark.parametrize("backend", [BACKEND, NEWEST], ids=["any", "3.3"])
def test_does_so_for_all_texts_that_bite(backend: BackendConfig) -> None:
    stored = [secret.text for secret in SECRETS if secret.kind == "connections"]
    mended = [require_sound_mends(text, backend) for text in (*TRAPS.values(), *stored)]

    assert sum(mended) > 10


def require_sound_mends(text: str, backend: BackendConfig) -> int:
    """How many mends a text has, of which each is certain."""
    count = 0
    for rule in [fault.rule for fault in faults(text, backend, TYPES)]:
        mended = mend(text, rule.name, backend, TYPES)
        if mended is None:
            continue
        count += 1
        readings = readings_of(mended, everybody())
        assert rule in MENDABLE
        assert readings.are_sound
        assert rule not in [fault.rule for fault in faults(mended, backend, TYPES)]
        if rule.name in ("not-encoded", "reads-differently"):
            assert readings.best == readings_by(text, backend).best
    return count


@given(st.text() | TEXTS | st.dictionaries(st.text(), st.text()).map(json.dumps), st.text())
def test_and_every_rule_take_any_text(text: str, tag: str) -> None:
    for fault in faults(text, BACKEND, TYPES, tag):
        assert fault.rule in RULES
        assert fault.sentence.endswith((".", "?"))
        mend(text, fault.rule.name, BACKEND, TYPES)
