"""What Airflow drops of a secret without a word."""

from collections.abc import Iterator
from typing import Any

from connections.readers import Reader
from connections.reading import (
    FIELDS,
    LABELS,
    ConnWords,
    Parsed,
    UnreadableSecret,
    form_of,
    found_in,
    json_object,
    parse,
    words_of,
)

# It refuses an extra that is no object.
_STRICT = Reader.of("3.3", "server")


def ignored_keys(text: str, extra_conn_words: ConnWords | None = None) -> tuple[str, ...]:
    """Names of a JSON secret's keys that Airflow doesn't read: unknown ones, and second aliases.

    Raises UnreadableSecret where the text isn't JSON after all.
    """
    if form_of(text) == "uri":
        return ()
    stored = json_object(text)
    words = words_of(extra_conn_words or {})
    read_keys = {next((key for key in stored if key in known), None) for known in words.values()}
    return tuple(key for key in stored if key not in read_keys)


def taken_for_nothing(text: str, extra_conn_words: ConnWords | None = None) -> Iterator[str]:
    """What has a value, and none for Airflow, a sentence each. Raises UnreadableSecret where the text can't be read."""
    if form_of(text) == "json":
        found = found_in(text, extra_conn_words or {})
        for name in FIELDS:
            if _is_false(found[name]) and (name, found[name]) != ("extra", {}):
                yield f"The {LABELS[name]} is 0, false or an empty list in the JSON, which counts as none."
    if _is_other_extra(parse(text, extra_conn_words)):
        yield "The extra is not a JSON object. Whoever reads it all the same finds nothing in it."


def _is_false(value: Any) -> bool:
    return not value and value is not None and value != ""


def _is_other_extra(parsed: Parsed) -> bool:
    try:
        parsed.read_by(_STRICT)
    except UnreadableSecret as error:
        return error.field == "extra"
    return False
