"""A lease lets one process of many do a task for all of them, until it ends or is killed.

The processes' own clocks decide. A lease is much longer than the time by which they differ.
"""

from datetime import timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from secretsadmin.audit.bookkeeping import Lease


def take(name: str, holder: str, seconds: float) -> bool:
    """Have the lease for so many seconds from now on, unless another holder has it.

    Whoever has it already has it for longer.
    """
    now = timezone.now()
    until = now + timedelta(seconds=seconds)
    # The database compares and writes in one step, so two processes never both succeed.
    is_free = Q(holder=holder) | Q(until__lte=now)
    if Lease.objects.filter(is_free, name=name).update(holder=holder, until=until):
        return True
    if Lease.objects.filter(name=name).exists():
        return False
    return _make(Lease(name=name, holder=holder, until=until))


def give_back(name: str, holder: str) -> None:
    """Let the next process have it at once."""
    Lease.objects.filter(name=name, holder=holder).delete()


def _make(lease: Lease) -> bool:
    try:
        with transaction.atomic():
            lease.save(force_insert=True)
    except IntegrityError:
        # Another process was faster.
        return False
    return True
