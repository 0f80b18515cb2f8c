"""The page of an export: how many secrets that is, the formats, and what each of them loses."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from secretsadmin.access import policy
from secretsadmin.access.requests import Request
from secretsadmin.actions import EXPORT
from secretsadmin.adapter import KindAdapter
from secretsadmin.config.environments import Environment
from secretsadmin.forms.rendering import Text
from secretsadmin.kinds import Kind
from secretsadmin.pages.filters import STATES, Filter, Listed
from secretsadmin.pages.in_sight import in_sight
from secretsadmin.pages.listing import has_page
from secretsadmin.pages.problems import Problem
from secretsadmin.pages.rights import missing_rights
from secretsadmin.store.listing import listing
from secretsadmin.store.reads import Secret
from secretsadmin.templatetags.secretsadmin import visible
from secretsadmin.transfer.exporting import formats_of
from secretsadmin.transfer.written.formats import FORMATS_BY_KEY, ExportFormat

ONE_IS_SCHEDULED = SafeString("1 of them is scheduled for deletion and left out.")
CHOSEN = SafeString(" that you chose")
OMISSIONS = SafeString(
    "What a format can’t carry or Airflow can’t read is left out. The page of the run names it, "
    "and where a format has comments, so does the end of the file."
)


@dataclass(frozen=True)
class Chosen:
    """What the person wants to export: what a list's filter leaves, or of that what they ticked.

    `total` counts what they chose and can see. `whole` are those whose values they may take, and
    `names` those that are there to be named.
    """

    filter: Filter
    ids: tuple[str, ...]
    total: int
    names: tuple[Secret, ...]
    whole: tuple[Secret, ...]
    scheduled: int
    is_missing_some: bool

    def secrets(self, kind_of_file: ExportFormat) -> tuple[Secret, ...]:
        return self.whole if kind_of_file.has_values else self.names


def chosen(request: Request, environment: Environment, kind: Kind, adapter: KindAdapter) -> Chosen:
    """Waits for a list that isn't known yet. Raises any StoreError."""
    _wait_for_list(environment, kind)
    sent = request.POST if request.method == "POST" else request.GET
    ids = tuple(dict.fromkeys(sent.getlist("id")))
    selection = Filter.from_query(request.GET)
    matching = selection.find(_listed(request, environment, kind, adapter, selection))
    if ids:
        wanted = frozenset(ids)
        matching = [secret for secret in matching if secret.ref.key in wanted]
    names = tuple(secret for secret in matching if not secret.deleted and has_page(secret.ref))
    is_within = policy.limit_of(request.user, EXPORT.verb, environment, kind)
    return Chosen(
        filter=selection,
        ids=ids,
        total=len(matching),
        names=names,
        whole=tuple(secret for secret in names if is_within is None or is_within(secret.ref)),
        scheduled=len([secret for secret in matching if secret.deleted]),
        is_missing_some=len(matching) < len(ids),
    )


def _listed(
    request: Request,
    environment: Environment,
    kind: Kind,
    adapter: KindAdapter,
    selection: Filter,
) -> Listed:
    """What the list shows the person, as its filter looks at it."""
    here = in_sight(request.user, environment, kind)
    types = {*(secret.type for secret in here.snapshot.secrets), selection.type}
    labels = {name: adapter.type_name(name) for name in types}
    return Listed(here.snapshot.secrets, labels, here.marks)


def _wait_for_list(environment: Environment, kind: Kind) -> None:
    here = listing(environment, kind)
    if here.read().as_of is not None:
        return
    snapshot = here.sweep_and_wait()
    if snapshot.as_of is None and snapshot.problem:
        raise snapshot.problem


class ExportForm(forms.Form):
    format = forms.ChoiceField()
    reason = Text(
        max_length=1000,
        required=False,
        help_text="Kept in the audit log. Values are handed out only with a reason.",
    )

    def __init__(
        self,
        offered: Sequence[ExportFormat],
        choice: Chosen,
        data: QueryDict | None = None,
    ) -> None:
        super().__init__(data, label_suffix="")
        self.choice = choice
        field = cast("forms.ChoiceField", self.fields["format"])
        field.choices = [(known.key, known.title) for known in offered]
        field.initial = offered[0].key

    @property
    def file_format(self) -> ExportFormat:
        return FORMATS_BY_KEY[self.cleaned_data["format"]]

    def clean_reason(self) -> str:
        reason: str = self.cleaned_data["reason"]
        known = FORMATS_BY_KEY.get(self.cleaned_data.get("format", ""))
        if known and known.has_values and not reason:
            raise ValidationError("Say what the values are for.")
        return reason

    def clean(self) -> None:
        super().clean()
        if self.errors:
            return
        if self.choice.is_missing_some:
            raise ValidationError("Some of what you chose isn’t in the list any more.")
        if not self.choice.secrets(self.file_format):
            raise ValidationError("There is nothing to export.")


@dataclass(frozen=True)
class ExportPage:
    environment: Environment
    kind: Kind
    choice: Chosen
    formats: tuple[ExportFormat, ...]
    form: ExportForm
    may_take_values: bool
    missing_rights: str
    problem: Problem | None = None

    @property
    def url(self) -> str:
        return self.choice.filter.at(_url(self.environment, self.kind, "export"))

    @property
    def list_url(self) -> str:
        return self.choice.filter.at(_url(self.environment, self.kind, "index"))

    @property
    def sentences(self) -> tuple[SafeString, ...]:
        """What will be in the file, and what won't."""
        choice = self.choice
        told = [format_html("{}{}.", self.kind.counted(choice.total), self._narrowed)]
        if choice.scheduled:
            told.append(_left_out(choice.scheduled))
        if self.may_take_values and len(choice.whole) < len(choice.names):
            told.append(format_html("You may take the values of {} of them.", len(choice.whole)))
        if self.may_take_values:
            told.append(OMISSIONS)
        return tuple(told)

    @property
    def _narrowed(self) -> SafeString:
        """What the list's filter and the person's choice leave, after the number."""
        selection = self.choice.filter
        words = []
        if self.choice.ids:
            words.append(CHOSEN)
        if selection.query:
            words.append(format_html(" that fit “<bdi>{}</bdi>”", visible(selection.query)))
        if selection.type:
            words.append(format_html(" of the type {}", selection.type))
        if selection.state:
            words.append(format_html(" in the state “{}”", STATES[selection.state].label))
        if selection.tag:
            words.append(format_html(" with the tag “<bdi>{}</bdi>”", visible(selection.tag)))
        return format_html_join("", "{}", ((word,) for word in words))


def _left_out(scheduled: int) -> SafeString:
    if scheduled == 1:
        return ONE_IS_SCHEDULED
    return format_html("{} of them are scheduled for deletion and left out.", scheduled)


def export_page(
    request: Request,
    environment: Environment,
    kind: Kind,
    adapter: KindAdapter,
    data: QueryDict | None = None,
) -> ExportPage:
    """Raises any StoreError."""
    may = policy.may(request.user, EXPORT.verb, environment, kind)
    known = formats_of(kind, adapter)
    offered = tuple(file for file in known if may or not file.has_values)
    choice = chosen(request, environment, kind, adapter)
    return ExportPage(
        environment,
        kind,
        choice,
        offered,
        ExportForm(offered, choice, data),
        may,
        missing_rights(request, environment, kind, [EXPORT.verb]),
    )


def _url(environment: Environment, kind: Kind, verb: str) -> str:
    return reverse(f"{kind.name}:{verb}", args=[environment.name])
