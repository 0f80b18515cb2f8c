"""The doctor: all checks of a site and of an environment, as lines. See docs/decisions/0028."""

from collections.abc import Iterable

from secretsadmin.actions import DIAGNOSE
from secretsadmin.audit.recording import Actor, NotRecorded, Place, recording_at
from secretsadmin.config.environments import Environment
from secretsadmin.doctor.asking import Asking
from secretsadmin.doctor.configuration import configuration_lines
from secretsadmin.doctor.line import Line, timed
from secretsadmin.doctor.record import NOT_WRITTEN, WRITTEN, record_lines
from secretsadmin.doctor.sight import Sight
from secretsadmin.doctor.site import file_lines, site_lines

NOT_RECORDED = Line(
    "aws.reach", "not tried", "AWS isn't asked, because the audit log takes no record of it."
)

SITE_FIRST = Line(
    "aws.reach", "not tried", "AWS isn't asked while the settings of the site can't work."
)


def examine_site() -> tuple[Line, ...]:
    """The settings of the site and its database."""
    return (*timed(site_lines()), *timed(record_lines()))


def examine_file() -> tuple[Line, ...]:
    """The configuration of all environments, for whoever may know of all of them."""
    return tuple(timed(file_lines()))


def examine(environment: Environment, *, actor: Actor, sight: Sight) -> tuple[Line, ...]:
    """What concerns the environment. What AWS is asked is one act of the record."""
    lines = tuple(timed(configuration_lines(environment, sight)))
    try:
        with recording_at(Place(environment.name), DIAGNOSE, actor=actor):
            asked = _reach_first(timed(Asking(environment, sight).lines()))
    except NotRecorded:
        return (*lines, NOT_WRITTEN, NOT_RECORDED)
    return (WRITTEN, *asked, *lines)


def examine_configuration(environment: Environment, sight: Sight) -> tuple[Line, ...]:
    """What can be said of an environment while the site's own settings can't work."""
    return (SITE_FIRST, *timed(configuration_lines(environment, sight)))


def _reach_first(lines: Iterable[Line]) -> list[Line]:
    """What makes the rest moot stands before it."""
    return sorted(lines, key=lambda line: line.check != "aws.reach")
