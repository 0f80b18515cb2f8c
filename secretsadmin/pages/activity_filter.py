"""The filter of the audit log. It lives in the address, so that a link keeps it."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.core.validators import MaxLengthValidator
from django.urls import NoReverseMatch, reverse

from secretsadmin.actions import RECORDED
from secretsadmin.audit.models import Outcome
from secretsadmin.audit.reading import NEWEST, STAR, Asked
from secretsadmin.audit.storable import MAX_SECRET
from secretsadmin.config.environments import Environment
from secretsadmin.kinds import KINDS

ANY = ("", "Any")
ACTIONS = [(action.verb, action.title) for action in RECORDED]
# Where the page begins. It is no part of what is asked for.
BEFORE = "before"
# No name in the record is longer. An export's own line holds what was asked.
LONGEST = MAX_SECRET + 2 * len(STAR)


def audit_url(environment: Environment | None) -> str:
    """The page of the audit log, for one environment or for all."""
    if environment is None:
        return reverse("audit")
    return filtered_url({"environment": environment.name})


def filtered_url(asked: Mapping[str, str]) -> str:
    """The page of the audit log with this filter."""
    return f"{reverse('audit')}?{urlencode(asked)}"


def person_url(name: str) -> str:
    """The page of a person. Nobody has one whose name has a line break, as no address has that."""
    try:
        return reverse("audit-person", args=[name])
    except NoReverseMatch:
        return ""


class ActivityFilter(forms.Form):
    """Which acts to show. Every field may stay empty."""

    user = forms.CharField(
        required=False,
        label="Who",
        validators=[MaxLengthValidator(LONGEST)],
        widget=forms.TextInput({"aria-keyshortcuts": "/"}),
    )
    environment = forms.ChoiceField(required=False)
    kind = forms.ChoiceField(
        required=False, choices=[ANY, *((kind.name, kind.title) for kind in KINDS)]
    )
    secret = forms.CharField(required=False, label="Id", validators=[MaxLengthValidator(LONGEST)])
    action = forms.ChoiceField(required=False, choices=[ANY, *ACTIONS])
    outcome = forms.ChoiceField(required=False, choices=[ANY, *Outcome.choices])
    since = forms.DateField(
        required=False, label="From", widget=forms.DateInput(attrs={"type": "date"})
    )
    until = forms.DateField(
        required=False, label="To", widget=forms.DateInput(attrs={"type": "date"})
    )
    request = forms.CharField(
        required=False,
        label="Request",
        # An input with a longest length would cut what is pasted.
        validators=[MaxLengthValidator(128)],
        widget=forms.TextInput({"title": "The id of a request to this site, or to AWS"}),
    )
    before = forms.IntegerField(
        required=False, min_value=1, max_value=NEWEST, widget=forms.HiddenInput
    )

    def __init__(self, data: Any, *, environments: list[Environment]) -> None:
        super().__init__(data, label_suffix="")
        choices = [ANY]
        for environment in environments:
            choices.append((environment.name, environment.title))
        self.fields["environment"].choices = choices  # type: ignore[attr-defined]
        for name in ("environment", "kind", "action", "outcome"):
            self.fields[name].error_messages["invalid_choice"] = f"There is no such {name}."

    @property
    def environment_name(self) -> str:
        """The environment in the filter, if the person may view it."""
        self.is_valid()
        return str(self.cleaned_data.get("environment", ""))

    @property
    def is_narrow(self) -> bool:
        """Whether a field other than the environment is filled in."""
        return bool(self.filled.keys() - {"environment"})

    @property
    def sentences(self) -> list[str]:
        """What is wrong with it, field by field."""
        sentences = []
        for field in self:
            sentences += [f"{field.label}: {error}" for error in field.errors]
        return sentences

    @property
    def asked(self) -> Asked:
        """What the filter asks for. It can be understood."""
        given = {name: self.cleaned_data[name] for name in self.fields if name != BEFORE}
        return Asked(**given)

    @property
    def place(self) -> int:
        """The number of the line before which the page begins."""
        return int(self.cleaned_data[BEFORE] or NEWEST)

    @property
    def filled(self) -> dict[str, str]:
        """What is filled in, as the address has it."""
        filled = {}
        for name in self.fields:
            value = self.data.get(name)
            if value and name != BEFORE:
                filled[name] = str(value)
        return filled
