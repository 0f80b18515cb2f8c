"""Findings in the order in which they are told, and their numbers in words."""

from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cache

from secretsadmin.lint.finding import LEVELS, Finding, Level
from secretsadmin.lint.rules import every_rule

_WORDS: Mapping[Level, tuple[str, str]] = {
    "error": ("error", "errors"),
    "caution": ("caution", "cautions"),
    "info": ("note", "notes"),
}


@cache
def _places() -> dict[str, int]:
    """Each rule's place, by its name: the worst first, and otherwise as they are declared."""
    in_order_of_level = sorted(every_rule(), key=lambda rule: LEVELS.index(rule.level))
    return {rule.name: place for place, rule in enumerate(in_order_of_level)}


def in_order(findings: Iterable[Finding]) -> list[Finding]:
    """The worst first, and those of a rule together, which stay in the order of their ids.

    `findings` are given in that order, because a page can't sort thousands of ids.
    """
    places = _places()
    return sorted(findings, key=lambda finding: places[finding.rule.name])


def by_level(findings: Iterable[Finding]) -> dict[Level, int]:
    """How many there are of each level, the worst first."""
    counts = Counter(finding.rule.level for finding in findings)
    return {level: counts[level] for level in LEVELS}


def counted(level: Level, number: int) -> str:
    """A number of findings in words, such as `1 error`."""
    singular, plural = _WORDS[level]
    if number == 1:
        return f"1 {singular}"
    return f"{number:,} {plural}"


def word_for(level: Level) -> str:
    return _WORDS[level][0]


def title_of(level: Level) -> str:
    """What findings of the level are called, such as `Errors`."""
    return _WORDS[level][1].capitalize()


def summary(counts: Mapping[Level, int]) -> str:
    """All the numbers in words; nothing for none."""
    return ", ".join(counted(level, number) for level, number in counts.items() if number)
