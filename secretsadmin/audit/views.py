from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpResponse, QueryDict
from django.urls import reverse
from django.views.decorators.http import require_safe

from secretsadmin import environments, policy
from secretsadmin.audit.models import Event, EventQuerySet, Outcome
from secretsadmin.audit.queries import VERBS, with_outcomes
from secretsadmin.environments import Environment
from secretsadmin.htmx import Request, respond
from secretsadmin.kinds import KINDS

PAGE = 50
ACTIONS = [(verb, verb.replace("-", " ").capitalize()) for verb in VERBS]


class Filter(forms.Form):
    """What of the record to show; everything may be left out."""

    user = forms.CharField(required=False, label="Who", widget=forms.TextInput({"aria-keyshortcuts": "/"}))
    environment = forms.ChoiceField(required=False)
    kind = forms.ChoiceField(required=False, choices=[("", "Any"), *((kind.name, kind.title) for kind in KINDS)])
    secret = forms.CharField(required=False, label="Id")
    action = forms.ChoiceField(required=False, choices=[("", "Any"), *ACTIONS])
    outcome = forms.ChoiceField(required=False, choices=[("", "Any"), *Outcome.choices])
    since = forms.DateField(required=False, label="From", widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(required=False, label="To", widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, data: Any, *, environments: list[Environment]) -> None:
        super().__init__(data, label_suffix="")
        named = [(environment.name, environment.title) for environment in environments]
        self.fields["environment"].choices = [("", "Any"), *named]  # type: ignore[attr-defined]
        for name in ("environment", "kind", "action", "outcome"):
            self.fields[name].error_messages["invalid_choice"] = f"There is no such {name}."

    @property
    def environment_name(self) -> str:
        """Of the one that is asked about, if the person sees it."""
        self.is_valid()
        return str(self.cleaned_data.get("environment", ""))

    @property
    def is_narrow(self) -> bool:
        """Whether anything but an environment is asked for."""
        return any(self.data.get(name) for name in self.fields if name != "environment")

    def narrow(self, found: EventQuerySet) -> EventQuerySet:
        """The acts that fit. A filter that can't be understood is marked, and nothing fits it."""
        if not self.is_valid():
            return found.none()
        for name, value in self.cleaned_data.items():
            if value:
                found = self._by(found, name, value)
        return found

    @staticmethod
    def _by(found: EventQuerySet, name: str, value: Any) -> EventQuerySet:
        lookups = {"user": "user__icontains", "secret": "secret__icontains"}
        # A day is looked for by its moments: the database would work out the day of each line.
        if name == "since":
            return found.filter(at__gte=datetime.combine(value, time.min, UTC))
        if name == "until":
            return found.filter(at__lte=datetime.combine(value, time.max, UTC))
        if name == "outcome":
            return found.with_outcome(value)
        if name == "action":
            return found.filter(action__endswith=f".{value}")
        return found.filter(**{lookups.get(name, name): value})


@dataclass(frozen=True)
class OwnAlone:
    """What the page says to somebody who doesn't see everybody's acts. `where` is empty where that is everywhere."""

    where: str
    who: str


@require_safe
def index(request: Request) -> HttpResponse:
    seen = [e for e in environments.site().environments.values() if policy.may(request.user, "view", e)]
    if not seen:
        raise PermissionDenied
    form = Filter(request.GET, environments=seen)
    request.environment = environments.get(form.environment_name)
    page = Paginator(form.narrow(_visible(request, seen)), PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "page": page,
        "events": with_outcomes(page.object_list),
        "own_alone": _own_alone(request, [request.environment] if request.environment else seen),
        "clear_url": _url(form.environment_name),
    }
    partial = "" if _leads_elsewhere(request, form) else "events"
    return respond(request, "audit/index.html", context, partial=partial, status=422 if form.errors else 200)


def _url(environment: str) -> str:
    return f"{reverse('audit')}?{urlencode({'environment': environment})}" if environment else reverse("audit")


def _leads_elsewhere(request: Request, form: Filter) -> bool:
    """Whether the page that asks shows another environment beside the list, so that it needs more than the list."""
    # A header can say anything, and a parser of addresses fails on some of it.
    query = (request.htmx.current_url or "").partition("?")[2].partition("#")[0]
    shown = QueryDict(query).get("environment", "")
    return shown != form.environment_name


def _own_alone(request: Request, shown: list[Environment]) -> OwnAlone | None:
    """Where the person finds no more than their own acts, and who finds all."""
    limited = [e for e in shown if not all(policy.may(request.user, "audit", e, kind) for kind in KINDS)]
    if not limited:
        return None
    roles = policy.roles_that_may("audit", limited[0])
    return OwnAlone(
        where="" if limited == shown else " and ".join(environment.title for environment in limited),
        who=" and ".join(f"{role}s" for role in roles),
    )


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
