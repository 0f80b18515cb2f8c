"""What happened outside ... (each test finishes the sentence)."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from pytest_django.fixtures import Settings

from secretsadmin.audit.bookkeeping import Bookmark, Sighting
from secretsadmin.audit.models import Event, Outcome
from secretsadmin.audit.observations import seen_between
from secretsadmin.audit.recording import Act, recording
from secretsadmin.config.ref import Ref
from secretsadmin.kinds import VARIABLES
from secretsadmin.store import labels, reads, watching, writes
from secretsadmin.store.watching import Overtaken
from tests.conftest import use
from tests.secretsadmin.store.acts import ANNA, create, default, ref_to, save
from tests.secretsadmin.store.watching.conftest import PASS, Passing, look, seen
from tests.support.faults import FaultProxy
from tests.support.record import add_line

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient as Client

Outside = Callable[["Client", Ref], object]


@pytest.fixture
def ref(time: Passing, outside: "Client") -> Ref:
    """A secret that the last look has seen, in its second version."""
    ref = ref_to("orders")
    outside.create_secret(Name=ref.name, SecretString="first")
    outside.put_secret_value(SecretId=ref.name, SecretString="second", VersionStages=["AWSCURRENT"])
    time.wait()
    look()
    time.wait()
    return ref


def between(event: Event) -> tuple[datetime, datetime]:
    looks = seen_between(event)
    assert looks
    return looks


def previous_of(ref: Ref) -> str:
    versions = reads.describe(ref).versions
    return next(version for version, names in versions.items() if "AWSPREVIOUS" in names)


def test_before_the_first_look_is_only_noted(time: Passing, outside: "Client") -> None:
    for number in range(3):
        outside.create_secret(Name=ref_to(f"v{number}").name, SecretString="text")
    time.wait()

    look()
    look()

    assert not Event.objects.exists()
    assert Sighting.objects.count() == 3


def test_is_recorded_with_the_two_looks_between_which_it_was(
    time: Passing, outside: "Client", ref: Ref
) -> None:
    before = reads.describe(ref).current
    version = outside.put_secret_value(SecretId=ref.name, SecretString="theirs")["VersionId"]
    time.wait()

    look()

    [event] = Event.objects.all()
    assert (event.action, event.outcome, event.user) == ("variables.observe", "observed", "")
    assert (event.version, event.previous, event.fields) == (version, before, ["AWSCURRENT"])
    earlier, later = between(event)
    assert later - earlier == 4 * PASS


@pytest.mark.parametrize(
    ("word", "act"),
    [
        (
            "vanished",
            lambda c, ref: c.delete_secret(SecretId=ref.name, ForceDeleteWithoutRecovery=True),
        ),
        ("scheduled", lambda c, ref: c.delete_secret(SecretId=ref.name)),
        ("made", lambda c, ref: c.put_secret_value(SecretId=ref.name, SecretString="x")),
        (
            "made",
            lambda c, ref: c.put_secret_value(
                SecretId=ref.name, SecretString="x", VersionStages=["mine"]
            ),
        ),
        (
            "moved",
            lambda c, ref: c.update_secret_version_stage(
                SecretId=ref.name,
                VersionStage="AWSCURRENT",
                MoveToVersionId=previous_of(ref),
                RemoveFromVersionId=reads.describe(ref).current,
            ),
        ),
        (
            "moved",
            lambda c, ref: c.update_secret_version_stage(
                SecretId=ref.name, VersionStage="mine", MoveToVersionId=previous_of(ref)
            ),
        ),
    ],
)
def test_is_recorded_once(
    time: Passing, outside: "Client", ref: Ref, word: str, act: Outside
) -> None:
    act(outside, ref)
    for _ in range(3):
        time.wait(PASS)
        look()

    assert seen() == [(ref.key, word)]


def test_is_recorded_of_a_secret_that_appeared(time: Passing, outside: "Client", ref: Ref) -> None:
    outside.create_secret(Name=ref_to("new").name, SecretString="text")
    time.wait()

    look()
    look()

    assert seen() == [("new", "appeared")]


def test_is_recorded_of_a_deletion_that_was_taken_back_and_of_a_label_that_is_gone(
    time: Passing, outside: "Client", ref: Ref
) -> None:
    current = reads.describe(ref).current
    labels.label(ref, label="mine", to=current, version="", actor=ANNA)
    writes.schedule_deletion(ref, days=7, actor=ANNA)
    time.wait()
    look()
    outside.restore_secret(SecretId=ref.name)
    outside.update_secret_version_stage(
        SecretId=ref.name, VersionStage="mine", RemoveFromVersionId=current
    )
    time.wait()

    look()

    assert seen() == [(ref.key, "restored"), (ref.key, "taken")]


def test_is_told_apart_from_what_was_done_here(time: Passing, ref: Ref) -> None:
    def wait_and_look() -> None:
        for _ in range(2):
            time.wait(PASS)
            look()

    first = reads.describe(ref).current
    save(ref, first)
    wait_and_look()
    second = reads.describe(ref).current
    writes.roll_back(ref, to=first, version=second, actor=ANNA)
    labels.label(ref, label="mine", to=second, version="", actor=ANNA)
    wait_and_look()
    labels.label(ref, label="mine", to="", version=second, actor=ANNA)
    writes.schedule_deletion(ref, days=7, actor=ANNA)
    wait_and_look()
    writes.restore(ref, actor=ANNA)
    create(ref_to("new"))
    wait_and_look()

    assert seen() == []


def test_is_no_deletion_whose_window_is_over(time: Passing, outside: "Client", ref: Ref) -> None:
    writes.schedule_deletion(ref, days=7, actor=ANNA)
    time.wait()
    look()
    time.wait(timedelta(days=7))
    outside.delete_secret(SecretId=ref.name, ForceDeleteWithoutRecovery=True)
    time.wait()

    look()

    assert seen() == []
    assert not Sighting.objects.exists()


@pytest.mark.parametrize("is_early", [True, False])
def test_is_a_deletion_before_its_window_is_over_or_after_it_was_taken_back(
    time: Passing, outside: "Client", ref: Ref, *, is_early: bool
) -> None:
    writes.schedule_deletion(ref, days=7, actor=ANNA)
    if not is_early:
        writes.restore(ref, actor=ANNA)
        time.wait(timedelta(days=8))
    outside.delete_secret(SecretId=ref.name, ForceDeleteWithoutRecovery=True)
    time.wait()

    look()

    assert seen() == [(ref.key, "vanished")]


def test_is_found_although_somebody_saved_over_it(
    time: Passing, outside: "Client", ref: Ref
) -> None:
    theirs = outside.put_secret_value(SecretId=ref.name, SecretString="theirs")["VersionId"]
    save(ref, theirs)
    time.wait()

    look()

    assert seen() == [(ref.key, "made")]
    assert Event.objects.get(outcome=Outcome.OBSERVED).version == theirs


def test_is_found_although_an_act_here_did_the_same_before(
    time: Passing, outside: "Client", ref: Ref
) -> None:
    first = reads.describe(ref).current
    save(ref, first)
    second = reads.describe(ref).current
    writes.roll_back(ref, to=first, version=second, actor=ANNA)
    writes.roll_back(ref, to=second, version=first, actor=ANNA)
    outside.update_secret_version_stage(
        SecretId=ref.name,
        VersionStage="AWSCURRENT",
        MoveToVersionId=first,
        RemoveFromVersionId=second,
    )
    time.wait()
    time.wait()
    look()

    # The label is back where the last look saw it, so nothing shows of what was in between.
    assert seen() == []
    time.wait()
    save(ref, first)
    third = reads.describe(ref).current
    outside.update_secret_version_stage(
        SecretId=ref.name,
        VersionStage="AWSCURRENT",
        MoveToVersionId=second,
        RemoveFromVersionId=third,
    )
    time.wait()
    look()

    assert seen() == [(ref.key, "moved")]


def test_is_not_hidden_by_the_id_of_an_act_that_made_no_version(
    time: Passing, outside: "Client", ref: Ref
) -> None:
    with recording(ref, "open", actor=ANNA) as act:
        pass
    outside.put_secret_value(SecretId=ref.name, SecretString="theirs", ClientRequestToken=act.token)
    time.wait()

    look()

    assert seen() == [(ref.key, "made")]


@pytest.mark.parametrize("outcome", ["started", "unknown"])
def test_is_not_what_an_act_may_have_done_that_was_broken_off(
    time: Passing, outside: "Client", ref: Ref, outcome: str
) -> None:
    line = Act()
    own = {"kind": "variables", "secret": ref.key, "action": "variables.update", "act": line.id}
    add_line(**own, outcome="started", previous=reads.describe(ref).current)
    if outcome == "unknown":
        add_line(**own, outcome=outcome, version=line.token)
    outside.put_secret_value(SecretId=ref.name, SecretString="ours", ClientRequestToken=line.token)
    time.wait()

    look()

    assert seen() == []


def test_is_left_alone_where_aws_fails_in_the_middle(
    time: Passing, outside: "Client", ref: Ref, proxy: FaultProxy
) -> None:
    outside.create_secret(Name=ref_to("new").name, SecretString="text")
    time.wait()
    before = list(Bookmark.objects.values())
    proxy.when("ListSecrets").deny()
    watching.scan()
    assert seen() == []
    assert list(Bookmark.objects.values()) == before

    proxy.clear()
    proxy.when("DescribeSecret").deny()
    look()
    assert seen() == []
    assert Sighting.objects.count() == 1

    proxy.clear()
    look()
    assert seen() == [("new", "appeared")]


def test_is_recorded_by_one_of_two_processes(
    time: Passing, outside: "Client", ref: Ref, proxy: FaultProxy
) -> None:
    outside.put_secret_value(SecretId=ref.name, SecretString="theirs")
    time.wait()
    one = watching._begun(default(), VARIABLES)  # noqa: SLF001 - a process that stands still here.
    look()

    with pytest.raises(Overtaken):
        watching._compare(one, {})  # noqa: SLF001 - see above.

    assert seen() == [(ref.key, "made")]


def test_by_a_script_on_many_is_recorded_over_several_looks(
    time: Passing, outside: "Client", ref: Ref, proxy: FaultProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "MOST", 20)
    monkeypatch.setattr(watching, "AT_ONCE", 8)
    for number in range(45):
        outside.create_secret(Name=ref_to(f"v{number:02}").name, SecretString="text")
    time.wait()

    counts = []
    for _ in range(4):
        proxy.clear()
        look()
        counts.append((len(seen()), proxy.calls["DescribeSecret"]))
        time.wait(PASS)

    assert counts == [(20, 20), (40, 20), (45, 5), (45, 0)]
    first, *_, last = Event.objects.order_by("id")
    assert between(first)[0] == between(last)[0]


def test_begins_anew_where_the_configuration_names_another_place(
    time: Passing, outside: "Client", ref: Ref, settings: Settings, proxy: FaultProxy
) -> None:
    use(settings, proxy.endpoint, variables_prefix="other/variables")
    look()
    assert seen() == []
    assert not Sighting.objects.exists()
