"""The connection types of Airflow's providers: to choose one, to draw its form, to use it in a DAG.

The types are in connection_types.json. A catalogue that refresh_connection_types made of somebody's own Airflow is
passed as `among`; its file is read once in a process.
"""

import json
import re
from collections.abc import Collection, Mapping
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

from connections.catalog_file import InvalidCatalogue, parse
from connections.connection_type import GROUPS, Caller, ConnectionType, ExtraField, StandardField
from connections.reading import normal_type
from secretsadmin.kinds import Usage, template_name

__all__ = [
    "BUILT_IN",
    "GROUPS",
    "Caller",
    "ConnectionType",
    "ExtraField",
    "InvalidCatalogue",
    "StandardField",
    "Types",
    "generic",
    "get",
    "load",
    "search",
    "suggestion",
    "types",
    "usage",
]

Types = Mapping[str, ConnectionType]
BUILT_IN = Path(__file__).with_name("connection_types.json")
# Below this likeness, "did you mean" is a guess that misleads: proxy_host and proxy_port are at 0.8.
_LIKENESS = 0.82
# Nothing that is searched has names or descriptions that a longer query could be made of.
MOST_CHARACTERS = 500
# Fewer letters than this begin too many keys.
_TELLING = 4


@lru_cache(maxsize=8)
def load(path: Path | str = BUILT_IN) -> Types:
    """Raises InvalidCatalogue, which names the entry at fault."""
    try:
        text = Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is no UTF-8"
        raise InvalidCatalogue(str(path), f"the file can't be read: {reason}.") from None
    return MappingProxyType(parse(text))


def types() -> Types:
    return load()


def get(conn_type: str, among: Types | None = None) -> ConnectionType:
    """A type by Airflow's name for it; one that nobody knows gets a form that hides nothing."""
    known = types() if among is None else among
    name = normal_type(conn_type)
    return known.get(name) or generic(name)


def generic(conn_type: str) -> ConnectionType:
    return ConnectionType(conn_type, conn_type)


def search(query: str, used: Collection[str] = (), among: Types | None = None) -> list[ConnectionType]:
    """The types that fit all words of a query, best first; among equals, those in use come before the others.

    A type that is found by its own name or alias is a better answer than one found by its provider or description.
    """
    if len(query) > MOST_CHARACTERS:
        return []
    known = types() if among is None else among
    used = {normal_type(name) for name in used if name}
    candidates = [*known.values(), *(generic(name) for name in used if name not in known)]
    words = _plain(query).split()
    ranked = [(_rank(words, one), one.conn_type not in used, one.name.lower(), one) for one in candidates]
    found = [(rank > _BY_NAME, unused, rank, name, one) for rank, unused, name, one in ranked if rank < _NOT_FOUND]
    return [one for *_, one in sorted(found, key=lambda entry: entry[:4])]


_EXACT, _ALIAS, _BEGINS, _BY_NAME, _BY_DESCRIPTION, _NOT_FOUND = range(6)


def _rank(words: list[str], one: ConnectionType) -> int:
    if not words:
        return _EXACT
    names = [_plain(name) for name in (one.conn_type, one.name, *one.aliases)]
    whole = " ".join(words)
    if whole in names:
        return _EXACT if whole in names[:2] else _ALIAS
    if any(name.startswith(whole) for name in names):
        return _BEGINS
    if all(any(word in name for name in names) for word in words):
        return _BY_NAME
    text = " ".join([*names, _plain(one.provider), _plain(one.about), one.group])
    return _BY_DESCRIPTION if all(word in text for word in words) else _NOT_FOUND


def _plain(text: str) -> str:
    return " ".join(re.sub(r"[\W_]+", " ", text.lower()).split())


def suggestion(conn_type: str, key: str, among: Types | None = None) -> str | None:
    """The key that was meant by one that this hook doesn't know. None where it is known, or nothing is like it."""
    one = get(conn_type, among)
    names = {_squeezed(field.name): field.name for field in one.extra_fields}
    if key in names.values():
        return None
    # Airflow 1 and early 2 wrote extra__snowflake__account for account.
    meant = _squeezed(key.removeprefix(f"extra__{one.conn_type}__"))
    longer = [name for name in names if len(meant) >= _TELLING and name.startswith(meant)]
    close = longer if len(longer) == 1 else get_close_matches(meant, names, n=1, cutoff=_LIKENESS)
    return names[close[0]] if close else None


def _squeezed(name: str) -> str:
    return re.sub(r"[\W_]+", "", name).lower()


def usage(
    conn_type: str, conn_id: str, among: Types | None = None, *, is_for_airflow_2: bool = False
) -> tuple[Usage, ...]:
    """Code that uses the connection, ready to copy: with an operator and a hook where those are known for sure."""
    one = get(conn_type, among)
    found = []
    if one.operator:
        task = f'task_id="{re.sub(r"[^a-z0-9_]+", "_", one.conn_type.lower())}_task"'
        found.append(Usage("In an operator", _code(one.operator, conn_id, task)))
    module = "airflow.hooks.base" if is_for_airflow_2 else "airflow.sdk"
    hook = _code(one.hook, conn_id, assign="hook = ") if one.hook else _base_hook(module, conn_id)
    found.append(Usage("In a task", hook))
    if example := _in_a_template(one):
        found.append(Usage("In a template", f"{{{{ {template_name('conn', conn_id)}{example} }}}}"))
    return tuple(found)


def _in_a_template(one: ConnectionType) -> str:
    """A part that connections of this type have and that is no secret, as a template gets at it."""
    for name in ("host", "schema", "login", "port"):
        if not one.standard_field(name).hidden:
            return f".{name}"
    plain = [field for field in one.extra_fields if not field.sensitive]
    plain.sort(key=lambda field: (not field.required, not field.first, field.offered))
    return f".extra_dejson[{_literal(plain[0].name)}]" if plain else ""


def _code(caller: Caller, conn_id: str, *arguments: str, assign: str = "") -> str:
    given = [*arguments, f"{caller.argument}={_literal(conn_id)}", *([caller.also] if caller.also else [])]
    return f"from {caller.module} import {caller.name}\n\n{assign}{caller.name}({', '.join(given)})"


def _base_hook(module: str, conn_id: str) -> str:
    return f"from {module} import BaseHook\n\nconnection = BaseHook.get_connection({_literal(conn_id)})"


def _literal(text: str) -> str:
    """Python takes what JSON writes, in the double quotes that its formatters prefer."""
    return json.dumps(text, ensure_ascii=False)
