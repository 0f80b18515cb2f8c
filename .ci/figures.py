"""How densely a code base is written, as figures: `python .ci/figures.py [ROOT] [PACKAGE ...]`.

Without arguments it measures this project. To compare, give it the checkout of another one and the
folders of its packages, such as `python .ci/figures.py ../healthchecks hc`.
"""

import ast
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from statistics import median

OURS = ("secretsadmin", "connections", "variables")
LEFT_OUT = {"tests", "migrations"}
BRANCHES = (
    ast.If,
    ast.IfExp,
    ast.For,
    ast.AsyncFor,
    ast.While,
    ast.ExceptHandler,
    ast.match_case,
)
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
# These names tell a role in a sentence, and not what they stand for.
ROLES = ("found", "one", "each", "known", "asked", "told")
LONGEST_LINE = 100

Function = ast.FunctionDef | ast.AsyncFunctionDef


def main(root: Path, packages: tuple[str, ...]) -> None:
    texts = [path.read_text(encoding="utf-8") for path in _sources(root, packages)]
    trees = [ast.parse(text) for text in texts]
    functions = [node for tree in trees for node in ast.walk(tree) if isinstance(node, Function)]
    lines = sorted(map(_lines, functions))
    complexities = [1 + _branches(function) for function in functions]
    helpers = [uses for tree in trees for uses in _uses_of_helpers(tree)]
    names = Counter(name for function in functions for name in _bound_names(function))
    long_lines = [line for text in texts for line in text.splitlines() if len(line) > LONGEST_LINE]
    figures = {
        "functions": f"{len(functions):,}",
        "lines a function: median": f"{median(lines):g}",
        "lines a function: 95 of 100": f"{lines[len(lines) * 95 // 100]}",
        "lines a function: most": f"{lines[-1]}",
        "complexity: most": f"{max(complexities)}",
        "complexity a line": f"{sum(complexities) / sum(lines):.2f}",
        "ternaries a function": f"{_count(functions, ast.IfExp) / len(functions):.2f}",
        "comprehensions a function": f"{_count(functions, *COMPREHENSIONS) / len(functions):.2f}",
        "private helpers used once": f"{100 * helpers.count(1) / len(helpers):.0f} %",
        **{f"names: {role}": f"{names[role]:,}" for role in ROLES},
        f"lines over {LONGEST_LINE}": f"{len(long_lines):,}",
        "longest line of a template": f"{_longest_template_line(root):,}",
    }
    for title, figure in figures.items():
        print(f"{title:<28} {figure:>8}")


def _sources(root: Path, packages: tuple[str, ...]) -> Iterator[Path]:
    for package in packages:
        for path in sorted((root / package).rglob("*.py")):
            if not LEFT_OUT.intersection(path.relative_to(root).parts):
                yield path


def _lines(function: Function) -> int:
    return (function.end_lineno or function.lineno) - function.lineno + 1


def _branches(function: Function) -> int:
    """McCabe's count: each place where the code can go two ways, those inside a line included."""
    count = 0
    for node in ast.walk(function):
        if isinstance(node, BRANCHES):
            count += 1
        elif isinstance(node, ast.BoolOp):
            count += len(node.values) - 1
        elif isinstance(node, ast.comprehension):
            count += 1 + len(node.ifs)
    return count


def _count(functions: list[Function], *kinds: type[ast.AST]) -> int:
    return sum(isinstance(node, kinds) for function in functions for node in ast.walk(function))


def _uses_of_helpers(tree: ast.Module) -> Iterator[int]:
    """How often each private function of a module is named in it."""
    named = Counter(
        node.id if isinstance(node, ast.Name) else node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Name | ast.Attribute)
    )
    for node in ast.walk(tree):
        if isinstance(node, Function) and node.name.startswith("_") and node.name[1] != "_":
            yield named[node.name]


def _bound_names(function: Function) -> Iterator[str]:
    """The parameters and variables of a function, each time that one is bound."""
    for node in ast.walk(function):
        if isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id


def _longest_template_line(root: Path) -> int:
    templates = (root / "templates").rglob("*.html")
    texts = (path.read_text(encoding="utf-8") for path in templates)
    return max((len(line) for text in texts for line in text.splitlines()), default=0)


if __name__ == "__main__":
    root, *packages = sys.argv[1:] or ("", *OURS)
    main(Path(root), tuple(packages))
