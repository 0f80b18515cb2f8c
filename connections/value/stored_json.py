"""A secret that is JSON: its object, and which of its keys stand for which field.

No error here has a cause or a context: json's own hold on to the text that they were given.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from connections.value.errors import UnreadableSecret

# The environment's further words for fields, beside those below.
ConnWords = Mapping[str, Sequence[str]]

# secrets_manager.py, _standardize_secret_keys.
WORDS: Mapping[str, tuple[str, ...]] = {
    "login": ("login", "user", "username", "user_name"),
    "password": ("password", "pass", "key"),
    "host": ("host", "remote_host", "server"),
    "port": ("port",),
    "schema": ("database", "schema"),
    "conn_type": ("conn_type", "conn_id", "connection_type", "engine"),
    "extra": ("extra",),
}


def values_by_field(text: str, extra_conn_words: ConnWords) -> dict[str, Any]:
    """What a JSON secret has for each of FIELDS, as it stands there, or None.

    The first key in the text that is a word for a field counts. Raises UnreadableSecret.
    """
    stored = json_object(text)
    fields = words_of(extra_conn_words)
    return {name: _first_value(stored, words) for name, words in fields.items()}


def _first_value(stored: Mapping[str, Any], words: Sequence[str]) -> Any:
    for key, value in stored.items():
        if key in words:
            return value
    return None


def json_object(text: str) -> dict[str, Any]:
    """The object in a text that starts with a brace: what can be parsed of that is an object.

    Raises UnreadableSecret, with the place at which the text breaks off.
    """
    try:
        return dict(json.loads(text))
    except json.JSONDecodeError as error:
        where = f"it breaks off at line {error.lineno}, column {error.colno}"
    except (ValueError, RecursionError):
        where = "a number is too long or the nesting too deep"
    coarse = "The text starts with a brace but Airflow can't read it as JSON"
    raise UnreadableSecret("secret", f"{coarse}: {where}.", f"{coarse}.")


def words_of(extra_conn_words: ConnWords) -> dict[str, tuple[str, ...]]:
    """The keys that stand for each field in JSON. Raises UnreadableSecret for an unknown field.

    `user` is the configuration's older word for `login`.
    """
    words = dict(WORDS)
    for configured, further_words in extra_conn_words.items():
        name = "login" if configured == "user" else configured
        if name not in words:
            raise UnreadableSecret(
                "secret",
                "extra_conn_words names a field that Airflow doesn't know, "
                "so it reads no JSON at all.",
            )
        words[name] = (*words[name], *further_words)
    return words
