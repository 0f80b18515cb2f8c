"""The three steps of a first day, as somebody sees them who may view the environment."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from secretsadmin.access import policy
from secretsadmin.access.requests import Request
from secretsadmin.actions import ADMINISTER
from secretsadmin.config.environments import Environment
from secretsadmin.config.site import says_where
from secretsadmin.doctor.probes import TAG as PROBE_TAG
from secretsadmin.doctor.steps import CONNECT, CREATE, Facts, Step, steps_of
from secretsadmin.kinds import CONNECTIONS, VARIABLES, Kind
from secretsadmin.pages.in_sight import InSight
from secretsadmin.pages.listing import create_url
from secretsadmin.pages.proof import probes_in_sight
from secretsadmin.store.marks import was_read_elsewhere

Sights = Mapping[Kind, InSight]


@dataclass(frozen=True)
class StepLine:
    """A step, and where it is taken; `url` is empty where the person can't take it."""

    step: Step
    url: str

    @property
    def shortcut(self) -> str:
        """The key that leads there, where creating is what comes next."""
        if self.step.key != CREATE or self.step.is_done:
            return ""
        return "n"


def first_day(request: Request, environment: Environment, sights: Sights) -> tuple[StepLine, ...]:
    """The steps by the lists that are known now; none where one isn't known."""
    if not sights or not all(sight.snapshot.as_of for sight in sights.values()):
        return ()
    kind = _first_kind(environment)
    urls = {
        CONNECT: reverse("setup", args=[environment.name]) + "#write",
        CREATE: create_url(request, environment, kind),
    }
    steps = steps_of(_facts(request, environment, sights), kind.singular)
    return tuple(StepLine(step, urls.get(step.key, "")) for step in steps)


def unconfigured(request: Request, environment: Environment) -> SafeString | str:
    """What to set, for whoever looks after a site of which no setting says where to look."""
    if says_where() or not policy.may(request.user, ADMINISTER.verb, environment):
        return ""
    return format_html(
        "Set <code>{}</code> of this dashboard to what Airflow itself has, or <code>{}</code> to "
        "the path of a TOML file with environments. The README says more of both. Until then "
        "Airflow’s default prefixes hold, in the region that AWS’s own variables name.",
        "AIRFLOW__SECRETS__BACKEND_KWARGS",
        "SECRETSADMIN_CONFIG",
    )


def _first_kind(environment: Environment) -> Kind:
    """What people create first: a connection, where Airflow looks for any."""
    if environment.backend.is_enabled(CONNECTIONS.name):
        return CONNECTIONS
    return VARIABLES


def _facts(request: Request, environment: Environment, sights: Sights) -> Facts:
    of_tasks = [sights[kind] for kind in (CONNECTIONS, VARIABLES) if kind in sights]
    was_read = _was_read(sights.values(), is_probe=False)
    probe_was_read = _was_read(sights.values(), is_probe=True)
    if not was_read and not probe_was_read:
        # Whoever comes from the proof knows it before the lists do.
        probes = probes_in_sight(request.user, environment)
        probe_was_read = any(probe.read for probe in probes)
    return Facts(
        has_secrets=any(_has_secrets(sight) for sight in of_tasks),
        was_read=was_read,
        was_read_here_today=any(_was_read_here_today(sight) for sight in sights.values()),
        probe_was_read=probe_was_read,
    )


def _has_secrets(sight: InSight) -> bool:
    secrets = sight.snapshot.secrets
    return any(not secret.deleted and PROBE_TAG not in secret.tags for secret in secrets)


def _was_read_here_today(sight: InSight) -> bool:
    """Whether this dashboard read a secret of people's own on this day."""
    today = datetime.now(UTC).date()
    for secret in sight.snapshot.secrets:
        read_here = sight.standing.read(secret.ref.key)
        if PROBE_TAG not in secret.tags and read_here and read_here.date() == today:
            return True
    return False


def _was_read(sights: Iterable[InSight], *, is_probe: bool) -> bool:
    """Whether any secret was read elsewhere, among the probes or among all others."""
    for sight in sights:
        for secret in sight.snapshot.secrets:
            if (PROBE_TAG in secret.tags) != is_probe:
                continue
            if was_read_elsewhere(secret, sight.standing.read(secret.ref.key)):
                return True
    return False
