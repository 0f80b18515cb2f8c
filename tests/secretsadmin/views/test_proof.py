"""The proof that Airflow reads ... (each test finishes the sentence)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from pytest_django.fixtures import Settings
from time_machine import travel

from secretsadmin.audit.models import Event
from secretsadmin.demo.emulator import Emulator
from secretsadmin.doctor import probes
from secretsadmin.kinds import VARIABLES
from secretsadmin.store import listing, watching
from secretsadmin.store.reconciling import reconcile
from tests.conftest import As, use
from tests.secretsadmin.conftest import Configure
from tests.secretsadmin.store.acts import default
from tests.support.faults import FaultProxy
from tests.support.people import somebody
from tests.support.site import acts, overwrite, put, words
from tests.support.wire import connected, counting

PROOF = "/default/setup/proof/"
KEY = "secretsadmin-probe-0123abcd"
NAME = f"airflow/variables/{KEY}"
REMOVE = f"{PROOF}remove/variables/{KEY}/"
A_DAY = timedelta(days=1, minutes=1)


def make(client: Client, key: str = KEY, kind: str = "variables") -> Any:
    return client.post(f"{PROOF}probe/", {"kind": kind, "id": key})


def read(emulator: Emulator, name: str = NAME) -> None:
    """As Airflow reads."""
    with connected(emulator.endpoint) as client:
        client.get_secret_value(SecretId=name)


def described(emulator: Emulator, name: str = NAME) -> Any:
    with connected(emulator.endpoint) as client:
        return client.describe_secret(SecretId=name)


def states(response: Any) -> list[str]:
    return [probe.state.text for probe in response.context["page"].probes]


def test_begins_with_a_probe_that_is_recorded(editor: Client, secrets_manager: Emulator) -> None:
    with counting(secrets_manager) as calls:
        answer = make(editor)

    assert answer.status_code == 302
    assert calls == {"CreateSecret": 1}
    secret = described(secrets_manager)
    assert secret["Description"] == probes.DESCRIPTION
    assert {"Key": "secretsadmin:probe", "Value": "true"} in secret["Tags"]
    assert acts() == [
        ("variables.probe", KEY, "started"),
        ("variables.probe", KEY, "succeeded"),
    ]
    assert "editor made a probe, the variable" in words(editor.get("/audit/"))


def test_suggests_an_id_of_its_own(editor: Client) -> None:
    form = editor.get(PROOF).context["page"].form

    assert make(editor, form["id"].value()).status_code == 302


def test_never_reads_the_probe_itself(editor: Client, secrets_manager: Emulator) -> None:
    make(editor)

    with counting(secrets_manager) as calls:
        for url in (PROOF, "/default/", "/default/variables/", "/default/recycle-bin/"):
            editor.get(url)
        editor.get(f"/default/variables/detail/{KEY}/")
        editor.get(f"{PROOF}script/variables/{KEY}/")
        watching.scan()
        probes.clear_up()
    assert set(calls) <= {"DescribeSecret", "ListSecrets", "ListSecretVersionIds"}
    assert "LastAccessedDate" not in described(secrets_manager)
    assert states(editor.get(PROOF)) == ["Not read yet."]


def test_says_when_airflow_read_it(editor: Client, secrets_manager: Emulator) -> None:
    make(editor)
    read(secrets_manager)

    page = editor.get(PROOF)

    today = datetime.now(UTC)
    assert states(page) == [f"Airflow read it on {today.day} {today:%b}."]
    assert "Airflow reads what this dashboard writes." in words(page)


def test_tells_a_page_that_asks_by_itself(editor: Client, secrets_manager: Emulator) -> None:
    make(editor)
    first = editor.get(PROOF).context["poll"]
    headers = {"HX-Request": "true", "Shown": first.shown}
    assert first.goes_on
    assert editor.get(PROOF, headers=headers).status_code == 204

    read(secrets_manager)
    news = editor.get(PROOF, headers=headers)

    assert news.status_code == 200
    assert b"Airflow read it on" in news.content
    assert not news.context["poll"].goes_on


def test_proves_nothing_where_somebody_looked_here(
    editor: Client, secrets_manager: Emulator
) -> None:
    make(editor)
    editor.post(f"/default/variables/reveal/{KEY}/", {"field": "value"})

    page = editor.get(PROOF)

    assert states(page) == [
        "Its value was shown here, so AWS’s date proves nothing. Make another probe."
    ]
    assert page.context["page"].result is None


def test_hands_out_a_script_that_knows_the_probe(editor: Client) -> None:
    make(editor)

    page, file = editor.get(PROOF), editor.get(f"{PROOF}script/variables/{KEY}/")

    assert f'"probe": "{KEY}"' in file.content.decode()
    assert file["Content-Disposition"] == 'attachment; filename="secretsadmin_proof.py"'
    (usage,) = page.context["page"].script
    assert usage.code == f"python - <<'PROOF'\n{file.content.decode()}PROOF\n"


def test_ends_when_the_probe_is_removed(editor: Client, secrets_manager: Emulator) -> None:
    make(editor)

    with counting(secrets_manager) as calls:
        answer = editor.post(REMOVE)

    assert answer.status_code == 302
    assert calls == {"DescribeSecret": 1, "DeleteSecret": 1}
    days = described(secrets_manager)["DeletedDate"] - datetime.now(UTC)
    assert days <= timedelta(days=7)
    assert states(editor.get(PROOF)) == []
    assert acts()[-1] == ("variables.delete", KEY, "succeeded")
    assert KEY in words(editor.get("/default/recycle-bin/"))


def test_leaves_nothing_that_looks_as_if_it_came_from_outside(
    editor: Client, secrets_manager: Emulator
) -> None:
    watching.scan()
    make(editor)
    watching.scan()
    editor.post(REMOVE)
    watching.scan()
    reconcile()

    assert {event.outcome for event in Event.objects.all()} == {"started", "succeeded"}
    history = words(editor.get(f"/default/variables/history/{KEY}/"))
    assert "outside" not in history
    assert "editor made it as a probe" in history


@pytest.mark.parametrize("fault", ["reset_before", "reset_after"])
def test_survives_a_lost_answer(
    editor: Client, secrets_manager: Emulator, settings: Settings, fault: str
) -> None:
    with FaultProxy(secrets_manager.endpoint) as proxy:
        use(settings, proxy.endpoint)
        getattr(proxy.when("CreateSecret", call=1), fault)()
        answer = make(editor)

    assert answer.status_code == 302
    assert acts()[-1] == ("variables.probe", KEY, "succeeded")


def test_removes_nothing_that_was_not_made_as_a_probe(
    editor: Client, secrets_manager: Emulator
) -> None:
    tags = [{"Key": "secretsadmin:probe", "Value": "true"}]
    put(secrets_manager, NAME, "somebody's own", Tags=tags)

    assert editor.post(REMOVE).status_code == 404
    assert "DeletedDate" not in described(secrets_manager)


def test_removes_no_probe_that_became_something_else(
    editor: Client, secrets_manager: Emulator
) -> None:
    make(editor)
    overwrite(secrets_manager, NAME, "in use by now")

    assert editor.post(REMOVE).status_code == 404
    assert "DeletedDate" not in described(secrets_manager)
    assert states(editor.get(PROOF)) == []


def test_is_cleared_up_after_a_day(editor: Client, secrets_manager: Emulator) -> None:
    make(editor)
    probes.clear_up()
    assert "DeletedDate" not in described(secrets_manager)

    with travel(datetime.now(UTC) + A_DAY):
        probes.clear_up()
        watching.scan()

    assert "DeletedDate" in described(secrets_manager)
    last = Event.objects.latest("id")
    assert (last.action, last.user, last.outcome) == ("variables.delete", "", "succeeded")
    page = words(editor.get("/default/recycle-bin/"))
    assert "by the dashboard “A probe is removed after a day.”" in page
    assert "outside the dashboard" not in page


def test_asks_aws_once_a_day_where_it_may_not_clear_up(
    editor: Client, secrets_manager: Emulator, settings: Settings
) -> None:
    make(editor)
    with (
        FaultProxy(secrets_manager.endpoint) as proxy,
        travel(datetime.now(UTC) + A_DAY, tick=False) as time,
    ):
        use(settings, proxy.endpoint)
        proxy.when("DeleteSecret").deny()
        for _ in range(3):
            probes.clear_up()
            time.shift(timedelta(hours=1))
        assert proxy.calls["DeleteSecret"] == 1


@pytest.mark.parametrize(
    ("key", "why"),
    [
        ("", "This field is required."),
        ("a//b", "An id has no empty part"),
        ("ends-abcdef", "An id can&#x27;t end in a hyphen and six characters"),
        ("x" * 251, "An id has at most 250 characters"),
    ],
)
def test_refuses_an_id_that_cannot_be(
    editor: Client, secrets_manager: Emulator, key: str, why: str
) -> None:
    with counting(secrets_manager) as calls:
        answer = make(editor, key)

    assert answer.status_code == 422
    assert why in answer.content.decode()
    assert key in answer.content.decode()
    assert not calls


def test_refuses_an_id_that_is_taken(editor: Client, secrets_manager: Emulator) -> None:
    put(secrets_manager, NAME, "x")

    answer = make(editor)

    assert answer.status_code == 422
    assert "A secret of this name exists already." in words(answer)


def test_refuses_a_kind_that_airflow_does_not_ask_for_by_any_id(editor: Client) -> None:
    assert make(editor, kind="config").status_code == 422
    assert make(editor, kind="nothing").status_code == 422


def test_asks_for_ids_that_the_lookup_pattern_lets_through(
    editor: Client, secrets_manager: Emulator, settings: Settings
) -> None:
    use(settings, secrets_manager.endpoint, variables_lookup_pattern="^team_")

    suggested = editor.get(PROOF).context["page"].form["id"].value()
    refused = make(editor)

    assert suggested.startswith("team_secretsadmin-probe-")
    assert make(editor, suggested).status_code == 302
    assert refused.status_code == 422
    assert "lookup pattern excludes the id" in words(refused)


def test_takes_no_id_of_a_team(configure: Configure, as_role: As) -> None:
    configure(dev='teams = ["analytics"]')

    answer = as_role("editor").post(
        "/dev/setup/proof/probe/", {"kind": "variables", "id": f"analytics--{KEY}"}
    )

    assert answer.status_code == 422
    assert "A probe belongs to no team" in words(answer)


def test_says_where_no_id_is_plain_to_see(
    editor: Client, secrets_manager: Emulator, settings: Settings
) -> None:
    use(settings, secrets_manager.endpoint, variables_lookup_pattern=".*(x|y)z$")

    page = editor.get(PROOF)

    assert page.context["page"].form["id"].value() == ""
    assert "No id could be worked out" in words(page)


def test_takes_a_connection_where_variables_are_off(
    editor: Client, secrets_manager: Emulator, settings: Settings
) -> None:
    use(settings, secrets_manager.endpoint, variables_prefix=None)

    assert make(editor, kind="connections").status_code == 302
    read(secrets_manager, f"airflow/connections/{KEY}")
    assert "Airflow read it on" in states(editor.get(PROOF))[0]


def test_says_that_there_is_nothing_to_prove(
    editor: Client, secrets_manager: Emulator, settings: Settings
) -> None:
    use(settings, secrets_manager.endpoint, variables_prefix=None, connections_prefix=None)

    page = editor.get(PROOF)

    assert "their prefixes are null" in words(page)
    assert page.context["page"].form is None


def test_tells_a_viewer_who_may(signed_in: As, editor: Client) -> None:
    make(editor)

    page = signed_in("viewer").get(PROOF)

    assert "Editors and admins may make a probe that Airflow reads." in words(page)
    assert states(page) == ["Not read yet."]
    assert b"/setup/proof/remove/" not in page.content


def test_shows_people_only_what_they_may_view(configure: Configure, as_role: As) -> None:
    configure(
        '[[grants]]\ngroup = "data"\nrole = "editor"\nenvironments = ["dev"]\n'
        'kinds = ["variables"]\nids = ["data_*"]\n[[grants]]\ngroup = "admins"\nrole = "admin"\n'
    )
    admin = as_role("admin")
    for kind, key in (("variables", KEY), ("connections", KEY), ("variables", "data_probe")):
        admin.post("/dev/setup/proof/probe/", {"kind": kind, "id": key})
    analyst = Client()
    analyst.force_login(somebody("analyst", "data"))

    page = analyst.get("/dev/setup/proof/")

    assert [probe.id for probe in page.context["page"].probes] == ["data_probe"]
    assert page.context["page"].form["id"].value().startswith("data_secretsadmin-probe-")
    assert KEY not in page.content.decode()
    refused = analyst.post("/dev/setup/proof/probe/", {"kind": "variables", "id": "other"})
    assert refused.status_code == 403
    assert analyst.post(f"/dev/setup/proof/remove/variables/{KEY}/").status_code == 404


def test_says_that_aws_does_not_tell(
    editor: Client, secrets_manager: Emulator, settings: Settings
) -> None:
    make(editor)
    make(editor, "another")
    with FaultProxy(secrets_manager.endpoint) as proxy:
        use(settings, proxy.endpoint)
        proxy.when("DescribeSecret").deny()
        page = editor.get(PROOF)

        assert proxy.calls["DescribeSecret"] == 1
    assert (
        states(page)
        == ["Secrets Manager doesn’t say whether it was read. Look again in a moment."] * 2
    )


def test_tells_the_set_up_page_that_secrets_are_read_elsewhere(
    editor: Client, secrets_manager: Emulator
) -> None:
    put(secrets_manager, "airflow/variables/theirs", "x")
    here = listing.listing(default(), VARIABLES)
    assert probes.last_read_elsewhere(here.sweep_and_wait().secrets, here.standing) is None

    read(secrets_manager, "airflow/variables/theirs")
    secrets = here.sweep_and_wait().secrets
    assert probes.last_read_elsewhere(secrets, here.standing)

    editor.post("/default/variables/reveal/theirs/", {"field": "value"})
    here.marks()
    assert probes.last_read_elsewhere(secrets, here.standing) is None


@pytest.mark.django_db
def test_names_the_account_to_those_who_administer(configure: Configure, as_role: As) -> None:
    configure(dev='account = "210987654321"')
    proof = "/dev/setup/proof/"
    as_role("editor").post(f"{proof}probe/", {"kind": "variables", "id": KEY})

    for role, is_named in (("viewer", False), ("editor", False), ("admin", True)):
        page = as_role(role).get(proof)
        script = as_role(role).get(f"{proof}script/variables/{KEY}/")
        for answer in (page, script):
            assert "EXPECTED" in answer.content.decode()
            assert ("210987654321" in answer.content.decode()) is is_named
