"""Prints what a person must judge in a refreshed catalogue, by the providers' sources in a folder.

Providers don't declare each key of an extra that their hooks read. A key that is printed here may
belong into connection_types.json as an offered field, or be no key of an extra at all.
"""

import ast
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from connections.providers import catalogue
from connections.providers.types import ConnectionType

KEY = re.compile(r"[\w.-]{2,}")
EXTRA = re.compile(r"extra_dejson\b(?!\.get|\[)")
# Hooks' own functions that take a key, mostly after the extra.
READERS = {"_get_field", "get_field"}


def main(folder: Path) -> None:
    types = catalogue.types().values()
    for provider in sorted({conn_type.provider for conn_type in types}):
        fields: set[str] = set()
        for conn_type in types:
            if conn_type.provider == provider:
                fields |= {field.name for field in conn_type.extra_fields}
        if unknown := sorted(_read_keys(folder / _folder_of(provider)) - fields):
            print(f"{provider} reads: {', '.join(unknown)}")
    for conn_type in types:
        for path in _missing_classes(conn_type, folder):
            print(f"{conn_type.conn_type}: {path} is gone.")


def _folder_of(provider: str) -> Path:
    """The folder of a provider's sources.

    That of apache-airflow-providers-common-ai is airflow/providers/common/ai.
    """
    return Path(*provider.removeprefix("apache-").split("-"))


def _missing_classes(conn_type: ConnectionType, folder: Path) -> Iterator[str]:
    for caller in (conn_type.hook, conn_type.operator):
        if not caller:
            continue
        module = folder / f"{caller.module.replace('.', '/')}.py"
        if f"class {caller.name}" not in _source(module):
            yield caller.path


def _source(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""


def _read_keys(provider: Path) -> set[str]:
    """The keys that hooks and utilities read; Amazon's and Google's utilities read extras, too."""
    keys: set[str] = set()
    for path in provider.rglob("*.py"):
        if {"hooks", "utils"} & set(path.parts):
            keys |= {key for key in _keys(ast.parse(_source(path))) if KEY.fullmatch(key)}
    return keys


def _keys(module: ast.Module) -> Iterator[str]:
    extras = {"extra", "extras", *_named_extras(module)}
    for node in ast.walk(module):
        match node:
            case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name), args=arguments) if (
                name in READERS
            ):
                yield from _text(*arguments)
            case ast.Call(func=ast.Attribute(value=value, attr="get" | "pop"), args=[key, *_]) if (
                _is(value, extras)
            ):
                yield from _text(key)
            case ast.Subscript(value=value, slice=key) if _is(value, extras):
                yield from _text(key)
            case ast.Compare(left=key, ops=[ast.In() | ast.NotIn()], comparators=[value]) if _is(
                value, extras
            ):
                yield from _text(key)


def _named_extras(module: ast.Module) -> Iterator[str]:
    """`config` after `config = connection.extra_dejson`."""
    for node in ast.walk(module):
        if isinstance(node, ast.Assign) and EXTRA.search(ast.unparse(node.value)):
            yield from map(ast.unparse, node.targets)


def _is(node: ast.expr, extras: Iterable[str]) -> bool:
    text = ast.unparse(node)
    return text in extras or bool(re.search(r"\bextra_\w+$|_extras?$", text))


def _text(*nodes: ast.expr) -> Iterator[str]:
    """The first of them that is a text."""
    for node in nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
            return


if __name__ == "__main__":
    main(Path(sys.argv[1]))
