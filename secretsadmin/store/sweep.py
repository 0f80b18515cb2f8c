"""AWS's own list of an environment's secrets, page by page, and what is newer than it.

The list is slow and lags: see docs/decisions/0002.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import reduce
from operator import xor
from typing import Any, NamedTuple

from secretsadmin.config.environments import Environment
from secretsadmin.config.ref import Ref
from secretsadmin.kinds import Kind
from secretsadmin.store import aws, reads
from secretsadmin.store.reads import Secret

# How far AWS's list may be behind.
LAG = timedelta(minutes=5)
PAGE_SIZE = 100


class News(NamedTuple):
    """Since when a secret is known outside AWS's list, and what is known; None where it is gone."""

    at: datetime
    secret: Secret | None


def pages(environment: Environment, kind: Kind) -> Iterator[dict[str, Secret]]:
    """Each page of a kind's secrets, by their keys; one call for each page.

    Raises KindDisabled, and any StoreError.
    """
    prefix = environment.backend.name_prefix(kind.name)
    filters: list[Any] = [{"Key": "name", "Values": [prefix]}] if prefix else []
    next_page: dict[str, Any] = {}
    while True:
        answer = aws.call(
            aws.client(environment).list_secrets,
            MaxResults=PAGE_SIZE,
            IncludePlannedDeletion=True,
            Filters=filters,
            **next_page,
        )
        page = {}
        for entry in answer["SecretList"]:
            # AWS's filter takes prefixes only, and emulators find them anywhere in a name. So each
            # name is checked again.
            if secret_id := environment.backend.parse(entry["Name"], kind.name):
                ref = Ref.from_secret_id(environment, kind, secret_id)
                page[ref.key] = reads.secret_from(ref, entry)
        yield page
        if "NextToken" not in answer:
            return
        next_page = {"NextToken": answer["NextToken"]}


def names(environment: Environment) -> Iterator[list[str]]:
    """The names of all secrets in the account and region, whosever they are; one call a page.

    Those that wait for their deletion aren't among them. Raises any StoreError.
    """
    next_page: dict[str, Any] = {}
    while True:
        answer = aws.call(aws.client(environment).list_secrets, MaxResults=PAGE_SIZE, **next_page)
        yield [entry["Name"] for entry in answer["SecretList"]]
        if "NextToken" not in answer:
            return
        next_page = {"NextToken": answer["NextToken"]}


def news_ahead(
    news: Mapping[str, News], since: datetime, listed: Mapping[str, Secret]
) -> dict[str, News]:
    """The news that are still ahead of what AWS lists, by their keys.

    News from before `since` are listed by now. Others may be older than a change that was made
    elsewhere.
    """
    return {key: news[key] for key in news if _is_ahead(news[key], since, listed.get(key))}


def _is_ahead(news: News, since: datetime, listed: Secret | None) -> bool:
    if news.at <= since:
        return False
    if not news.secret or not news.secret.changed:
        return True
    return not listed or not listed.changed or listed.changed <= news.secret.changed


def laid_over(listed: Mapping[str, Secret], news: Mapping[str, News]) -> dict[str, Secret]:
    """The listed secrets, with the news laid over them."""
    secrets = dict(listed)
    for key, (_, secret) in news.items():
        if secret:
            secrets[key] = _read_since(secret, listed.get(key))
        else:
            secrets.pop(key, None)
    return secrets


def _read_since(secret: Secret, listed: Secret | None) -> Secret:
    """The secret with the later of the two days of its last reading: that day never goes back."""
    if listed is None or listed.accessed is None:
        return secret
    if secret.accessed and secret.accessed >= listed.accessed:
        return secret
    return replace(secret, accessed=listed.accessed)


def mark_of(secrets: Iterable[Secret]) -> str:
    """A text that is the same for two lists which say the same, in whatever order."""
    return f"{reduce(xor, (secret.mark for secret in secrets), 0):x}"
