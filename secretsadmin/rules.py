"""What can be wrong with a secret: the rules of the lint, and the breach of one by a text."""

from dataclasses import dataclass
from typing import Literal

# The worst comes first. An error keeps Airflow from reading what was meant.
Level = Literal["error", "caution", "info"]
LEVELS: tuple[Level, ...] = ("error", "caution", "info")


@dataclass(frozen=True)
class Rule:
    """What can be wrong with a secret, or odd.

    `name` is stable: CI configurations, links and the audit log hold it. `effect` says what Airflow
    does with such a secret, and `mend` what people can do. A rule that `needs_value` can't be
    checked by metadata.
    """

    name: str
    level: Level
    title: str
    effect: str
    mend: str
    needs_value: bool = False


@dataclass(frozen=True)
class Fault:
    """A rule that a secret's text breaks.

    The sentence names fields and never a value or a part of one. It does tell of masked fields,
    such as that white space ends one, so it is for people who may reveal the secret.
    """

    rule: Rule
    sentence: str
