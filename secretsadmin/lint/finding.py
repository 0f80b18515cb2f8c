"""What a lint finds: a rule that a secret breaks, told in a sentence that quotes no value."""

from dataclasses import dataclass

from secretsadmin.rules import LEVELS, Level, Rule

__all__ = ["LEVELS", "Finding", "Level", "Rule"]


@dataclass(frozen=True)
class Finding:
    """A rule that one secret breaks.

    The sentence names fields, ids and dates, and never a value or a part of one. `id` is the
    secret's key, as in its URL; it is a whole name in AWS for a secret that Airflow doesn't look
    up.
    """

    environment: str
    kind: str
    id: str
    rule: Rule
    sentence: str
