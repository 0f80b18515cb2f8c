"""The page that proves that Airflow reads: its probes, the script, and what AWS saw of it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.urls import reverse
from django.utils.html import format_html

from secretsadmin.access import policy
from secretsadmin.access.policy import Somebody
from secretsadmin.access.requests import Request
from secretsadmin.actions import ADMINISTER, PROBE, VIEW
from secretsadmin.config.backend import InvalidId, KindDisabled
from secretsadmin.config.environments import Environment
from secretsadmin.config.patterns import plain_beginning
from secretsadmin.config.ref import Ref
from secretsadmin.doctor import probes
from secretsadmin.doctor.probes import PROBED, Probe
from secretsadmin.doctor.proof import FILE_NAME, script_for
from secretsadmin.forms.rendering import Text
from secretsadmin.kinds import BY_NAME, Kind, Note, Usage
from secretsadmin.pages.polling import Notice
from secretsadmin.pages.problems import Problem
from secretsadmin.pages.rights import missing_rights
from secretsadmin.pages.secret import url_of_verb
from secretsadmin.templatetags.secretsadmin import day

NOT_READ = Note("Not read yet.", "info")
SILENT = Note("Secrets Manager doesn’t say whether it was read. Look again in a moment.")
SPOILT = Note("Its value was shown here, so AWS’s date proves nothing. Make another probe.")
NOTHING_LOOKED_UP = (
    "Airflow looks neither variables nor connections up here: their prefixes are null. "
    "So there is nothing to prove."
)
NO_ID = (
    "No id could be worked out that this environment’s lookup pattern and your rights let through. "
    "Write one that they do."
)
OF_A_TEAM = "A probe belongs to no team: every task finds it."
_DAG = f"""try:
    from airflow.sdk import dag, task
except ImportError:
    from airflow.decorators import dag, task

import {FILE_NAME.removesuffix(".py")} as script


@dag(schedule=None)
def secretsadmin_proof():
    @task
    def prove():
        if script.main():
            raise RuntimeError("The log says what is wrong.")

    prove()


secretsadmin_proof()
"""


class ProbeForm(forms.Form):
    """What kind of secret the probe is, and its id."""

    kind = forms.ChoiceField(label="Prove it with", widget=forms.RadioSelect)
    id = Text(
        label="Id", help_text="Nothing in Airflow asks for it but the script, so any id will do."
    )

    def __init__(self, request: Request, environment: Environment, *data: Any) -> None:
        super().__init__(*data)
        self.label_suffix = ""
        self.environment = environment
        kinds = _kinds(request.user, environment, PROBE.verb)
        choices = [(kind.name, f"a {kind.singular}") for kind in kinds]
        self.fields["kind"].choices = choices  # type: ignore[attr-defined]  # It is a choice field.
        if choices:
            self.initial["kind"] = kinds[0].name
            self.initial["id"] = _id_for(request.user, environment, kinds[0])
            if not self.initial["id"]:
                self.fields["id"].help_text = NO_ID

    @property
    def ref(self) -> Ref:
        kind = BY_NAME[self.cleaned_data["kind"]]
        return Ref.from_key(self.environment, kind, self.cleaned_data["id"])

    def clean(self) -> dict[str, Any]:
        """An id that AWS takes, and for which Airflow asks."""
        if self.errors:
            return self.cleaned_data
        ref = self.ref
        try:
            _ = ref.new_name
        except (InvalidId, KindDisabled) as error:
            self.add_error("id", str(error))
        else:
            doubt = self.environment.backend.doubt_of(ref.kind.name, ref.id)
            if ref.team:
                self.add_error("id", OF_A_TEAM)
            elif doubt:
                self.add_error("id", doubt)
        return self.cleaned_data


@dataclass(frozen=True)
class ShownProbe:
    """A probe as the page lists it. Whoever may not make probes has no `remove_url`."""

    id: str
    kind: Kind
    url: str
    made: datetime
    by: str
    state: Note
    script_url: str
    remove_url: str


@dataclass(frozen=True)
class Waiting:
    """Whether the page should ask again by itself, because a probe was not read yet."""

    is_passing: bool


@dataclass(frozen=True)
class ProofPage:
    """`script_of` is the probe for which the script is, where there is any."""

    environment: Environment
    form: ProbeForm | None
    probes: tuple[ShownProbe, ...]
    script_of: Probe | None
    ages: Waiting
    read: Probe | None
    nothing: str = ""
    missing_rights: str = ""
    problem: Problem | None = None
    names_account: bool = False

    @property
    def shown(self) -> object:
        return self.probes

    @property
    def url(self) -> str:
        return reverse("setup-proof", args=[self.environment.name])

    @property
    def probe_url(self) -> str:
        return reverse("probe", args=[self.environment.name])

    @property
    def script(self) -> tuple[Usage, ...]:
        """The script for a shell, ready to copy."""
        if self.script_of is None:
            return ()
        text = script_for(self.script_of.ref, names_account=self.names_account)
        code = f"python - <<'PROOF'\n{text}PROOF\n"
        return (Usage("In a shell where Airflow runs", code),)

    @property
    def file_url(self) -> str:
        if self.script_of is None:
            return ""
        ref = self.script_of.ref
        return reverse("proof-script", args=[self.environment.name, ref.kind.name, ref.key])

    @property
    def file_name(self) -> str:
        return FILE_NAME

    @property
    def dag(self) -> tuple[Usage, ...]:
        return (Usage("A DAG beside that file", _DAG),)

    @property
    def result(self) -> Notice | None:
        """What is proven."""
        if self.read is None or self.read.read is None:
            return None
        text = (
            f"It read the {self.read.ref.kind.singular} {self.read.ref.key} on "
            f"{day(self.read.read)}, and this dashboard never reads it."
        )
        url = reverse("overview", args=[self.environment.name])
        next_ = format_html('The <a href="{}">overview</a> says what comes next.', url)
        return Notice("ok", text, "Airflow reads what this dashboard writes.", advice=next_)


def proof_page(
    request: Request,
    environment: Environment,
    form: ProbeForm | None = None,
    problem: Problem | None = None,
) -> ProofPage:
    here = probes_in_sight(request.user, environment)
    kinds = _kinds(request.user, environment, PROBE.verb)
    if form is None and kinds:
        form = ProbeForm(request, environment)
    looked_up = _kinds(request.user, environment, VIEW.verb)
    missing = ""
    if looked_up and not kinds:
        missing = missing_rights(request, environment, looked_up[0], [PROBE.verb])
    return ProofPage(
        environment,
        form,
        tuple(_shown(request.user, probe) for probe in here),
        _chosen(request, here),
        Waiting(any(probe.is_waiting for probe in here)),
        probes.read_last(here),
        nothing="" if looked_up else NOTHING_LOOKED_UP,
        missing_rights=missing,
        problem=problem,
        names_account=may_see_account(request.user, environment),
    )


def may_see_account(user: Somebody, environment: Environment) -> bool:
    """Whether the person may know the digits of the environment's AWS account."""
    return policy.may(user, ADMINISTER.verb, environment)


def probes_in_sight(user: Somebody, environment: Environment) -> list[Probe]:
    """The probes that the person may view; a call for each."""

    def is_seen(ref: Ref) -> bool:
        return policy.may(user, VIEW.verb, environment, ref.kind, ref)

    return probes.probes_in(environment, _kinds(user, environment, VIEW.verb), is_seen)


def _kinds(user: Somebody, environment: Environment, verb: str) -> list[Kind]:
    """The kinds that Airflow looks up here, and with some of which the person may do this."""
    enabled = [kind for kind in PROBED if environment.backend.is_enabled(kind.name)]
    return [kind for kind in enabled if policy.may(user, verb, environment, kind)]


def _chosen(request: Request, here: Iterable[Probe]) -> Probe | None:
    """The probe that the address names, or the newest that the person made, or the newest."""
    found = list(here)
    wanted = (request.GET.get("kind"), request.GET.get("probe"))
    own = request.user.get_username()
    for probe in found:
        if (probe.ref.kind.name, probe.ref.key) == wanted:
            return probe
    return next((probe for probe in found if probe.by == own), found[0] if found else None)


def _shown(user: Somebody, probe: Probe) -> ShownProbe:
    ref = probe.ref
    page = reverse("setup-proof", args=[ref.environment.name])
    remove_url = ""
    if policy.may(user, PROBE.verb, ref.environment, ref.kind, ref):
        remove_url = reverse("remove-probe", args=[ref.environment.name, ref.kind.name, ref.key])
    return ShownProbe(
        ref.key,
        ref.kind,
        url_of_verb(ref, "detail"),
        probe.made,
        probe.by,
        _state(probe),
        f"{page}?{urlencode({'kind': ref.kind.name, 'probe': ref.key})}#run",
        remove_url,
    )


def _state(probe: Probe) -> Note:
    if probe.read:
        return Note(f"Airflow read it on {day(probe.read)}.", "ok")
    if probe.is_spoilt:
        return SPOILT
    if probe.secret is None:
        return SILENT
    return NOT_READ


def _id_for(user: Somebody, environment: Environment, kind: Kind) -> str:
    """An id that Airflow asks for and the person may make; empty where none is plain to see."""
    new = probes.new_id()
    beginnings = ["", plain_beginning(environment.backend.patterns[kind.name] or "")]
    for grant in policy.grants_allowing(user, PROBE.verb, environment, kind):
        beginnings += [pattern.partition("*")[0] for pattern in grant.ids]
    for beginning in beginnings:
        ref = Ref.from_key(environment, kind, f"{beginning}{new}")
        is_asked_for = not environment.backend.doubt_of(kind.name, ref.id)
        if is_asked_for and policy.may(user, PROBE.verb, environment, kind, ref):
            return ref.key
    return ""
