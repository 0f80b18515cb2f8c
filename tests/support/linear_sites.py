"""Where the product uses regular expressions, found in its source, so that none is forgotten.

A pattern can be slow where it is searched for, and quick where it has to fit from the beginning. So
what counts is the pair of a pattern and a method.
"""

import ast
import importlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("connections", "secretsadmin", "variables")
ANCHORED = ("match", "fullmatch")
METHODS = (*ANCHORED, "search", "sub", "subn", "split", "findall", "finditer")
# Django's own, which take a pattern and search for it; ours are all anchored at both ends by
# themselves.
DJANGO = ("RegexField", "RegexValidator")


@dataclass(frozen=True)
class Site:
    """One use of a regular expression.

    Where its pattern isn't known from the source, there is none.
    """

    where: str
    source: str
    method: str
    pattern: re.Pattern[str] | None


def modules() -> Iterator[tuple[ModuleType, ast.Module]]:
    for path in sorted(file for package in PACKAGES for file in (ROOT / package).rglob("*.py")):
        if {"migrations", "__main__.py"} & {*path.parts}:
            continue
        name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        yield importlib.import_module(name), ast.parse(path.read_text(encoding="utf-8"))


def sites() -> list[Site]:
    """Every call of a regular expression's method, and every pattern that no call seems to use."""
    found = [site for module, tree in modules() for site in _of_module(module, tree)]
    used = {site.pattern for site in found}
    return [
        *found,
        *(
            Site(name, pattern.pattern, "search", pattern)
            for name, pattern in patterns()
            if pattern not in used
        ),
    ]


def patterns() -> Iterator[tuple[str, re.Pattern[str]]]:
    """The compiled patterns that modules hold, also those in tuples and mappings."""
    for module, _ in modules():
        for name, value in vars(module).items():
            for pattern in _patterns_in(value):
                yield f"{module.__name__}.{name}", pattern


def _patterns_in(value: Any) -> Iterator[re.Pattern[str]]:
    if isinstance(value, re.Pattern):
        yield value
    elif isinstance(value, dict):
        yield from _patterns_in(tuple(value.values()))
    elif isinstance(value, list | tuple | set | frozenset):
        for item in value:
            yield from _patterns_in(item)


def _of_module(module: ModuleType, tree: ast.Module) -> Iterator[Site]:
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        if site := _site(module, call):
            yield site


def _site(module: ModuleType, call: ast.Call) -> Site | None:
    where, source = f"{module.__name__}:{call.lineno}", ast.unparse(call)
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    if name in DJANGO:
        return Site(where, source, "search", _compiled(module, call))
    if name not in METHODS or not isinstance(call.func, ast.Attribute):
        return None
    owner = _value(module, call.func.value)
    if owner is re:
        return Site(where, source, name, _compiled(module, call))
    if isinstance(owner, re.Pattern):
        return Site(where, source, name, owner)
    return None


def _compiled(module: ModuleType, call: ast.Call) -> re.Pattern[str] | None:
    pattern = _value(module, call.args[0])
    flags = _value(module, call.args[-1]) if len(call.args) > 1 else 0
    if not isinstance(pattern, str):
        return None
    return re.compile(pattern, flags if isinstance(flags, int) else 0)


def _value(module: ModuleType, node: ast.expr) -> Any:
    """The value of a constant or a module's name; nothing for a local variable."""
    if isinstance(node, ast.Constant):
        return node.value
    names = {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}
    is_plain = (
        isinstance(node, ast.Name | ast.Attribute | ast.JoinedStr) and names <= vars(module).keys()
    )
    return eval(ast.unparse(node), vars(module)) if is_plain else None  # noqa: S307 - our own source.
