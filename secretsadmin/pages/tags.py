"""The page of a secret's own tags: a row for each, and some for new ones."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import zip_longest

from django import forms
from django.http import QueryDict

from secretsadmin.access.requests import Request
from secretsadmin.adapter import KindAdapter
from secretsadmin.forms.rendering import Text
from secretsadmin.pages.problems import Problem
from secretsadmin.pages.secret import SecretPage, head_of
from secretsadmin.store import tags
from secretsadmin.store.reads import Secret
from secretsadmin.store.tags import MOST_TAGS, InvalidTag, TagChange

# So many rows for new tags a page has.
NEW_ROWS = 3


class ReasonForm(forms.Form):
    reason = Text(max_length=1000, required=False, help_text="Kept in the audit log.")


@dataclass(frozen=True)
class TagRow:
    """One tag of the form. `was` is its value as the page showed it; None for a new tag."""

    key: str = ""
    value: str = ""
    was: str | None = None
    is_removed: bool = False
    error: str = ""

    @property
    def is_new(self) -> bool:
        return self.was is None

    @property
    def is_empty(self) -> bool:
        return self.is_new and not self.key and not self.value

    def checked(self) -> "TagRow":
        """The row with what is wrong with it."""
        if self.is_empty or (self.value == self.was and not self.is_removed):
            return self
        try:
            tags.check_key(self.key)
            tags.check_value(self.value)
        except InvalidTag as error:
            return replace(self, error=str(error))
        return self


@dataclass(frozen=True)
class TagInput:
    """What somebody sent, row by row."""

    rows: tuple[TagRow, ...]

    @property
    def has_errors(self) -> bool:
        return any(row.error for row in self.rows)

    @property
    def before(self) -> Mapping[str, str]:
        """The tags as the page showed them."""
        return {row.key: row.was for row in self.rows if row.was is not None}

    @property
    def change(self) -> TagChange:
        put, removed = {}, []
        for row in self.rows:
            if row.is_removed:
                removed.append(row.key)
            elif not row.is_empty and row.value != row.was:
                put[row.key] = row.value
        return TagChange(put, tuple(removed))


def tag_input(sent: QueryDict) -> TagInput:
    """The rows of a form, with what is wrong with each. More than AWS takes are left out."""
    removed = set(sent.getlist("remove"))
    columns = (sent.getlist("key"), sent.getlist("value"), sent.getlist("was"))
    rows = []
    for key, value, was in zip(*columns, strict=False):
        rows.append(TagRow(key, value, was, key in removed).checked())
    taken = {row.key for row in rows}
    new = zip_longest(sent.getlist("new-key"), sent.getlist("new-value"), fillvalue="")
    for key, value in new:
        row = TagRow(key.strip(), value.strip()).checked()
        if row.key and row.key in taken:
            row = TagRow(row.key, row.value, error="This key is there already.")
        taken.add(row.key)
        rows.append(row)
    return TagInput(tuple(rows[: 2 * MOST_TAGS]))


@dataclass(frozen=True)
class TagsPage(SecretPage):
    rows: tuple[TagRow, ...]
    form: ReasonForm
    problem: Problem | None = None
    is_overtaken: bool = False
    is_sent: bool = False

    @property
    def old_rows(self) -> tuple[TagRow, ...]:
        return tuple(row for row in self.rows if not row.is_new)

    @property
    def new_rows(self) -> tuple[TagRow, ...]:
        rows = tuple(row for row in self.rows if row.is_new and not row.is_empty)
        return rows + (TagRow(),) * max(1, NEW_ROWS - len(rows))


def tags_page(
    request: Request,
    secret: Secret,
    adapter: KindAdapter,
    form: ReasonForm,
    *,
    sent: TagInput | None = None,
    problem: Problem | None = None,
    is_overtaken: bool = False,
) -> TagsPage:
    rows = tuple(TagRow(key, value, value) for key, value in tags.own(secret.tags).items())
    if sent and is_overtaken:
        rows = _over(rows, sent)
    elif sent:
        rows = sent.rows
    head = head_of(request, secret, adapter)
    return TagsPage(head, rows, form, problem, is_overtaken, is_sent=sent is not None)


def _over(now: tuple[TagRow, ...], sent: TagInput) -> tuple[TagRow, ...]:
    """What the person meant to change, over what is true now."""
    change = sent.change
    there = {row.key for row in now}
    rows = []
    for row in now:
        value = change.put.get(row.key, row.value)
        rows.append(TagRow(row.key, value, row.was, row.key in change.removed))
    new = [TagRow(key, value) for key, value in change.put.items() if key not in there]
    return (*rows, *new)
