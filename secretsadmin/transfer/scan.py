"""A scan of values as a run: twenty secrets a step, each step one call to AWS."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from django.contrib.auth.models import User

from secretsadmin.actions import SCAN
from secretsadmin.audit.recording import Actor
from secretsadmin.config.environments import Environment
from secretsadmin.config.ref import Ref
from secretsadmin.lint.scanned import Place
from secretsadmin.lint.scanning import Scan, noted
from secretsadmin.store.many import AT_ONCE
from secretsadmin.transfer.running import Order, Step

# AWS limits BatchGetSecretValue by itself, to 100 calls a second of an account.
LIMIT = "batch-get"


def order_of(
    scan: Scan,
    environment: Environment,
    *,
    actor: Actor,
    user: User | None = None,
    shared: Callable[[list[list[Place]]], object] = lambda _: None,
) -> Order:
    """The run of a scan; without a `user`, by somebody at the command line.

    At its end `shared` gets the groups of secrets that have a password in common.
    """
    refs = tuple(secret.ref for secret in scan.secrets)
    starts = range(0, len(refs), AT_ONCE)
    steps = tuple(_step(scan, refs[start : start + AT_ONCE]) for start in starts)
    kinds = {ref.kind for ref in refs}
    return Order(
        environment,
        SCAN.verb,
        steps,
        actor,
        user,
        kind=kinds.pop() if len(kinds) == 1 else None,
        closing=partial(_closing, scan, shared),
    )


def _step(scan: Scan, refs: tuple[Ref, ...]) -> Step:
    look = partial(scan.look, refs)
    return Step(refs, (SCAN.verb,), look, limit=LIMIT, of=partial(_step, scan))


def _closing(scan: Scan, shared: Callable[[list[list[Place]]], object]) -> Mapping[str, Any]:
    groups = scan.groups()
    shared(groups)
    return noted(groups)
