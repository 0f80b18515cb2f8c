"""A form that somebody sent, with what they want: to preview it, to review it, or to save it."""

from abc import ABC, abstractmethod
from typing import ClassVar, Self

from django.http import QueryDict

from secretsadmin.diff.fields import Fields, key_in_a_form
from secretsadmin.forms.base import SecretForm
from secretsadmin.forms.resolution import Resolution
from secretsadmin.forms.subject import Intent, Subject
from secretsadmin.forms.told import Preview
from secretsadmin.kinds import Note, withheld
from secretsadmin.store.writes import Draft


class Submission(ABC):
    """What becomes of a form's input. It ends in a Draft and saves nothing itself."""

    form_class: ClassVar[type[SecretForm]]
    form: SecretForm

    def __init__(self, subject: Subject, data: QueryDict, notes: tuple[Note, ...] = ()) -> None:
        """`notes` say how the input was filled, where it wasn't typed."""
        self.subject = subject
        self.form = self.form_class(subject, data, notes=notes)

    @property
    def intent(self) -> Intent:
        return self.form.intent

    @property
    def resolution(self) -> Resolution:
        return self.form.resolution

    @abstractmethod
    def draft(self, stored: str | None = None) -> Draft:
        """What to store, on top of the text that is stored.

        Raises ValidationError with the field that forbids it.
        """

    @property
    def type_after(self) -> str | None:
        """The draft's type, as far as the input alone tells; None where it doesn't."""
        return ""

    @abstractmethod
    def laid_over(self, stored: str) -> str:
        """The text that all of the input makes of the stored one, whichever sides were chosen.

        Raises ValidationError.
        """

    @abstractmethod
    def preview(self) -> Preview:
        """What the input would become, without AWS. Never raises."""

    @abstractmethod
    def merge_parts(self, texts: tuple[str, ...]) -> tuple[Fields, ...]:
        """Each text in the parts that can be chosen one by one, all taken apart in the same way.

        The parts hold no more than the person may know. Never raises.
        """

    @abstractmethod
    def diff(self, before: str, after: str) -> tuple[Fields, Fields]:
        """Both texts in the parts that are compared, as finely as the person may. Never raises."""

    @abstractmethod
    def retypes(self, part: str) -> bool:
        """Whether the input gives a new value to this part, or clears it, without showing it."""

    def says_anew(self, part: str) -> bool:
        """Whether a new value for this part is stored: a part that stays theirs keeps its value."""
        return self.retypes(part) and key_in_a_form(part) not in self.resolution.theirs

    def leaves_alone(self, part: str) -> bool:  # noqa: ARG002 - an app may know better.
        """Whether the page showed this stored part, and the input still holds it."""
        return False

    def filled(self) -> Self:
        """The same input laid out anew, or this very submission if that can't be done."""
        return self

    def as_shown(self, fields: Fields) -> Fields:
        """These parts as the person may know them."""
        if self.subject.may_learn:
            return fields
        return withheld(fields)
