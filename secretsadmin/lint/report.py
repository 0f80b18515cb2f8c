"""Findings for other programs and for a terminal. docs/lint-rules.md says what they look like."""

import json
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby

from secretsadmin.lint.finding import Finding, Level, Rule
from secretsadmin.lint.order import by_level, summary, word_for

# The columns of a table, and the keys of an object. Programs that read these rely on them.
COLUMNS = ("environment", "kind", "id", "rule", "level", "sentence")
_COMMANDS: dict[Level, str] = {"error": "error", "caution": "warning", "info": "notice"}

Paint = Callable[[Level, str], str]


def cells_of(finding: Finding) -> dict[str, str]:
    """A finding by the names of COLUMNS."""
    rule = finding.rule
    cells = (finding.environment, finding.kind, finding.id, rule.name, rule.level, finding.sentence)
    return dict(zip(COLUMNS, cells, strict=True))


def as_json(findings: Sequence[Finding]) -> str:
    """A list of objects. It is ASCII alone, so no character of an id does anything elsewhere."""
    return json.dumps([cells_of(finding) for finding in findings], indent=2)


def as_github(findings: Sequence[Finding]) -> Iterator[str]:
    """Workflow commands, one a line, as GitHub's runner takes them."""
    for finding in findings:
        where = f"{finding.environment}/{finding.kind}/{finding.id}"
        title = _property(f"{finding.rule.title} ({finding.rule.name})")
        sentence = _data(f"{where}: {finding.sentence} {finding.rule.effect}")
        yield f"::{_COMMANDS[finding.rule.level]} title={title}::{sentence}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def as_text(findings: Sequence[Finding], paint: Paint) -> Iterator[str]:
    """Lines for people: each rule once, with what Airflow does and the secrets that break it."""
    for rule, of_rule in groupby(findings, key=lambda finding: finding.rule):
        yield f"{paint(rule.level, word_for(rule.level))}: {rule.title} ({rule.name})"
        yield f"  {rule.effect}"
        yield f"  {rule.mend}"
        for finding in of_rule:
            where = f"{finding.environment}/{finding.kind}/{finding.id}"
            yield f"    {_printable(where)}: {_printable(finding.sentence)}"
        yield ""
    yield f"{summary(by_level(findings)) or 'Nothing was found'}."


def _printable(text: str) -> str:
    """The text without what would move a terminal's cursor or turn its letters round."""
    return "".join(
        character if character.isprintable() else f"\\u{ord(character):04x}" for character in text
    )


def as_table(rules: Sequence[Rule]) -> str:
    """The table of docs/lint-rules.md."""
    lines = [
        "| Rule | Level | What is wrong | What Airflow does | What mends it | Asks for values |",
        "|---|---|---|---|---|---|",
    ]
    for rule in rules:
        asks = "yes" if rule.needs_value else "no"
        cells = (f"`{rule.name}`", rule.level, rule.title, rule.effect, rule.mend, asks)
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)
