"""The page that compares what two environments have under one id, field by field and masked."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.safestring import SafeString

from secretsadmin.access import policy
from secretsadmin.access.requests import Request
from secretsadmin.adapter import KindAdapter
from secretsadmin.adapters import adapter_of
from secretsadmin.config.ref import Ref
from secretsadmin.diff.fields import WHOLE
from secretsadmin.diff.two_ways import part_changes
from secretsadmin.kinds import Kind
from secretsadmin.pages.comparison import Pair, Revealing, ShownComparison, comparison
from secretsadmin.pages.phrases import with_dots
from secretsadmin.pages.secret import urls_of, verb_of_showing
from secretsadmin.store.reads import Secret, Value
from secretsadmin.templatetags.secretsadmin import when

Two = tuple[Secret, Secret]


@dataclass(frozen=True)
class Side:
    """What is known of the secret in one of the environments."""

    title: str
    url: str
    about: SafeString


@dataclass(frozen=True)
class BetweenPage:
    """One id in two environments."""

    two: Two
    url: str

    @property
    def id(self) -> str:
        return self.two[0].ref.key

    @property
    def kind(self) -> Kind:
        return self.two[0].ref.kind

    @property
    def matrix_url(self) -> str:
        """The environments side by side, with this id alone."""
        names = [("in", secret.ref.environment.name) for secret in self.two]
        asked = (("kind", self.kind.name), *names, ("q", self.id))
        return f"{reverse('compare-environments')}?{urlencode(asked)}"

    @property
    def sides(self) -> tuple[Side, ...]:
        adapter = adapter_of(self.kind)
        return tuple(_side(secret, adapter) for secret in self.two)

    @property
    def titles(self) -> str:
        return " and ".join(secret.ref.environment.title for secret in self.two)

    @property
    def scheduled(self) -> str:
        """The environments where it is scheduled for deletion, so that it can't be read."""
        titles = [secret.ref.environment.title for secret in self.two if secret.deleted]
        return " and ".join(titles)


def _side(secret: Secret, adapter: KindAdapter) -> Side:
    about = with_dots(adapter.type_name(secret.type), when(secret.changed))
    return Side(secret.ref.environment.title, urls_of(secret.ref).detail, about)


def between_page(two: Two) -> BetweenPage:
    refs = [secret.ref for secret in two]
    names = [ref.environment.name for ref in refs]
    url = reverse("compare-between", args=[refs[0].kind.name, *names, refs[0].key])
    return BetweenPage(two, url)


def compare_between(
    request: Request, refs: tuple[Ref, Ref], values: tuple[Value, Value]
) -> ShownComparison:
    """How the values of two environments differ, each as its own Airflow reads it."""
    kind, adapter = refs[0].kind, adapter_of(refs[0].kind)
    one, other = (value.text for value in values)
    may_learn = all(policy.may_learn(request.user, ref.environment, kind, ref) for ref in refs)
    sides = []
    for place, ref in enumerate(refs):
        parts = adapter.diff(one, other, ref.environment.backend, may_learn=may_learn)
        sides.append(parts[place])
    urls = [urls_of(ref).reveal for ref in refs]
    revealing = Revealing(
        urls[0],
        Pair(values[0].version, values[1].version),
        may_learn,
        _may_show_whole(request, refs, adapter),
        other_url=urls[1],
    )
    return comparison(
        refs[1],
        part_changes(*sides),
        is_stored_alike=one == other if may_learn else None,
        alike="Both environments hold the same text.",
        revealing=revealing,
        titles=(refs[0].environment.title, refs[1].environment.title),
    )


def _may_show_whole(request: Request, refs: tuple[Ref, Ref], adapter: KindAdapter) -> bool:
    verb = verb_of_showing(WHOLE, adapter)
    return all(policy.may(request.user, verb, ref.environment, ref.kind, ref) for ref in refs)
