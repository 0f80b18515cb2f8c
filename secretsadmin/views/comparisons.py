"""Comparing two versions: the page from metadata alone, its rows by two recorded disclosures, masked."""

from typing import Any

from django.http import Http404, HttpResponse, QueryDict

from secretsadmin import comparing, policy
from secretsadmin.access import actor_of, secret_of
from secretsadmin.audit.models import Actor
from secretsadmin.comparing import WHOLE
from secretsadmin.environments import Ref
from secretsadmin.htmx import Request, respond
from secretsadmin.kinds import Kind, Shape
from secretsadmin.store import listing, reads
from secretsadmin.store.errors import NotFound, NoValue
from secretsadmin.store.reads import CURRENT, PREVIOUS, Version
from secretsadmin.views.answers import form_methods
from secretsadmin.views.secrets import judge_of, rights, secret_context, urls, verb_of_showing
from secretsadmin.views.shown import ShownComparison, comparison
from secretsadmin.views.shown_versions import makers_of, shown_version, version_asked


@form_methods
def compare(request: Request, environment: str, kind: Kind, key: str, shape: Shape) -> HttpResponse:
    ref = secret_of(request, environment, "compare", kind, key)
    if request.method != "POST":
        return respond(request, "compare.html", _page_context(request, ref, shape, *_asked(request.GET)))
    one, other = _asked(request.POST)
    if not one or not other:
        raise Http404
    may_learn = policy.may_learn(request.user, ref.environment, kind)
    found = _compared(ref, shape, (one, other), actor_of(request), may_learn=may_learn)
    compared: dict[str, Any] = {"kind": kind, "compared": found}
    allowed = rights(request, ref.environment, kind)
    compared |= {"one": one, "other": other, **urls(ref), **allowed}
    compared["may_show_whole"] = allowed[f"may_{verb_of_showing(WHOLE, shape)}"]
    context = {} if request.htmx else _page_context(request, ref, shape, one, other, is_there=False)
    return respond(request, "compare.html", context | compared, partial="rows")


def _asked(data: QueryDict) -> tuple[str, str]:
    """The ids of the two versions, each empty where none was named. Raises Http404 for what can't be one."""
    return version_asked(data, "one"), version_asked(data, "other")


def _page_context(
    request: Request, ref: Ref, shape: Shape, one: str, other: str, *, is_there: bool = True
) -> dict[str, Any]:
    """Raises NotFound for a version that AWS doesn't have, where it `is_there` for all that is known."""
    found = reads.versions(ref)
    context = secret_context(request, listing.find(ref), shape)
    made = makers_of(ref, found)
    shown = {version.id: shown_version(version, made.get(version.id), context) for version in found}
    other = other or _current(found)
    one = one or _before(found, other)
    if is_there and not {one, other} - {""} <= shown.keys():
        raise NotFound("Version")
    sides = [("one", "Before", one, shown.get(one)), ("other", "After", other, shown.get(other))]
    return context | {"versions": tuple(shown.values()), "sides": sides, "one": one, "other": other}


def _current(found: list[Version]) -> str:
    """The version that Airflow reads, or the newest where there is none."""
    return reads.labelled(found, CURRENT) or next((version.id for version in found), "")


def _before(found: list[Version], other: str) -> str:
    """The one that was current before, or the newest of those that are left."""
    rest = [version for version in found if version.id != other]
    return reads.labelled(rest, PREVIOUS) or next((version.id for version in rest), "")


def _compared(ref: Ref, shape: Shape, ids: tuple[str, str], actor: Actor, *, may_learn: bool) -> ShownComparison:
    """Two calls, each recorded. Raises NotFound where neither version is there."""
    (before, one), (after, other) = (_text(ref, shape, id_, actor) for id_ in ids)
    if before is None or after is None:
        if isinstance(one, NotFound) and isinstance(other, NotFound):
            raise one
        told = zip(ids, (one, other), strict=True)
        return ShownComparison(problems=tuple(_sentence(id_, error) for id_, error in told if error))
    take_apart = shape.parts if may_learn else shape.outline
    rows = comparing.rows(*take_apart(before, after, ref.environment.backend))
    return comparison(rows, is_stored_alike=before == after if may_learn else None)


def _text(ref: Ref, shape: Shape, version: str, actor: Actor) -> tuple[str | None, NotFound | NoValue | None]:
    try:
        return reads.reveal(ref, "compare", actor=actor, version=version, judge=judge_of(ref, shape)).text, None
    except (NotFound, NoValue) as error:
        return None, error


def _sentence(version: str, error: NotFound | NoValue) -> str:
    if isinstance(error, NotFound):
        return f"AWS no longer has the version {version[:8]}."
    return f"The version {version[:8]} holds no text that could be compared."
