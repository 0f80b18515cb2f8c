"""A proxy that takes so many calls a second as AWS does, and throttles what is above."""

from collections import Counter, defaultdict
from random import Random
from threading import Lock
from time import monotonic

from tests.support.faults import Behaviour, Fault, FaultProxy

# AWS limits the calls of each name together.
LIMITS = {
    "CreateSecret": "create",
    "PutSecretValue": "put",
    "UpdateSecret": "put",
    "UpdateSecretVersionStage": "put",
}
PER_SECOND = 50.0


class Bucket:
    """Tokens that are filled up steadily, and a second's worth at most."""

    def __init__(self, per_second: float) -> None:
        self.per_second = self._tokens = per_second
        self._at = monotonic()

    def take(self) -> bool:
        now = monotonic()
        filled = self._tokens + (now - self._at) * self.per_second
        self._tokens, self._at = min(self.per_second, filled), now
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True


class LimitedProxy(FaultProxy):
    """Throttles a `share` of the calls beside, drawn with a `seed`, as AWS does now and then.

    `taken` has the moments at which it let calls through, by limit.
    """

    def __init__(self, upstream: str, *, share: float = 0, seed: int = 0) -> None:
        self.share = share
        self.taken: dict[str, list[float]] = defaultdict(list)
        self.throttled: Counter[str] = Counter()
        self._buckets = {limit: Bucket(PER_SECOND) for limit in LIMITS.values()}
        self._random = Random(seed)  # noqa: S311 - nobody has to guess it.
        self._taking = Lock()
        super().__init__(upstream)

    def behaviour_for(self, operation: str) -> Behaviour:
        behave = super().behaviour_for(operation)
        limit = LIMITS.get(operation)
        if limit is None or self._lets_through(limit):
            return behave
        fault = Fault(operation, None)
        fault.throttle()
        return fault.behave

    def rate(self, limit: str) -> float:
        """How many calls of the limit it let through in a second."""
        moments = self.taken[limit]
        if len(moments) < 2:
            return 0
        return (len(moments) - 1) / (moments[-1] - moments[0])

    def _lets_through(self, limit: str) -> bool:
        with self._taking:
            is_drawn = self._random.random() < self.share
            if is_drawn or not self._buckets[limit].take():
                self.throttled[limit] += 1
                return False
            self.taken[limit].append(monotonic())
            return True
