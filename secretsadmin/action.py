"""What an action is: who may do it, what it does, and what it is called.

The actions themselves are declared in actions.py and noted.py.
"""

from dataclasses import dataclass
from typing import Literal

ROLES = ("viewer", "editor", "admin", "auditor")
EVERYBODY = frozenset(ROLES)
READERS = frozenset({"viewer", "editor", "admin"})
EDITORS = frozenset({"editor", "admin"})
ADMINS = frozenset({"admin"})
AUDITORS = frozenset({"admin", "auditor"})

# What an action does to the staging label AWSCURRENT, and so to what Airflow reads.
Effect = Literal[
    "",
    # It puts the label on a version.
    "puts",
    # It hides the secret from Airflow, which finds nothing until the secret is restored.
    "hides",
    # It shows the secret to Airflow again.
    "shows",
]


@dataclass(frozen=True)
class Button:
    """A button that does all of an action at once, on the page of a secret.

    It is offered for secrets that are `scheduled` for deletion, or else for all the others.
    """

    label: str
    icon: str
    is_for_scheduled: bool = False


@dataclass(frozen=True)
class Action:
    """One action.

    Sentences: `done` and `tried` stand between a person and a kind of secret ("ada *changed* the
    connection"). `denied` follows "Editors may"; `{one}` and `{it}` stand for a secret. `made`
    follows a person where a version is described, and `{fields}` stands for what was changed in it.
    """

    verb: str
    title: str
    roles: frozenset[str]
    # In a protected environment, only admins may do it.
    is_guarded: bool = False
    # It leaves a record, also where it is refused.
    is_recorded: bool = False
    # It shows something of a value.
    discloses: bool = False
    # It shows what is masked, so a person may do it only so many times a minute and an hour.
    is_budgeted: bool = False
    # It changes something in AWS.
    writes: bool = False
    # It adds a version, whose id is the act's own.
    makes_version: bool = False
    effect: Effect = ""
    # The act names the version that it found to be current, and happens on top of that one alone.
    is_on_top: bool = False
    done: str = ""
    tried: str = ""
    denied: str = ""
    made: str = ""
    button: Button | None = None
    # The IAM actions that it can't do without, or may come to need. IAM policies follow from these.
    calls: tuple[str, ...] = ()
    # What it is done to, where that is no secret, such as a session.
    scope: str = ""

    @property
    def creates(self) -> bool:
        """Whether it makes a secret where there was none."""
        return self.makes_version and not self.is_on_top

    @property
    def needs_fresh_sign_in(self) -> bool:
        """Whether the sign-in must be a fresh one, in an environment that asks for that."""
        return self.writes or (self.is_guarded and self.discloses)

    @property
    def audit_name(self) -> str:
        """Its name in the audit log, where it is done to no secret."""
        return f"{self.scope}.{self.verb}"
