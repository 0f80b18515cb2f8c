"""The connection types of Airflow's providers: to choose one, to draw its form, to use it in a DAG.

The types are in connection_types.json. A catalogue that refresh_connection_types made of somebody's
own Airflow is passed as `types`; its file is read once in a process.
"""

import json
import re
from collections.abc import Collection
from difflib import get_close_matches

from connections.providers import catalogue
from connections.providers.catalogue import Types
from connections.providers.types import Caller, ConnectionType
from connections.value.reading import normal_type
from secretsadmin.kinds import Usage, template_name

# Below this likeness, "did you mean" is a guess that misleads: proxy_host and proxy_port are at
# 0.8.
_LIKENESS = 0.82
# Nothing that is searched has names or descriptions that a longer query could be made of.
MOST_CHARACTERS = 500
# Shorter prefixes match too many keys.
_SHORTEST_PREFIX = 4


def get(conn_type: str, types: Types | None = None) -> ConnectionType:
    """A type by Airflow's name for it; an unknown one gets a form that hides nothing."""
    if types is None:
        types = catalogue.types()
    name = normal_type(conn_type)
    return types.get(name) or generic(name)


def generic(conn_type: str) -> ConnectionType:
    return ConnectionType(conn_type, conn_type)


def search(
    query: str, used: Collection[str] = (), types: Types | None = None
) -> list[ConnectionType]:
    """The types that match all words of a query, best first; among equals, those in use first.

    A match by the name or an alias of a type is better than one by its provider or description.
    """
    if len(query) > MOST_CHARACTERS:
        return []
    if types is None:
        types = catalogue.types()
    used_types = {normal_type(name) for name in used if name}
    candidates = list(types.values())
    candidates += [generic(name) for name in used_types if name not in types]
    words = _plain(query).split()
    matches = []
    for candidate in candidates:
        rank = _rank(words, candidate)
        if rank == _NO_MATCH:
            continue
        is_unused = candidate.conn_type not in used_types
        place = (rank > _BY_NAME, is_unused, rank, candidate.name.lower())
        matches.append((place, candidate))
    matches.sort(key=lambda match: match[0])
    return [candidate for _, candidate in matches]


_EXACT, _ALIAS, _BEGINS, _BY_NAME, _BY_DESCRIPTION, _NO_MATCH = range(6)


def _rank(words: list[str], connection_type: ConnectionType) -> int:
    if not words:
        return _EXACT
    own_names = (connection_type.conn_type, connection_type.name)
    names = [_plain(name) for name in (*own_names, *connection_type.aliases)]
    phrase = " ".join(words)
    if phrase in names[: len(own_names)]:
        return _EXACT
    if phrase in names:
        return _ALIAS
    if any(name.startswith(phrase) for name in names):
        return _BEGINS
    # A line each, so that no word is found across two names.
    lines = "\n".join(names)
    if all(word in lines for word in words):
        return _BY_NAME
    description = (connection_type.provider, connection_type.about)
    text = " ".join([*names, *map(_plain, description), connection_type.group])
    if all(word in text for word in words):
        return _BY_DESCRIPTION
    return _NO_MATCH


def _plain(text: str) -> str:
    return " ".join(re.sub(r"[\W_]+", " ", text.lower()).split())


def suggestion(conn_type: str, key: str, types: Types | None = None) -> str | None:
    """The key that was probably meant by one that this type's hook doesn't know.

    None where the hook knows it, or no key is like it.
    """
    connection_type = get(conn_type, types)
    names = {_squeezed(field.name): field.name for field in connection_type.extra_fields}
    if key in names.values():
        return None
    # Airflow 1 and early 2 wrote extra__snowflake__account for account.
    meant = _squeezed(key.removeprefix(f"extra__{connection_type.conn_type}__"))
    if len(meant) >= _SHORTEST_PREFIX:
        longer = [name for name in names if name.startswith(meant)]
        if len(longer) == 1:
            return names[longer[0]]
    for close in get_close_matches(meant, names, n=1, cutoff=_LIKENESS):
        return names[close]
    return None


def nearest_type(conn_type: str, types: Types) -> str | None:
    """The type that was probably meant by one that no provider has, if one is nearly the same."""
    squeezed = _squeezed(conn_type)
    names = {_squeezed(name): name for name in types}
    if squeezed in names:
        return names[squeezed]
    owners = [name for name, known in types.items() if squeezed in map(_squeezed, known.aliases)]
    if len(owners) == 1:
        return owners[0]
    # Every short name is nearly another.
    long = [name for name in names if len(name) >= _SHORTEST_PREFIX]
    for close in get_close_matches(squeezed, long, n=1, cutoff=_LIKENESS):
        return names[close]
    return None


def _squeezed(name: str) -> str:
    return re.sub(r"[\W_]+", "", name).lower()


def usage(
    conn_type: str, conn_id: str, types: Types | None = None, *, is_for_airflow_2: bool = False
) -> tuple[Usage, ...]:
    """Code that uses the connection, ready to copy.

    An operator and a hook are in it where the catalogue has them for this type.
    """
    connection_type = get(conn_type, types)
    usages = []
    if connection_type.operator:
        name = re.sub(r"[^a-z0-9_]+", "_", connection_type.conn_type.lower())
        code = _code(connection_type.operator, conn_id, f'task_id="{name}_task"')
        usages.append(Usage("In an operator", code))
    if connection_type.hook:
        code = _code(connection_type.hook, conn_id, assign="hook = ")
    else:
        module = "airflow.hooks.base" if is_for_airflow_2 else "airflow.sdk"
        call = f"BaseHook.get_connection({_literal(conn_id)})"
        code = f"from {module} import BaseHook\n\nconnection = {call}"
    usages.append(Usage("In a task", code))
    if example := _in_a_template(connection_type):
        code = f"{{{{ {template_name('conn', conn_id)}{example} }}}}"
        usages.append(Usage("In a template", code))
    return tuple(usages)


def _in_a_template(connection_type: ConnectionType) -> str:
    """A part of such connections that is no secret, as a template gets at it."""
    for name in ("host", "schema", "login", "port"):
        if not connection_type.standard_field(name).hidden:
            return f".{name}"
    plain = [field for field in connection_type.extra_fields if not field.sensitive]
    if not plain:
        return ""
    usual = min(plain, key=lambda field: (not field.required, not field.first, field.offered))
    return f".extra_dejson[{_literal(usual.name)}]"


def _code(caller: Caller, conn_id: str, *arguments: str, assign: str = "") -> str:
    given = [*arguments, f"{caller.argument}={_literal(conn_id)}"]
    if caller.also:
        given.append(caller.also)
    return f"from {caller.module} import {caller.name}\n\n{assign}{caller.name}({', '.join(given)})"


def _literal(text: str) -> str:
    """Python takes what JSON writes, in the double quotes that its formatters prefer."""
    return json.dumps(text, ensure_ascii=False)
