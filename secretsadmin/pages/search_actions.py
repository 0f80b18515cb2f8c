"""What a search offers beside secrets: acts that have a page, and the pages of the site."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from django.urls import reverse

from secretsadmin.access import policy
from secretsadmin.access.policy import Somebody
from secretsadmin.access.requests import Request
from secretsadmin.action import Action
from secretsadmin.actions import (
    COMPARE,
    CREATE,
    DELETE,
    DIAGNOSE,
    HISTORY,
    IMPORT,
    LABEL,
    PROMOTE,
    ROLL_BACK,
    UPDATE,
    VIEW,
)
from secretsadmin.adapters import adapter_of
from secretsadmin.config.environments import Environment
from secretsadmin.kinds import KINDS, SuggestedType
from secretsadmin.pages.activity_filter import audit_url, filtered_url
from secretsadmin.pages.navigation import EnvironmentLink, link_to
from secretsadmin.pages.search_secrets import Source, Words, begins_any, names_of
from secretsadmin.pages.secret import url_of_verb
from secretsadmin.pages.side_by_side import environments_with
from secretsadmin.store.reads import Secret


@dataclass(frozen=True)
class Result:
    """One line of what was found: a link, with the environment that it leads to.

    Its name is the title, with the id of a secret behind it.
    """

    title: str
    url: str
    icon: str
    id: str = ""
    detail: str = ""
    environment: EnvironmentLink | None = None


class Page(NamedTuple):
    """A page that people find by the words of its title, and by more words.

    Whoever may do what it `needs` finds it.
    """

    title: str
    url_name: str
    icon: str
    words: Words = ()
    needs: Action = VIEW


# The pages of the site that everybody has who may view an environment, and those that each
# environment has. A new page is found when it is added here.
SITE_PAGES = (
    Page("Audit log", "audit", "history", ("activity", "events")),
    Page("Your rights", "rights", "shield-check", ("grants", "roles", "permissions")),
    Page("Your account", "account", "user", ("password", "passkey", "sessions", "factor")),
)
ENVIRONMENT_PAGES = (
    Page("Overview", "overview", "house"),
    Page("Recycle bin", "recycle-bin", "trash-2", ("deleted", "restore")),
    Page("Health", "inventory-health", "heart-pulse", ("lint", "findings", "inventory")),
    Page("Set-up", "setup", "wrench", ("setup", "connect", "backend", "airflow.cfg")),
    Page("Proof that Airflow reads", "setup-proof", "badge-check", ("proof", "probe", "script")),
    Page("IAM policies", "setup-policies", "key-round", ("permissions", "iam", "terraform")),
    Page("The doctor", "setup-doctor", "stethoscope", ("diagnose", "check"), DIAGNOSE),
    Page("Runs", "runs", "list-checks", ("progress", "batch")),
)
# Those about several environments, found by whoever may do what they need in two or more.
SHARED_PAGES = (
    Page("Compare environments", "compare-environments", "columns-3", ("matrix", "side")),
    Page("Promote", "promote", "arrow-right-left", ("copy", "promotion"), PROMOTE),
)
IMPORT_PAGE = Page("Import", "import", "file-input", ("file", "connections", "variables", "paste"))


@dataclass(frozen=True)
class Deed:
    """What is done to a secret on a page of its own, and the words that ask for it."""

    title: str
    icon: str
    words: Words
    # Whoever may do this finds the page.
    needs: Action
    # The name of its address; empty for the audit log's filter.
    verb: str = ""


DEEDS = (
    Deed("History of", "history", ("history", "versions"), HISTORY, "history"),
    Deed("Audit of", "scroll-text", ("audit", "activity"), VIEW),
    Deed("Compare versions of", "git-compare", ("compare", "difference"), COMPARE, "compare"),
    Deed("Roll back", "undo-2", ("roll", "rollback", "revert"), ROLL_BACK, "roll-back"),
    Deed("Move labels of", "tag", ("label", "labels", "move"), LABEL, "label"),
    Deed("Edit", "pencil", ("edit", "update", "change"), UPDATE, "update"),
    Deed("Delete", "trash-2", ("delete", "remove"), DELETE, "delete"),
)
CREATING = ("create", "new", "add")
# Words of a sentence that say nothing of what is looked for.
FILLING = ("a", "the", "of", "in", "to", "back", "versions", "labels")
# Shorter beginnings of a verb are taken for parts of an id.
SHORTEST_VERB = 3
# Shorter words fit too many types.
SHORTEST_TYPE = 2
MOST_TYPES = 3


def deed_of(words: Words) -> Deed | None:
    """What the first word asks to do to a secret."""
    if not words or len(words[0]) < SHORTEST_VERB:
        return None
    for deed in DEEDS:
        if begins_any(words[0], deed.words):
            return deed
    return None


def asks_to_create(words: Words) -> bool:
    return bool(words) and len(words[0]) >= SHORTEST_VERB and begins_any(words[0], CREATING)


def objects_of(words: Words) -> Words:
    """The words that follow a verb, without those that only make it a sentence."""
    return tuple(word for word in words[1:] if word not in FILLING)


def may_do(user: Somebody, deed: Deed, secret: Secret) -> bool:
    """Whether the person may do it to the secret as it is."""
    ref = secret.ref
    if secret.deleted and deed.needs.writes:
        return False
    return policy.may(user, deed.needs.verb, ref.environment, ref.kind, ref)


def done_to(deed: Deed, secret: Secret) -> Result:
    ref = secret.ref
    url = _url_of_deed(deed, secret)
    link = link_to(ref.environment)
    return Result(deed.title, url, deed.icon, ref.key, ref.kind.singular, link)


def _url_of_deed(deed: Deed, secret: Secret) -> str:
    ref = secret.ref
    if deed.verb:
        return url_of_verb(ref, deed.verb)
    place = {"environment": ref.environment.name, "kind": ref.kind.name, "secret": ref.key}
    return filtered_url(place)


def creations(user: Somebody, sources: tuple[Source, ...], words: Words) -> list[Result]:
    """Forms for what the words name: of a type, where they name one."""
    suggested: dict[str, tuple[SuggestedType, ...]] = {}
    results = []
    for source in sources:
        if not policy.may(user, CREATE.verb, source.environment, source.kind):
            continue
        type_words = " ".join(_words_of_type(source, words))
        if not type_words and asks_to_create(words):
            results.append(_creation(source))
        elif source.kind.has_types and len(type_words) >= SHORTEST_TYPE:
            if type_words not in suggested:
                suggested[type_words] = adapter_of(source.kind).suggest_types(type_words)
            results += [_creation(source, type_) for type_ in suggested[type_words][:MOST_TYPES]]
    return results


def _words_of_type(source: Source, words: Words) -> Words:
    """The words that say neither that something is created, nor what kind of it, nor where."""
    kind = (source.kind.singular, source.kind.plural, *source.kind.singular.split())
    names = (*CREATING, *kind, *source.names)
    return tuple(word for word in words if word not in FILLING and not begins_any(word, names))


def _creation(source: Source, type_: SuggestedType | None = None) -> Result:
    url = reverse(f"{source.kind.name}:create", args=[source.environment.name])
    link = link_to(source.environment)
    if type_ is None:
        return Result(f"Create {source.kind.singular}", url, "plus", environment=link)
    title = f"Create {type_.name} {source.kind.singular}"
    return Result(title, f"{url}?{type_.query}", type_.icon or "plus", environment=link)


def imports(user: Somebody, environments: Iterable[Environment], words: Words) -> list[Result]:
    """The page that imports a file, in each environment where the person may."""
    results: list[Result] = []
    if not any(begins_any(word, (IMPORT.verb,)) for word in words):
        return results
    for environment in environments:
        is_meant = _fits(IMPORT_PAGE, words, names_of(environment))
        if is_meant and policy.may(user, IMPORT.verb, environment):
            url = reverse(IMPORT_PAGE.url_name, args=[environment.name])
            link = link_to(environment)
            results.append(Result(IMPORT_PAGE.title, url, IMPORT_PAGE.icon, environment=link))
    return results


def pages(
    request: Request,
    environments: Iterable[Environment],
    sources: tuple[Source, ...],
    words: Words,
) -> list[Result]:
    """The pages whose titles, or whose environments' names, begin with each of the words."""
    fitting = [page for page in SITE_PAGES if _fits(page, words, ())]
    for page in SHARED_PAGES:
        if _fits(page, words, ()) and _may_in_two(request, page.needs):
            fitting.append(page)
    results = [Result(page.title, reverse(page.url_name), page.icon) for page in fitting]
    for environment in environments:
        results += _pages_in(request.user, environment, sources, words)
    return results


def _may_in_two(request: Request, action: Action) -> bool:
    """Whether there is a kind with whose secrets the person may do it in two environments."""
    return any(len(environments_with(request, kind, action.verb)) > 1 for kind in KINDS)


def _pages_in(
    user: Somebody, environment: Environment, sources: tuple[Source, ...], words: Words
) -> Iterator[Result]:
    link = link_to(environment)
    names = names_of(environment)
    for page in ENVIRONMENT_PAGES:
        if _fits(page, words, names) and policy.may(user, page.needs.verb, environment):
            url = reverse(page.url_name, args=[environment.name])
            yield Result(page.title, url, page.icon, environment=link)
    for source in sources:
        kind = source.kind
        page = Page(kind.title, f"{kind.name}:index", kind.icon, (kind.singular,))
        if source.environment is environment and _fits(page, words, names):
            url = reverse(page.url_name, args=[environment.name])
            yield Result(page.title, url, page.icon, environment=link)
    if _fits(Page("Audit log", "audit", "history"), words, names):
        yield Result("Audit log", audit_url(environment), "history", environment=link)


def _fits(page: Page, words: Words, names: Words) -> bool:
    own_words = (*page.title.casefold().split(), *page.words, *names)
    return all(word in FILLING or begins_any(word, own_words) for word in words)
