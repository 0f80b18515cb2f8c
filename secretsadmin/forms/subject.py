"""What a form is about, what it begins with, and what the person wants with it."""

from dataclasses import dataclass, field

from django.http import QueryDict

from secretsadmin.config.environments import Environment
from secretsadmin.forms.told import Preview, Trouble
from secretsadmin.kinds import Kind
from secretsadmin.store.reads import Secret


@dataclass(frozen=True)
class Subject:
    """A new secret of a kind, or one that is stored.

    `may_learn` says whether answers to the person may depend on what is stored and masked.
    """

    environment: Environment
    kind: Kind
    stored: Secret | None = None
    may_learn: bool = False

    @property
    def existing(self) -> Secret:
        """The secret that the form updates. Raises ValueError for a form that creates one."""
        if self.stored is None:
            raise ValueError("this form creates")
        return self.stored


@dataclass(frozen=True)
class Beginning:
    """What a form begins with, before anybody types.

    `how` is REVEALED, BLANK, EMPTY or MENDED, or empty if the form begins with the stored plain
    fields. `trouble` says why it doesn't simply do that. `proposal` shows what a save would store
    if the form begins with a mend.
    """

    how: str = ""
    version: str = ""
    text: str | None = field(default=None, repr=False)
    trouble: Trouble | None = None
    proposal: Preview | None = None


@dataclass(frozen=True)
class Intent:
    """Which button sent the form: at most one of these, or else the button that saves."""

    previews: bool = False
    fills: bool = False
    reviews: bool = False

    @classmethod
    def of(cls, data: QueryDict) -> "Intent":
        return cls("preview" in data, "fill" in data, "review" in data)

    @property
    def is_preview(self) -> bool:
        """Whether the form was sent to look at its result, and not to save it."""
        return self.previews or self.fills
