"""What AWS is asked, one thing after the other, until something makes all the rest moot."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, timedelta
from email.utils import parsedate_to_datetime
from functools import partial

from django.utils import timezone

from secretsadmin.config.addresses import endpoint_of
from secretsadmin.config.environments import Environment
from secretsadmin.doctor.faults import ASKING_WHO, TOO_LATE, fault_of, fault_of_identity
from secretsadmin.doctor.line import Line, Status
from secretsadmin.doctor.names import Seen, key_lines, kind_lines, see
from secretsadmin.doctor.permissions import Permission, permissions, try_permission
from secretsadmin.doctor.sight import Sight
from secretsadmin.kinds import Kind
from secretsadmin.store import probing
from secretsadmin.store.errors import NotAllowed, StoreError, Unavailable

# Beyond the first, most of AWS's services refuse a signature.
MOST_SKEW, SOME_SKEW = timedelta(minutes=5), timedelta(minutes=1)
MOOT = "Not tried, because AWS can't be asked: see aws.reach."


@dataclass(frozen=True)
class Step:
    """What is examined under a name, which stands for it where AWS can't be asked."""

    check: str
    examine: Callable[[], Iterable[Line]]


class Asking:
    """One examination. Raises nothing that AWS or the way to it does."""

    def __init__(self, environment: Environment, sight: Sight) -> None:
        self._environment, self._sight = environment, sight
        self._skew: timedelta | None = None
        self._seen: Seen | None = None

    def lines(self) -> Iterator[Line]:
        steps = iter(self._steps())
        for step in steps:
            try:
                yield from step.examine()
            except StoreError as error:
                self._compare_clocks(error.date)
                fault = fault_of(error, self._environment)
                status: Status = "caution" if fault == TOO_LATE else "fails"
                yield Line("aws.reach", status, fault.sentence, fault.mend)
                yield self._clock()
                yield from (Line(left.check, "not tried", MOOT) for left in (step, *steps))
                return
        yield Line("aws.reach", "holds", "Secrets Manager answers.")
        yield self._clock()

    def _steps(self) -> Iterator[Step]:
        kinds = self._sight.kinds(self._environment)
        yield Step("aws.region", self._region)
        yield Step("aws.identity", self._identity)
        for permission in permissions():
            examine = partial(self._permission, permission, kinds)
            yield Step(permission.check, examine)
        yield Step("secrets.names", self._names)
        yield Step("key.same", self._keys)

    def _region(self) -> Iterator[Line]:
        place = probing.place(self._environment)
        endpoint = endpoint_of(place.endpoint)
        at = f", at {endpoint.scheme}://{endpoint.host}:{endpoint.port}" if endpoint else ""
        sentence = f"Secrets Manager is asked in {place.region}{at}."
        if self._environment.backend.region:
            yield Line("aws.region", "holds", sentence)
            return
        yield Line(
            "aws.region",
            "caution",
            f"{sentence} The backend kwargs name no region, so the dashboard takes that of its "
            "own machine, and Airflow that of its.",
            "Write region_name in the backend kwargs.",
        )

    def _identity(self) -> Iterator[Line]:
        check = "aws.identity"
        try:
            identity = probing.identity(self._environment)
        except (Unavailable, NotAllowed) as error:
            if isinstance(error, NotAllowed) and error.action != ASKING_WHO:
                raise
            fault = fault_of_identity(error, self._environment)
            yield Line(check, "not tried", fault.sentence, fault.mend)
            return
        self._compare_clocks(identity.date)
        yield self._told_identity(identity)

    def _told_identity(self, identity: probing.Identity) -> Line:
        configured = self._environment.account
        is_same = configured in ("", identity.account)
        sentence = f"The dashboard is {identity.arn}, in the account {identity.account}."
        other = f"{sentence} The configuration says that the environment is in {configured}."
        if not self._sight.administers(self._environment):
            # An account's digits are for those who administer the environment.
            sentence = "AWS knows the dashboard."
            other = "The dashboard is in another account than the configuration says."
        if is_same:
            return Line("aws.identity", "holds", sentence)
        return Line(
            "aws.identity",
            "fails",
            other,
            "Correct account in the environment's table, or give the dashboard the credentials or "
            "the role of that account.",
        )

    def _permission(self, permission: Permission, kinds: tuple[Kind, ...]) -> Iterator[Line]:
        yield try_permission(permission, self._environment, kinds)

    def _names(self) -> Iterator[Line]:
        try:
            self._seen = see(self._environment, self._sight)
        except NotAllowed as error:
            if error.action != probing.LIST:
                raise
            sentence = "Not tried, because names can't be listed: see permission.ListSecrets."
            yield Line("secrets.names", "not tried", sentence)
            return
        self._compare_clocks(self._seen.date)
        yield from kind_lines(self._environment, self._seen, self._sight)

    def _keys(self) -> Iterator[Line]:
        if self._seen is not None:
            yield from key_lines(self._environment, self._seen)

    def _compare_clocks(self, date: str) -> None:
        """Note how far AWS's clock is ahead of ours; the first answer that has a date counts."""
        if self._skew is not None or not date:
            return
        try:
            said = parsedate_to_datetime(date)
        except ValueError:
            return
        self._skew = said.astimezone(UTC) - timezone.now()

    def _clock(self) -> Line:
        if self._skew is None:
            return Line("aws.clock", "not tried", "No answer of AWS said what time it is.")
        seconds = round(abs(self._skew).total_seconds())
        if abs(self._skew) <= SOME_SKEW:
            return Line("aws.clock", "holds", f"The clock is within {seconds + 1} s of AWS's.")
        which = "behind" if self._skew > timedelta(0) else "ahead of"
        sentence = f"The clock is {seconds:,} s {which} AWS's."
        mend = (
            "Set the machine's clock, by NTP for example: AWS refuses requests of another time "
            "than its own, most services beyond 5 minutes."
        )
        return Line(
            "aws.clock", "fails" if abs(self._skew) > MOST_SKEW else "caution", sentence, mend
        )
