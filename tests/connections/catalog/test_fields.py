"""A field of the extra ... (each test finishes the sentence)."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connections.catalog.fields import (
    indented,
    is_plain,
    lay_typed_over,
    split_extra,
    text_of,
    value_of,
)
from connections.providers.types import KINDS, ExtraField
from connections.value.credentials import holds_credentials
from secretsadmin.texts import lines

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
FIELDS = st.builds(
    ExtraField,
    name=st.just("key"),
    label=st.just("Key"),
    kind=st.sampled_from(KINDS),
    multiline=st.booleans(),
    choices=st.sampled_from([(), ("a", "b"), (1, 2)]),
)


def field(kind: str = "string", **more: Any) -> ExtraField:
    return ExtraField("key", "Key", kind, **more)


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("string", "30", "30"),
        ("string", " two ", " two "),
        ("integer", "30", 30),
        ("integer", " -5 ", -5),
        ("number", "30", 30),
        ("number", "0.5", 0.5),
        ("boolean", "true", True),
        ("boolean", "false", False),
        ("object", '{"a": [1, null]}', {"a": [1, None]}),
        ("array", '["a", 1.0]', ["a", 1.0]),
        ("date", "2026-01-31", "2026-01-31"),
        ("datetime", "2026-01-31T08:30:00+00:00", "2026-01-31T08:30:00+00:00"),
        ("time", "08:30", "08:30"),
    ],
)
def test_has_the_json_type_that_its_kind_says(kind: str, text: str, value: Any) -> None:
    found = value_of(field(kind), text)

    assert json.dumps(found) == json.dumps(value)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("integer", "3.5"),
        ("integer", "thirty"),
        ("integer", "9" * 5000),
        ("integer", "٣"),
        ("number", "nan"),
        ("number", "1e999"),
        ("number", "1,5"),
        ("boolean", "maybe"),
        ("object", "[1]"),
        ("object", '{"a": 1, "a": 2}'),
        ("object", '{"a": NaN}'),
        ("object", "[" * 5000),
        ("array", "{}"),
        ("array", "hunter2"),
        ("date", "31.1.2026"),
        ("datetime", "hunter2"),
        ("time", "25:00"),
    ],
)
def test_says_what_is_wrong_and_quotes_nothing(kind: str, text: str) -> None:
    with pytest.raises(ValueError, match=r"[Ww]rite|Choose|This is no JSON") as caught:
        value_of(field(kind), text)

    assert text not in str(caught.value)
    assert caught.value.__context__ is None or caught.value.__suppress_context__


def test_takes_one_of_its_choices_with_its_type() -> None:
    assert value_of(field(choices=(1, 2)), "2") == 2
    with pytest.raises(ValueError, match="one of: 1, 2"):
        value_of(field(choices=(1, 2)), "3")


@given(FIELDS, JSON)
def test_shows_only_what_it_gives_back_exactly(one: ExtraField, value: Any) -> None:
    shown = text_of(one, value)

    if shown:
        assert json.dumps(value_of(one, shown)) == json.dumps(value)


@given(FIELDS, st.dictionaries(st.sampled_from(["key", "other"]), JSON))
def test_changes_nothing_when_it_is_saved_as_it_was_opened(
    one: ExtraField, extra: dict[str, Any]
) -> None:
    typed = {one.name: (text_of(one, extra.get(one.name)) or "").replace("\n", "\r\n")}

    assert json.dumps(lay_typed_over(extra, [one], typed, {})) == json.dumps(extra)


@given(FIELDS, st.dictionaries(st.sampled_from(["key", "other"]), JSON))
def test_is_the_whole_extra_together_with_the_others(
    one: ExtraField, extra: dict[str, Any]
) -> None:
    shown, others = split_extra([one], extra)

    again = others | {name: value_of(one, text) for name, text in shown.items()}
    assert json.dumps(again, sort_keys=True) == json.dumps(extra, sort_keys=True)


def test_is_taken_out_when_it_is_emptied() -> None:
    stored = {"key": "old", "other": 1}

    assert lay_typed_over(stored, [field()], {"key": ""}, {}) == {"other": 1}
    assert lay_typed_over(stored, [field()], {}, {}) == stored


def test_keeps_its_line_ends_while_nobody_changes_it() -> None:
    stored = {"key": "one\r\ntwo"}

    assert lay_typed_over(stored, [field(multiline=True)], {"key": "one\r\ntwo"}, {}) == stored
    assert lines("a\r\nb\rc\n") == "a\nb\nc\n"


@pytest.mark.parametrize(
    "text",
    [
        "https://user:pw@host",
        "jdbc:x://h;Password=hunter2",
        "Endpoint=sb://x;SharedAccessKey=abc",
        "-----BEGIN PRIVATE KEY-----",
        "svc:hunter2@db.example.com",
        "h?sv=2024&sig=abc%3D",
        '{"password": "hunter2"}',
        "password: hunter2",
        "Authorization: Basic dXNlcjpwYXNz",
        "Bearer abcdefgh12345",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIx.x",
        "ghp_0123456789abcdefghij",
        "https://hooks.slack.com/services/T0/B0/xyz",
        "hooks.slack.com/triggers/T0/123/xyz",
        "https://api.telegram.org/bot123456:AAHdqTcvCH1vGWJx/sendMessage",
        "https://discord.com/api/v10/webhooks/1234/abcd",
        "webhooks/1234/abcd",
        "https://acme.webhook.office.com/webhookb2/1f3e@2a/IncomingWebhook/x",
        "https://prod.logic.azure.com/workflows/x/triggers/run?api-version=1&sig=abc",
        "https://x.azurewebsites.net/api/run?code=abc",
        "https://chat.googleapis.com/v1/spaces/A/messages?key=abc&threadKey=x",
        "https://db.example.com/write?u=svc&p=hunter2",
        "https://example.com/?auth=hunter2",
        "https://example.com/?x_auth=hunter2",
        "https://example.com/#session_id=hunter2",
        "https://example.com/?%61uth=hunter2",
        "https://chat.example.com/hooks/abc1def2",
        "https://maker.ifttt.com/trigger/x/with/key/hunter2hunter2",
        "https://example.com/token/hunter2-hunter2.9/send",
        "https://rpc.example.com/v3/0123456789abcdef0123456789abcdef",
        "https://token@sentry.example.com/1",
        "https://user:pa/ss@host",
        "https:%2F%2Fuser:pw@host",
        "svc:hunt/er2@db.example.com",
    ],
)
def test_is_masked_when_it_holds_credentials_whatever_its_name(text: str) -> None:
    assert holds_credentials(text)
    assert not is_plain(field(multiline=True), text)


@pytest.mark.parametrize(
    "text",
    [
        "db.example.com:5432",
        "https://key-vault.example.com/secrets",
        "mailto@example.com",
        "token-service:8080",
        "a basic auth",
        "arn:aws:iam::123456789012:role/key-user",
        "AKIAIOSFODNN7EXAMPLE",
        "https://hooks.slack.com/services",
        "/etc/ssl/private/key.pem",
        "/opt/airflow/keys/snowflake.p8",
        "design=x",
        "https://hooks.slack.com/services/",
        "https://example.com/webhooks/github",
        "https://example.com/?page=2&codec=x",
        "https://0123456789abcdef0123456789abcdef.eu.cloud.es.io:9243/app",
        "https://management.azure.com/subscriptions/12345678-1234-1234-1234-123456789012/x",
        "https://s3.amazonaws.com/my-company-data-lake-production-2024/some-folder",
        "/sql/1.0/warehouses/0123456789abcdef",
        "host1:9092,host2:9092",
    ],
)
def test_is_not_masked_for_a_word_alone(text: str) -> None:
    assert not holds_credentials(text)


def test_is_plain_when_it_is_declared_and_no_secret() -> None:
    assert is_plain(field("integer"), 5)
    assert not is_plain(field("integer"), "5")
    assert not is_plain(field(sensitive=True), "x")
    assert not is_plain(None, "x")


@pytest.mark.parametrize(("begin", "end"), [("[", "]"), ('{"a":', "}")])
def test_is_indented_no_further_than_a_form_takes_it_back(begin: str, end: str) -> None:
    value = json.loads(f"{begin * 400}[{'1,' * 20_000}1]{end * 400}")

    text = indented(value)

    assert json.loads(text) == value
    assert len(text) < 131_072
