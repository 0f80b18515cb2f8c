"""The table of calls ... (each test finishes the sentence)."""

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime

import pytest

from secretsadmin.actions import ACTIONS, BY_VERB
from secretsadmin.config.ref import Ref
from secretsadmin.doctor import probes
from secretsadmin.iam.calls import DECRYPTING, ENCRYPTING, calls_of
from secretsadmin.kinds import VARIABLES
from secretsadmin.store import errors, labels, listing, many, reads, tags, trail, writes
from secretsadmin.store.reads import Secret
from secretsadmin.store.tags import TagChange
from secretsadmin.store.writes import Draft
from tests.secretsadmin.store.acts import ANNA, LABEL, ref_to, save
from tests.support.faults import FaultProxy
from tests.support.sweeps import end_of_sweeps

Use = Callable[[FaultProxy, Ref, str], None]


def lose(proxy: FaultProxy, operation: str) -> None:
    """AWS does it, and no answer comes, whatever is tried."""
    proxy.when(operation).reset_after()


def view(_: FaultProxy, ref: Ref, version: str) -> None:
    listing.listing(ref.environment, ref.kind).read()
    end_of_sweeps()
    reads.describe(ref)
    reads.versions(ref)


def history(_: FaultProxy, ref: Ref, version: str) -> None:
    reads.describe(ref)
    reads.versions(ref)


def disclose(verb: str) -> Use:
    return lambda _proxy, ref, _version: vars(reads)["reveal"](ref, verb, actor=ANNA)


def make(proxy: FaultProxy, ref: Ref, version: str) -> None:
    """A create whose answer is lost."""
    lose(proxy, "CreateSecret")
    with suppress(errors.StoreError):
        writes.create(ref_to(f"{ref.key}-new"), Draft("x", type="postgres"), actor=ANNA)


def probe(proxy: FaultProxy, ref: Ref, version: str) -> None:
    """One whose answer is lost."""
    lose(proxy, "CreateSecret")
    with suppress(errors.StoreError):
        probes.make(Ref(ref.environment, VARIABLES, f"{ref.key}-probe"), actor=ANNA)


def change(proxy: FaultProxy, ref: Ref, version: str) -> None:
    """A value, a description and a type; then no type any more, and a lost answer."""
    before = Secret(ref, versions={version: (reads.CURRENT,)})
    typed = Draft("second", type="postgres", fields=("value",))
    writes.update(
        ref, lambda _: typed, version=version, actor=ANNA, before=before, description="new"
    )
    before = reads.describe(ref)
    lose(proxy, "PutSecretValue")
    with suppress(errors.StoreError):
        save(ref, before.current, before=before, description="new")


def roll_back(proxy: FaultProxy, ref: Ref, version: str) -> None:
    save(ref, version)
    current = reads.describe(ref).current
    proxy.clear()
    lose(proxy, "UpdateSecretVersionStage")
    with suppress(errors.StoreError):
        writes.roll_back(ref, to=version, version=current, actor=ANNA)


def label(_: FaultProxy, ref: Ref, version: str) -> None:
    labels.label(ref, label=LABEL, to=version, version="", actor=ANNA)


def tag(_: FaultProxy, ref: Ref, version: str) -> None:
    tags.tag(ref, change=TagChange({"owner": "dwh"}), before={}, actor=ANNA)
    tags.tag(ref, change=TagChange({}, ("owner",)), before={"owner": "dwh"}, actor=ANNA)


def delete(proxy: FaultProxy, ref: Ref, version: str) -> None:
    lose(proxy, "DeleteSecret")
    with suppress(errors.StoreError):
        writes.schedule_deletion(ref, days=7, actor=ANNA)


def restore(proxy: FaultProxy, ref: Ref, version: str) -> None:
    writes.schedule_deletion(ref, days=7, actor=ANNA)
    proxy.clear()
    lose(proxy, "RestoreSecret")
    with suppress(errors.StoreError):
        writes.restore(ref, actor=ANNA)


def ask_cloudtrail(_: FaultProxy, ref: Ref, version: str) -> None:
    trail.ask(ref, trail.about_version(version, datetime.now(UTC)), actor=ANNA)


def promote(_: FaultProxy, ref: Ref, version: str) -> None:
    reads.hand_on(ref, "promote", str, actor=ANNA, version=version)


def scan(_: FaultProxy, ref: Ref, version: str) -> None:
    list(many.read_many([ref], "scan", actor=ANNA, note=lambda *_: None))


def export(_: FaultProxy, ref: Ref, version: str) -> None:
    list(many.read_many([ref], "export", actor=ANNA, note=lambda *_: None))


USES: dict[str, Use] = {
    "scan": scan,
    "promote": promote,
    "view": view,
    "history": history,
    "open": disclose("open"),
    "compare": disclose("compare"),
    "reveal": disclose("reveal"),
    "copy": disclose("copy"),
    "create": make,
    "update": change,
    "roll-back": roll_back,
    "label": label,
    "tag": tag,
    "duplicate": disclose("duplicate"),
    "delete": delete,
    "restore": restore,
    "ask-cloudtrail": ask_cloudtrail,
    "probe": probe,
    "export": export,
}
LOOKING = ("Get", "BatchGet", "List", "Describe", "Lookup")
SERVICES = {"LookupEvents": "cloudtrail"}
# Rights that IAM asks for beside the call itself, so that no call of that name is seen.
BESIDE = {
    **{verb: {"secretsmanager:TagResource"} for verb in ("create", "probe")},
    "scan": {"secretsmanager:GetSecretValue"},
    "export": {"secretsmanager:GetSecretValue"},
}


def test_knows_every_action_that_asks_aws() -> None:
    # What is done to no secret asks for nothing of its own.
    recorded = {action.verb for action in ACTIONS if action.is_recorded and not action.scope}
    asking = {action.verb for action in ACTIONS if action.calls}

    assert recorded <= asking
    assert asking == USES.keys()


@pytest.mark.parametrize("verb", USES)
def test_names_what_aws_is_asked_for_and_nothing_else(
    proxy: FaultProxy, ref: Ref, version: str, verb: str
) -> None:
    USES[verb](proxy, ref, version)

    seen = set()
    for operation in proxy.calls:
        seen.add(f"{SERVICES.get(operation, 'secretsmanager')}:{operation}")
    assert seen | BESIDE.get(verb, set()) == set(BY_VERB[verb].calls)


def test_lets_nobody_change_anything_who_may_only_look() -> None:
    looking = [verb for verb in BY_VERB if not BY_VERB[verb].writes]

    assert calls_of(looking).isdisjoint(ENCRYPTING)
    operations = [call.partition(":")[2] for call in calls_of(looking)]
    assert all(name.startswith(LOOKING) for name in operations)


def test_knows_which_calls_touch_a_value() -> None:
    assert calls_of(BY_VERB) >= DECRYPTING
