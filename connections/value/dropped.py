"""What Airflow drops of a secret without a word."""

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from connections.value.errors import UnreadableSecret
from connections.value.readers import Reader
from connections.value.reading import FIELDS, LABELS, Parsed, format_of, parse
from connections.value.stored_json import ConnWords, json_object, values_by_field, words_of

# One refuses an extra that is no object, and the other finds nothing in it.
_STRICT, _LENIENT = Reader.of("3.3", "server"), Reader.of("2.11", "server")


def ignored_keys(text: str, extra_conn_words: ConnWords | None = None) -> tuple[str, ...]:
    """Names of a JSON secret's keys that Airflow doesn't read: unknown ones, and second aliases.

    Raises UnreadableSecret where the text isn't JSON after all.
    """
    if format_of(text) == "uri":
        return ()
    stored = json_object(text)
    read_keys = set()
    for words in words_of(extra_conn_words or {}).values():
        aliases = [key for key in stored if key in words]
        read_keys.update(aliases[:1])
    return tuple(key for key in stored if key not in read_keys)


def taken_for_nothing(text: str, extra_conn_words: ConnWords | None = None) -> Iterator[str]:
    """A sentence for each value that Airflow takes for none.

    Raises UnreadableSecret where the text can't be read.
    """
    yield from counted_as_none(text, extra_conn_words)
    if has_other_extra(text, extra_conn_words):
        yield "The extra is not a JSON object. Whoever reads it all the same finds nothing in it."


def counted_as_none(text: str, extra_conn_words: ConnWords | None = None) -> Iterator[str]:
    """A sentence for each field of JSON that holds a 0, a false or an empty list.

    Raises UnreadableSecret where the text can't be read.
    """
    if format_of(text) == "uri":
        return
    values = values_by_field(text, extra_conn_words or {})
    for name in FIELDS:
        if _counts_as_none(name, values[name]):
            yield (
                f"The {LABELS[name]} is 0, false or an empty list in the JSON, "
                "which counts as none."
            )


def has_other_extra(text: str, extra_conn_words: ConnWords | None = None) -> bool:
    """Whether the extra is something else than a JSON object.

    Raises UnreadableSecret where the text can't be read.
    """
    return _is_other_extra(parse(text, extra_conn_words))


def _counts_as_none(name: str, value: Any) -> bool:
    if value is None or value == "":
        return False
    if name == "extra" and value == {}:
        return False
    return not value


def _is_other_extra(parsed: Parsed) -> bool:
    """A query isn't one, although a number in it may be too long for whoever reads it as JSON."""
    try:
        parsed.read_by(_STRICT)
    except UnreadableSecret as error:
        if error.field != "extra":
            return False
    else:
        return False
    with suppress(UnreadableSecret):
        return not parsed.read_by(_LENIENT)["extra"]
    return False
