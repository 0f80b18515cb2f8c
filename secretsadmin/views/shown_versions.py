"""A version as pages show it, with what can be done with it."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, QueryDict

from secretsadmin.audit.models import CLOCKS, Event, Outcome, makers
from secretsadmin.audit.standing import Finding
from secretsadmin.environments import Ref
from secretsadmin.kinds import TROUBLES
from secretsadmin.store.reads import CURRENT, PREVIOUS, VERSION_ID, Secret, Version
from secretsadmin.store.writes import CANDIDATE
from secretsadmin.timeline import Period

# How many versions the page of a secret shows; its history shows all of them.
LATEST = 4
# How a save ends whose version was there already, and wasn't made the current one.
REFUSED = (Outcome.CONFLICT, Outcome.FAILED, Outcome.DENIED)


def version_asked(data: QueryDict, name: str = "version") -> str:
    """The id of the version that is asked for, empty where none is. Raises Http404 for what can't be one."""
    version = data.get(name, "")
    if version and not re.match(VERSION_ID, version):
        raise Http404
    return version


@dataclass(frozen=True)
class ShownVersion:
    """One version on the timeline, with the act that made it. `periods` are those in which it was current.

    `finding` is what whoever was shown its text found last.
    """

    id: str
    labels: tuple[str, ...]
    created: datetime | None
    maker: Event | None
    current: bool
    finding: Finding | None = None
    periods: tuple[Period, ...] = ()
    look_url: str = ""
    roll_back_url: str = ""
    compare_url: str = ""
    label_url: str = ""

    @property
    def short(self) -> str:
        return self.id[:8]

    @property
    def deprecated(self) -> bool:
        return not self.labels

    @property
    def outside(self) -> bool:
        return self.maker is None

    @property
    def by(self) -> str:
        return self.maker.user if self.maker else ""

    @property
    def sentence(self) -> str:
        return _made(self.maker) if self.maker else ""

    @property
    def trouble(self) -> str:
        """What keeps Airflow from reading it, as far as anybody has found anything."""
        return TROUBLES[self.finding.trouble] if self.finding and self.finding.trouble else ""

    @property
    def is_readable(self) -> bool:
        """Whether it was seen that Airflow reads it: when it was saved, or when somebody was shown it."""
        if self.finding:
            return not self.finding.trouble
        return bool(self.maker and self.maker.form)

    @property
    def was_refused(self) -> bool:
        """Whether it is what was left of a save that didn't go through."""
        return self.maker is not None and self.maker.outcome in REFUSED and not self.current


def _made(maker: Event) -> str:
    fields = ", ".join(maker.fields) or "nothing"
    if maker.outcome == Outcome.CONFLICT:
        return f"{maker.user} tried to change {fields}, and somebody else was faster"
    if maker.outcome in REFUSED:
        return f"{maker.user} tried to change {fields}, and AWS didn't make it the current one"
    if maker.outcome == Outcome.STARTED:
        return f"{maker.user} began to save it, and how that ended isn't recorded"
    verb = "created it with" if maker.action.endswith(".create") else "changed"
    return f"{maker.user} {verb} {fields}"


def shown_version(
    version: Version,
    maker: Event | None,
    context: Mapping[str, Any],
    periods: Iterable[Period] = (),
    finding: Finding | None = None,
) -> ShownVersion:
    """A version with what can be done with it, as the context of its secret's page allows."""
    current = CURRENT in version.labels
    is_offered = not current and not context["secret"].deleted
    is_labelled = context["may_label"] and not context["secret"].deleted
    return ShownVersion(
        id=version.id,
        labels=tuple(label for label in version.labels if label != CANDIDATE),
        created=version.created,
        maker=maker,
        current=current,
        finding=finding,
        periods=tuple(periods),
        look_url=_with(context["secret"].url, version=version.id) if is_offered and context["may_open"] else "",
        roll_back_url=_with(context["roll_back_url"], to=version.id) if is_offered and context["may_roll_back"] else "",
        compare_url=_with(context["compare_url"], one=version.id) if is_offered and context["may_compare"] else "",
        label_url=_with(context["label_url"], version=version.id) if is_labelled else "",
    )


def makers_of(ref: Ref, versions: Iterable[Version]) -> dict[str, Event]:
    """The acts that made these versions, by version id, as far as they were made here."""
    return makers(ref, {version.id: version.created for version in versions})


def latest_versions(secret: Secret, context: Mapping[str, Any]) -> tuple[ShownVersion, ...]:
    """The current version, the one before it, and the last that are known of the others; AWS isn't asked for it.

    What describes a secret names the versions that have a label. The record adds those that were saved here.
    """
    saves = _saves_among(context["last_changes"], secret)
    labels: dict[str, tuple[str, ...]] = dict.fromkeys(saves, ())
    labels.update(secret.versions)
    made = saves | _made_here(secret, labels.keys() - saves.keys())
    versions = [Version(id_, labels[id_], made[id_].at if id_ in made else None) for id_ in labels]
    kept = sorted(versions, key=_worth, reverse=True)[:LATEST]
    found = context["findings"]
    return tuple(
        shown_version(version, made.get(version.id), context, finding=found.get(version.id))
        for version in sorted(kept, key=_place, reverse=True)
    )


def _saves_among(changes: Iterable[Event], secret: Secret) -> dict[str, Event]:
    """Those that put a version of their own in place, by its id; a save of the description alone makes none."""
    own = (event for event in changes if event.version == str(event.act))
    return {event.version: event for event in own if _is_of(secret, event)}


def _made_here(secret: Secret, versions: Iterable[str]) -> dict[str, Event]:
    made = makers(secret.ref, dict.fromkeys(versions))
    return {version: event for version, event in made.items() if _is_of(secret, event)}


def _is_of(secret: Secret, event: Event) -> bool:
    """What was done before was done to another secret of the same name."""
    return secret.created is None or event.at > secret.created - CLOCKS


def _worth(version: Version) -> tuple[bool, bool, datetime]:
    """Whoever looks for the one before finds it, however old it is."""
    is_current, created = _place(version)
    return is_current, PREVIOUS in version.labels, created


def _place(version: Version) -> tuple[bool, datetime]:
    return CURRENT in version.labels, version.created or datetime.min.replace(tzinfo=UTC)


def _with(url: str, **parameters: str) -> str:
    return f"{url}?{urlencode(parameters)}"
