"""Whatever is done here and outside, and however far AWS's list is behind at each look ..."""

import random
from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import ClientError

from secretsadmin.audit.models import Event, Outcome
from secretsadmin.config.ref import Ref
from secretsadmin.demo.emulator import Emulator
from secretsadmin.store import labels, reads, traces, writes
from secretsadmin.store.errors import StoreError
from secretsadmin.store.reads import Secret
from tests.secretsadmin.store.acts import ANNA, create, ref_to, save
from tests.secretsadmin.store.watching.conftest import Passing, look, seen

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient as Client

STEPS = 40
LAGS = (0, 0, 120, 300)
OWN_VERBS = ("save", "save", "roll back", "label", "take", "delete", "restore")


class Story:
    """Random acts on secrets of which the names say who touches them."""

    def __init__(self, seed: int, time: Passing, emulator: Emulator, outside: "Client") -> None:
        self.random = random.Random(seed)  # noqa: S311 - it draws a test's cases.
        self.time, self.emulator, self.outside = time, emulator, outside
        self.theirs: dict[str, list[str]] = {"theirs": [], "both": []}

    def begin(self) -> None:
        for key in ("ours", "theirs", "both"):
            create(ref_to(key), "text")
        self.time.wait()
        look()

    def go_on(self) -> None:
        for _ in range(STEPS):
            self.step()
            self.time.wait(timedelta(seconds=self.random.choice((1, 20, 200, 400))))
            if self.random.random() < 0.4:
                self.look(self.random.choice(LAGS))
        self.time.wait()
        self.look(0)

    def look(self, lag: float) -> None:
        self.emulator.world.listing_lag = lag or 0.001
        look()

    def step(self) -> None:
        key = self.random.choice(("ours", "ours", "theirs", "both", "both"))
        if key == "theirs" or (key == "both" and self.random.random() < 0.5):
            self.put_outside(key)
        elif key == "both":
            with suppress(StoreError):
                save(ref_to(key), reads.describe(ref_to(key)).current)
        else:
            with suppress(StoreError):
                self.act_here(ref_to(key), self.random.choice(OWN_VERBS))

    def put_outside(self, key: str) -> None:
        with suppress(ClientError):
            answer = self.outside.put_secret_value(
                SecretId=ref_to(key).name, SecretString=str(self.random.random())
            )
            self.theirs[key].append(answer["VersionId"])

    def act_here(self, ref: Ref, verb: str) -> None:
        secret = reads.describe(ref)
        if verb == "save":
            save(ref, secret.current, str(self.random.random()))
        elif verb == "roll back":
            to = self.random.choice(list(secret.versions))
            writes.roll_back(ref, to=to, version=secret.current, actor=ANNA)
        elif verb in ("label", "take"):
            self.label(ref, secret, verb)
        elif verb == "delete":
            writes.schedule_deletion(ref, days=7, actor=ANNA)
        else:
            writes.restore(ref, actor=ANNA)

    def label(self, ref: Ref, secret: Secret, verb: str) -> None:
        holder = traces.holder(secret.versions, "mine")
        to = "" if verb == "take" else self.random.choice(list(secret.versions))
        if to != holder:
            labels.label(ref, label="mine", to=to, version=holder, actor=ANNA)


@pytest.mark.parametrize("seed", range(15))
def test_nothing_of_ours_is_taken_for_theirs_and_nothing_of_theirs_told_twice(
    seed: int, time: Passing, emulator: Emulator, outside: "Client"
) -> None:
    story = Story(seed, time, emulator, outside)
    story.begin()

    story.go_on()

    assert {word for _, word in seen()} <= {"made"}
    for key, made in story.theirs.items():
        observed = Event.objects.filter(outcome=Outcome.OBSERVED, secret=key)
        versions = list(observed.values_list("version", flat=True))
        assert len(versions) == len(set(versions))
        assert set(versions) <= set(made)
    assert "ours" not in {key for key, _ in seen()}
    if story.theirs["theirs"]:
        assert story.theirs["theirs"][-1] in {
            event.version for event in Event.objects.filter(outcome=Outcome.OBSERVED)
        }
