"""What a refreshed catalogue leaves to a person to judge, told from the sources of the providers in a folder.

Providers don't declare each key of an extra that their hooks read. A key that is told here may belong into
connection_types.json as an offered field, or be no key of an extra at all.
"""

import ast
import re
import sys
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

from connections import catalog
from connections.connection_type import ConnectionType

KEY = re.compile(r"[\w.-]{2,}")
# Hooks' own functions that take a key, mostly after the extra.
READERS = {"_get_field", "get_field"}


def main(folder: Path) -> None:
    types = catalog.types().values()
    for provider in sorted({one.provider for one in types}):
        own = [one for one in types if one.provider == provider]
        known = {field.name for one in own for field in one.extra_fields}
        if unknown := sorted(_read_keys(folder / _folder_of(provider)) - known):
            print(f"{provider} reads: {', '.join(unknown)}")
    for one in types:
        for path in _gone(one, folder):
            print(f"{one.conn_type}: {path} is gone.")


def _folder_of(provider: str) -> Path:
    """apache-airflow-providers-common-ai is in airflow/providers/common/ai."""
    return Path(*provider.removeprefix("apache-").split("-"))


def _gone(one: ConnectionType, folder: Path) -> Iterator[str]:
    for caller in (one.hook, one.operator):
        if caller and f"class {caller.name}" not in _source(folder / f"{caller.module.replace('.', '/')}.py"):
            yield caller.path


def _source(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""


def _read_keys(provider: Path) -> set[str]:
    """Utilities count, too: the hooks of Amazon and Google read their extras there."""
    modules = [path for path in provider.rglob("*.py") if {"hooks", "utils"} & set(path.parts)]
    return {key for path in modules for key in _keys(ast.parse(_source(path))) if KEY.fullmatch(key)}


def _keys(module: ast.Module) -> Iterator[str]:
    extras = {"extra", "extras", *_named_extras(module)}
    for node in ast.walk(module):
        match node:
            case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name), args=arguments) if name in READERS:
                yield from _text(*arguments)
            case ast.Call(func=ast.Attribute(value=value, attr="get" | "pop"), args=[key, *_]) if _is(value, extras):
                yield from _text(key)
            case ast.Subscript(value=value, slice=key) if _is(value, extras):
                yield from _text(key)
            case ast.Compare(left=key, ops=[ast.In() | ast.NotIn()], comparators=[value]) if _is(value, extras):
                yield from _text(key)


def _named_extras(module: ast.Module) -> Iterator[str]:
    """`config` after `config = connection.extra_dejson`."""
    for node in ast.walk(module):
        if isinstance(node, ast.Assign) and re.search(r"extra_dejson\b(?!\.get|\[)", ast.unparse(node.value)):
            yield from (ast.unparse(target) for target in node.targets)


def _is(node: ast.expr, extras: Iterable[str]) -> bool:
    text = ast.unparse(node)
    return text in extras or bool(re.search(r"\bextra_\w+$|_extras?$", text))


def _text(*nodes: ast.expr) -> Iterator[str]:
    """The first of them that is a text."""
    texts = (node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str))
    yield from islice(texts, 1)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
