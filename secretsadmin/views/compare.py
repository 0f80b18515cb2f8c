"""Compares two versions. The page shows metadata; its rows take two recorded disclosures."""

from django.http import Http404, HttpResponse, QueryDict

from secretsadmin.access.requests import Request, actor_of, secret_of
from secretsadmin.adapter import KindAdapter
from secretsadmin.config.ref import Ref
from secretsadmin.htmx import respond
from secretsadmin.kinds import Kind
from secretsadmin.pages.compare import chosen_pair, compare_page, compare_texts
from secretsadmin.pages.comparison import Pair, ShownComparison, no_comparison
from secretsadmin.pages.secret import judge_of
from secretsadmin.pages.version import requested_version, short
from secretsadmin.store import listing, reads
from secretsadmin.store.errors import NotFound, NoValue
from secretsadmin.views.answers import form_methods


@form_methods
def compare(
    request: Request, environment: str, kind: Kind, key: str, adapter: KindAdapter
) -> HttpResponse:
    ref = secret_of(request, environment, "compare", kind, key)
    if request.method != "POST":
        requested, versions = _requested_pair(request.GET), reads.versions(ref)
        pair = chosen_pair(requested, versions)
        page = compare_page(request, listing.find(ref), adapter, versions, pair)
        return respond(request, "compare.html", {"page": page})
    pair = _requested_pair(request.POST)
    if not pair.one or not pair.other:
        raise Http404
    compared = _compare(request, ref, adapter, pair)
    if request.htmx:
        return respond(request, "compare.html", {"compared": compared}, partial="rows")
    versions = reads.versions(ref)
    page = compare_page(request, listing.find(ref), adapter, versions, pair)
    return respond(request, "compare.html", {"page": page, "compared": compared})


def _requested_pair(data: QueryDict) -> Pair:
    """The two versions, each empty where the request names none. Raises Http404."""
    return Pair(requested_version(data, "one"), requested_version(data, "other"))


def _compare(request: Request, ref: Ref, adapter: KindAdapter, pair: Pair) -> ShownComparison:
    """Two calls, each recorded. Raises NotFound where neither version is there."""
    before = _read(request, ref, adapter, pair.one)
    after = _read(request, ref, adapter, pair.other)
    if isinstance(before, str) and isinstance(after, str):
        return compare_texts(request, ref, adapter, pair, before, after)
    if isinstance(before, NotFound) and isinstance(after, NotFound):
        raise before
    problems = [_problem(pair.one, before), _problem(pair.other, after)]
    return no_comparison(ref, filter(None, problems))


def _read(
    request: Request, ref: Ref, adapter: KindAdapter, version: str
) -> str | NotFound | NoValue:
    """The text of a version, or why there is none."""
    actor, judge = actor_of(request), judge_of(ref, adapter)
    try:
        return reads.reveal(ref, "compare", actor=actor, version=version, find_format=judge).text
    except (NotFound, NoValue) as error:
        return error


def _problem(version: str, text: str | NotFound | NoValue) -> str:
    """What keeps the version from being compared, if anything does."""
    if isinstance(text, NotFound):
        return f"AWS no longer has the version {short(version)}."
    if isinstance(text, NoValue):
        return f"The version {short(version)} holds no text that could be compared."
    return ""
