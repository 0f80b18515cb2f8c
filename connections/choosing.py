"""The page on which somebody chooses the type of a connection that they create."""

from dataclasses import dataclass
from functools import lru_cache

from django.http import QueryDict
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from connections.catalog import picker
from connections.catalog.picker import OfferedType, Section
from connections.inspection import types
from secretsadmin.access.requests import Request
from secretsadmin.config.environments import Environment
from secretsadmin.kinds import Kind
from secretsadmin.pages.in_sight import in_sight


@dataclass(frozen=True)
class ShownSection:
    """Types below a heading, as HTML."""

    title: str
    choices: SafeString


@dataclass(frozen=True)
class ChoosePage:
    """The types that fit a query. `own_type` is a type of somebody's own that the query names.

    `is_first` holds where there is no connection yet. `is_pasting` holds where somebody came to
    paste what they have.
    """

    kind: Kind
    query: str
    sections: tuple[ShownSection, ...]
    matched: int
    own_type: str
    index_url: str
    create_url: str
    is_first: bool
    is_pasting: bool

    @property
    def status(self) -> str:
        types = "1 type" if self.matched == 1 else f"{self.matched} types"
        if self.query:
            return f"{types} found"
        return types


def names_a_type(data: QueryDict) -> bool:
    """Whether an address says of which type the connection is to be."""
    return picker.is_type(data.get("conn_type", ""))


def choose_page(request: Request, environment: Environment, kind: Kind) -> ChoosePage:
    """What fits the request's query string; raises KindDisabled where Airflow never looks."""
    environment.backend.name_prefix(kind.name)
    snapshot = in_sight(request.user, environment, kind).snapshot
    used = picker.count([secret.type for secret in snapshot.secrets if not secret.deleted])
    query = request.GET.get("q", "").strip()
    sections = picker.sections(query, used, types())
    return ChoosePage(
        kind,
        query,
        tuple(_shown(section) for section in sections),
        matched=sum(len(section.choices) for section in sections),
        own_type=picker.own_type(query, used, types()),
        index_url=request.lists.list_url(environment, kind),
        create_url=reverse(f"{kind.name}:create", args=[environment.name]),
        is_first=snapshot.as_of is not None and not snapshot.secrets,
        is_pasting=request.GET.get("entry") == "paste",
    )


def _shown(section: Section) -> ShownSection:
    choices = format_html_join("", "{}", [(_drawn(choice),) for choice in section.choices])
    return ShownSection(section.title, choices)


@lru_cache(maxsize=2048)
def _drawn(choice: OfferedType) -> SafeString:
    """Kept: the template engine takes longer for 150 types than for the page around them."""
    count = f"{choice.count} here" if choice.count else ""
    more = " · ".join(words for words in (count, choice.provider) if words)
    context = {"choice": choice, "more": more}
    return render_to_string("connections/choose.html#choice", context)
