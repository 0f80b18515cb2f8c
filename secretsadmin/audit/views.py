from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpResponse
from django.views.decorators.http import require_safe

from secretsadmin import environments, policy
from secretsadmin.audit.models import Event, EventQuerySet, Outcome
from secretsadmin.audit.queries import with_outcomes
from secretsadmin.environments import Environment
from secretsadmin.htmx import Request, respond
from secretsadmin.kinds import KINDS

PAGE = 50
VERBS = ("create", "update", "roll-back", "delete", "restore", "open", "compare", "reveal", "copy")


class Filter(forms.Form):
    """What of the record to show; everything may be left out."""

    user = forms.CharField(required=False, label="Who")
    environment = forms.ChoiceField(required=False)
    kind = forms.ChoiceField(required=False, choices=[("", "Any"), *((kind.name, kind.title) for kind in KINDS)])
    secret = forms.CharField(required=False, label="Id")
    action = forms.ChoiceField(required=False, choices=[("", "Any"), *((verb, verb) for verb in VERBS)])
    outcome = forms.ChoiceField(required=False, choices=[("", "Any"), *Outcome.choices])
    since = forms.DateField(required=False, label="From", widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(required=False, label="To", widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, data: Any, *, environments: list[Environment]) -> None:
        super().__init__(data, label_suffix="")
        named = [(environment.name, environment.title) for environment in environments]
        self.fields["environment"].choices = [("", "Any"), *named]  # type: ignore[attr-defined]

    def narrow(self, found: EventQuerySet) -> EventQuerySet:
        """The acts that fit. What can't be understood filters nothing, and is marked."""
        self.is_valid()
        for name, value in self.cleaned_data.items():
            if value:
                found = self._by(found, name, value)
        return found

    @staticmethod
    def _by(found: EventQuerySet, name: str, value: Any) -> EventQuerySet:
        lookups = {
            "user": "user__icontains",
            "secret": "secret__icontains",
            "since": "at__date__gte",
            "until": "at__date__lte",
        }
        if name == "outcome":
            return found.with_outcome(value)
        if name == "action":
            return found.filter(action__endswith=f".{value}")
        return found.filter(**{lookups.get(name, name): value})


@require_safe
def index(request: Request) -> HttpResponse:
    seen = [e for e in environments.site().environments.values() if policy.may(request.user, "view", e)]
    if not seen:
        raise PermissionDenied
    form = Filter(request.GET, environments=seen)
    page = Paginator(form.narrow(_visible(request, seen)), PAGE).get_page(request.GET.get("page"))
    context = {"form": form, "page": page, "events": with_outcomes(page.object_list)}
    return respond(request, "audit/index.html", context, partial="events", status=422 if form.errors else 200)


def _visible(request: Request, seen: list[Environment]) -> EventQuerySet:
    """All acts where the person may read the record, and their own everywhere that they see."""
    if policy.may_everywhere(request.user, "audit"):
        # Also what was tried where there is no environment, or was done where there is none any more.
        return Event.objects.started()
    visible = Q(user=request.user.get_username(), environment__in=[e.name for e in seen])
    for kind in KINDS:
        audited = [e.name for e in seen if policy.may(request.user, "audit", e, kind)]
        visible |= Q(environment__in=audited, kind=kind.name)
    return Event.objects.started().filter(visible)
