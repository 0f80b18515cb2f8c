"""Why no row of a list fits its filter, and what would."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from secretsadmin.config.environments import Environment
from secretsadmin.kinds import Kind
from secretsadmin.pages.filters import STATES, Filter, Listed
from secretsadmin.templatetags.secretsadmin import visible


@dataclass(frozen=True)
class NothingFound:
    """Why no row fits a filter.

    `wider` links to the secrets that its type, state and tag leave out.
    """

    sentence: SafeString
    wider: str = ""
    wider_url: str = ""


def why_nothing_fits(
    environment: Environment, kind: Kind, selection: Filter, listed: Listed
) -> NothingFound:
    """What the filter asks for, and how many fit its words without its type and state."""
    fits = format_html(" fits “<bdi>{}</bdi>”", visible(selection.query))
    if not selection.is_narrow:
        total = kind.counted(len(listed.secrets))
        return NothingFound(format_html("None of the {} in {}{}.", total, environment.title, fits))
    narrowed = _narrowed(selection, listed.labels[selection.type])
    if not selection.query:
        return NothingFound(format_html("There is no {}{}.", kind.singular, narrowed))
    sentence = format_html("No {}{}{}.", kind.singular, narrowed, fits)
    wider = selection.wider()
    hidden = len(wider.find(listed))
    if not hidden:
        return NothingFound(sentence)
    url = wider.at(reverse(f"{kind.name}:index", args=[environment.name]))
    if hidden == 1:
        return NothingFound(format_html("{} 1 other does.", sentence), "Show it", url)
    return NothingFound(
        format_html("{} {} others do.", sentence, hidden), f"Show those {hidden}", url
    )


def _narrowed(selection: Filter, type_label: str) -> str:
    """The type, the state and the tag that are asked for, after the name of the kind."""
    words = ""
    if type_label:
        words += f" of the type {type_label}"
    if selection.state:
        words += f" in the state “{STATES[selection.state].label}”"
    if selection.tag:
        words += f" with the tag “{visible(selection.tag)}”"
    return words
