"""Whatever its fields and whatever the text, a connection."""

import json
from typing import Any

from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from connections.value.connection import (
    FIELDS,
    Connection,
    NotRepresentable,
    UnreadableSecret,
    differing_fields,
)
from connections.value.readers import READERS

many = settings(max_examples=120)

HOSTILE = st.sampled_from(
    [*":/?#[]@!$&'()*+,;=%-._~ \t\n\r\x00\x7f\u2028\ufeffüßİΩ😀", "://", "%41", "__extra__"]
)
text = st.lists(HOSTILE | st.characters(exclude_categories=["Cs"]), max_size=8).map("".join)
any_text = st.text(st.characters() | st.sampled_from(':/?#[]@%{}"\\\ud800'))
json_value = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | text
    | st.sampled_from(["1", "true", "null", "[]"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(text, inner, max_size=3),
    max_leaves=6,
)
extras = st.dictionaries(text, text, max_size=3) | st.dictionaries(text, json_value, max_size=3)
plain_types = st.from_regex(r"[a-z][a-z0-9.+_]{0,8}", fullmatch=True).filter(
    lambda name: name != "postgresql"
)


def connections(
    types: st.SearchStrategy[str], ports: st.SearchStrategy[int]
) -> st.SearchStrategy[Connection]:
    return st.builds(
        Connection,
        conn_type=types,
        host=text | text.map("https://{}".format),
        login=text,
        password=text,
        schema=text,
        port=st.none() | ports,
        extra=extras,
    )


def is_read_whole(encoded: str, connection: Connection) -> bool:
    """By all of Airflow's readers, but for those that read no JSON without a type."""
    readers = [each for each in READERS if connection.conn_type or not each.json.requires_type]
    return all(Connection.from_secret(encoded, reader=reader) == connection for reader in readers)


@many
@given(connections(plain_types, st.integers(0, 65_535)))
def test_is_read_back_whole_from_a_uri(connection: Connection) -> None:
    encoded = connection.encode()

    assert encoded.format == "uri"
    assert is_read_whole(encoded.text, connection)
    assert encoded.text.isascii()


@many
@given(connections(text | plain_types, st.integers(1, 65_535)))
def test_is_read_back_whole_from_json(connection: Connection) -> None:
    assume("-" not in connection.conn_type)

    encoded = connection.encode("json")

    assert is_read_whole(encoded.text, connection)


@many
@given(connections(any_text, st.integers()))
def test_is_encoded_whole_or_refused_by_a_named_field(connection: Connection) -> None:
    try:
        encoded = connection.encode()
    except NotRepresentable as error:
        refused = error.field
    else:
        refused = ""
        assert is_read_whole(encoded.text, connection)
    assert refused in {"", "conn_type", "port"}


@many
@given(any_text)
@example("{")
@example("://")
@example("a://[")
def test_is_read_from_any_text_or_refused(secret: str) -> None:
    read_or_refuse(secret)


@many
@given(
    st.dictionaries(
        st.sampled_from(["user", "login", "conn_id", "conn_type", "port", "extra", "x"]), json_value
    )
)
def test_is_read_from_any_object_or_refused(stored: dict[str, Any]) -> None:
    read_or_refuse(json.dumps(stored))


@many
@given(connections(plain_types, st.integers(0, 65_535)), st.data())
def test_is_read_from_any_damaged_text_or_refused(
    connection: Connection, data: st.DataObject
) -> None:
    secret = connection.encode(data.draw(st.sampled_from(["auto", "uri"]))).text
    at = data.draw(st.integers(0, len(secret)))

    read_or_refuse(secret[:at] + data.draw(HOSTILE) + secret[at + data.draw(st.integers(0, 2)) :])


@many
@given(any_text)
def test_that_could_be_read_is_never_written_as_something_else(secret: str) -> None:
    for reader in READERS:
        try:
            connection = Connection.from_secret(secret, reader=reader)
            encoded = connection.encode()
        except (UnreadableSecret, NotRepresentable):
            continue
        assert is_read_whole(encoded.text, connection)


@many
@given(connections(any_text, st.integers()), connections(any_text, st.integers()))
def test_differs_from_another_in_the_same_fields_as_the_other_from_it(
    one: Connection, other: Connection
) -> None:
    assert sorted(differing_fields(one, other)) == sorted(differing_fields(other, one))
    assert differing_fields(one, one) == ()


def read_or_refuse(secret: str) -> None:
    for reader in READERS:
        try:
            connection = Connection.from_secret(secret, reader=reader)
        except UnreadableSecret:
            continue
        assert all(isinstance(getattr(connection, name), str) for name in FIELDS[:5])
