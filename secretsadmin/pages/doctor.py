"""The page of the doctor: what it would check, or what it found, the worst first."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.urls import reverse

from secretsadmin.access.requests import Request, actor_of
from secretsadmin.config.environments import Environment
from secretsadmin.doctor.examination import examine, examine_file, examine_site
from secretsadmin.doctor.line import Line, Status
from secretsadmin.doctor.permissions import permissions
from secretsadmin.doctor.sight import Sight
from secretsadmin.kinds import Tone

# The areas of checks, by the first words of their names: a title, and what is looked at.
AREAS: Mapping[str, tuple[str, str]] = {
    "aws": (
        "The way to AWS",
        (
            "Region and endpoint, whether Secrets Manager answers, who the dashboard is there, and "
            "whether its clock is right."
        ),
    ),
    "permission": (
        "Permissions",
        (
            "Each call that an action needs, on a name that no secret has: where that is allowed, "
            "nothing is there to be shown or changed."
        ),
    ),
    "secrets": (
        "The secrets that are there",
        "How many are below each prefix, and names that look like a misspelt one.",
    ),
    "pattern": ("Lookup patterns", "Whether they match the ids that are there."),
    "key": ("The KMS key", "Whether the secrets have the key that the configuration names."),
    "configuration": (
        "The configuration",
        (
            "Backend kwargs that Airflow drops or ignores, prefixes, and what environments share. "
            "Whoever administers all environments also sees their names, and grants that fit "
            "nothing."
        ),
    ),
    "record": ("The audit log", "Whether it takes records and keeps them through a power cut."),
    "site": ("The site", "Its keys, addresses and other settings."),
}
TONES: Mapping[Status, Tone] = {
    "holds": "ok",
    "fails": "danger",
    "caution": "caution",
    "not tried": "neutral",
}
WORST_FIRST: tuple[Status, ...] = ("fails", "caution", "not tried", "holds")
_COUNTED: Mapping[Status, tuple[str, str]] = {
    "fails": ("1 check fails", "{} checks fail"),
    "caution": ("1 needs a look", "{} need a look"),
    "holds": ("1 holds", "{} hold"),
    "not tried": ("1 wasn’t tried", "{} weren’t tried"),
}


@dataclass(frozen=True)
class Row:
    """A check that was made."""

    line: Line

    @property
    def tone(self) -> Tone:
        return TONES[self.line.status]

    @property
    def time(self) -> str:
        """How long it took; people tell no shorter times apart."""
        milliseconds = self.line.seconds * 1000
        if milliseconds < 1:
            return "under 1 ms"
        return f"{milliseconds:,.0f} ms"


@dataclass(frozen=True)
class Area:
    title: str
    text: str
    rows: tuple[Row, ...] = ()


@dataclass(frozen=True)
class DoctorPage:
    environment: Environment
    areas: tuple[Area, ...]
    # The IAM actions that are tried.
    actions: tuple[str, ...] = ()
    # The numbers of the checks that were made; empty where none was.
    result: str = ""

    @property
    def url(self) -> str:
        return reverse("setup-doctor", args=[self.environment.name])

    @property
    def overview_url(self) -> str:
        return reverse("overview", args=[self.environment.name])

    @property
    def command(self) -> str:
        return f"manage.py doctor {self.environment.name}"


def planned_page(environment: Environment) -> DoctorPage:
    areas = tuple(Area(title, text) for title, text in AREAS.values())
    return DoctorPage(environment, areas, tuple(permission.action for permission in permissions()))


def examined_page(request: Request, environment: Environment) -> DoctorPage:
    """Raises nothing that AWS or the audit log does: that is what the page tells."""
    sight = Sight(request.user)
    found = examine(environment, actor=actor_of(request), sight=sight)
    of_file = examine_file() if sight.administers_all() else ()
    lines = (*found, *of_file, *examine_site())
    wrong = [Row(line) for line in lines if line.status in ("fails", "caution")]
    wrong.sort(key=lambda row: WORST_FIRST.index(row.line.status))
    areas = []
    if wrong:
        areas.append(Area("What to look at", "", tuple(wrong)))
    for name, (title, _) in AREAS.items():
        rows = tuple(
            Row(line)
            for line in lines
            if line.area == name and line.status in ("holds", "not tried")
        )
        if rows:
            areas.append(Area(title, "", rows))
    return DoctorPage(environment, tuple(areas), result=_result(lines))


def _result(lines: Iterable[Line]) -> str:
    counts = Counter(line.status for line in lines)
    parts = []
    for status, (single, several) in _COUNTED.items():
        if counts[status]:
            parts.append(single if counts[status] == 1 else several.format(counts[status]))
    return ", ".join(parts)
