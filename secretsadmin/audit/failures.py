"""Failed sign-ins: each is counted, and a minute of them is one line of the record."""

from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from secretsadmin.audit.bookkeeping import SignInFailures
from secretsadmin.audit.models import Outcome
from secretsadmin.audit.recording import Act, Actor, note
from secretsadmin.audit.refusals import minute_of
from secretsadmin.audit.turns import in_turn
from secretsadmin.noted import SIGN_IN

# How many names and addresses of a minute are kept. The count goes on.
MOST_NAMES = 20


def count(actor: Actor) -> None:
    """Count one more failure in this minute, over all workers. Raises DatabaseError.

    The name is what somebody typed, and is kept only if somebody has it.

    Whether anybody has the name makes no difference to what the database is asked.
    """
    now = timezone.now()
    names = User.objects.filter(username=actor.user).values_list("username", flat=True)
    with transaction.atomic():
        minute, _ = SignInFailures.objects.select_for_update().get_or_create(minute=minute_of(now))
        minute.count += 1
        minute.names = _with(minute.names, *names)
        minute.addresses = _with(minute.addresses, *filter(None, [actor.address]))
        minute.peers = _with(minute.peers, *filter(None, [actor.peer]))
        minute.save()


def tell() -> None:
    """Record each minute of failures that is over. Raises NotRecorded and DatabaseError."""
    this_minute = minute_of(timezone.now())
    for minute in _waiting(this_minute):
        _tell(minute)


def _waiting(this_minute: datetime) -> list[datetime]:
    waiting = SignInFailures.objects.filter(minute__lt=this_minute).order_by("minute")
    return list(waiting.values_list("minute", flat=True))


def _tell(start: datetime) -> None:
    with in_turn(), transaction.atomic():
        minute = SignInFailures.objects.select_for_update().filter(minute=start).first()
        if minute is None:
            # Another worker was faster.
            return
        actor = Actor(_only(minute.names), _only(minute.addresses) or None)
        details = {"minute": start.isoformat(), "addresses": minute.addresses}
        if minute.peers:
            details["peers"] = minute.peers
        act = Act(fields=tuple(minute.names), error="sign-in", count=minute.count, details=details)
        note(SIGN_IN.audit_name, actor=actor, act=act, outcome=Outcome.DENIED)
        minute.delete()


def _with(names: list[str], *more: str) -> list[str]:
    return list(dict.fromkeys([*names, *more]))[:MOST_NAMES]


def _only(names: list[str]) -> str:
    """The name, where there is just one; a line that names one of several would blame it alone."""
    if len(names) == 1:
        return names[0]
    return ""
