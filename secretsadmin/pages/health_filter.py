"""Which findings are shown: what the page's address says."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from django.http import QueryDict

from secretsadmin.kinds import BY_NAME, KINDS
from secretsadmin.lint.finding import LEVELS, Finding
from secretsadmin.lint.order import title_of
from secretsadmin.lint.rules import every_rule
from secretsadmin.pages.filters import MOST_WORDS
from secretsadmin.pages.tag_filter import Option


@dataclass(frozen=True)
class HealthFilter:
    """What the address asks for. A level, rule or kind that doesn't exist counts as not given."""

    query: str = ""
    level: str = ""
    rule: str = ""
    kind: str = ""
    page: str = ""

    @classmethod
    def from_query(cls, query: QueryDict) -> "HealthFilter":
        return cls(
            query=query.get("q", "").strip(),
            level=_one_of(LEVELS, query.get("level", "")),
            rule=_one_of([rule.name for rule in every_rule()], query.get("rule", "")),
            kind=_one_of(BY_NAME, query.get("kind", "")),
            page=query.get("page", ""),
        )

    @property
    def is_filtering(self) -> bool:
        return bool(self.query or self.level or self.rule or self.kind)

    def find(self, findings: Iterable[Finding]) -> list[Finding]:
        """The findings that fit, in the order in which they are given."""
        if not self.is_filtering:
            return list(findings)
        words = self.query.lower().split()[:MOST_WORDS]
        return [finding for finding in findings if self._fits(finding, words)]

    def _fits(self, finding: Finding, words: Sequence[str]) -> bool:
        rule = finding.rule
        if self.level and rule.level != self.level:
            return False
        if self.rule and rule.name != self.rule:
            return False
        if self.kind and finding.kind != self.kind:
            return False
        if not words:
            return True
        searched = f"{finding.id}\n{rule.name}\n{rule.title}\n{finding.sentence}".lower()
        return all(word in searched for word in words)

    def at(self, url: str, **more: str) -> str:
        """The page's address with this filter."""
        parameters = {"q": self.query, "level": self.level, "rule": self.rule, "kind": self.kind}
        filled = {name: text for name, text in (parameters | more).items() if text}
        if not filled:
            return url
        return f"{url}?{urlencode(filled)}"

    def only(self, **chosen: str) -> "HealthFilter":
        return replace(self, page="", **chosen)


def _one_of(names: Iterable[str], name: str) -> str:
    if name in names:
        return name
    return ""


@dataclass(frozen=True)
class Choices:
    """What the filter offers, each with the number of all findings of it."""

    levels: tuple[Option, ...]
    rules: tuple[Option, ...]
    kinds: tuple[Option, ...]


def choices(findings: Sequence[Finding], chosen: HealthFilter) -> Choices:
    """The choices among these findings, and what is chosen already."""
    levels = Counter(finding.rule.level for finding in findings)
    rules = Counter(finding.rule.name for finding in findings)
    kinds = Counter(finding.kind for finding in findings)
    return Choices(
        tuple(Option(level, title_of(level), levels[level]) for level in LEVELS),
        tuple(
            Option(rule.name, rule.title, rules[rule.name])
            for rule in every_rule()
            if rules[rule.name] or rule.name == chosen.rule
        ),
        tuple(Option(kind.name, kind.title, kinds[kind.name]) for kind in KINDS),
    )
