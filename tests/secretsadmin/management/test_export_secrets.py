"""The command export_secrets ... (each test finishes the sentence)."""

import getpass
import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from secretsadmin.audit.models import Event
from secretsadmin.demo.emulator import Emulator
from tests.secretsadmin.conftest import Configure
from tests.support.faults import FaultProxy
from tests.support.wire import connected

pytestmark = pytest.mark.django_db


@pytest.fixture
def stored(two_environments: Emulator) -> Emulator:
    with connected(two_environments.endpoint) as client:
        for key, text in {"a": "one", "b": "two\nlines"}.items():
            client.create_secret(Name=f"dev/variables/{key}", SecretString=text)
    return two_environments


def export(output: object, file_format: str = "json", **options: Any) -> str:
    said = StringIO()
    given = {"environment": "dev", "kind": "variables", "yes": True, **options}
    call_command(
        "export_secrets", output=str(output), format=file_format, stdout=said, stderr=said, **given
    )
    return said.getvalue()


@pytest.mark.usefixtures("stored")
def test_writes_a_file_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "out.json"

    said = export(path, reason="A move")

    assert json.loads(path.read_text()) == {"a": "one", "b": "two\nlines"}
    assert path.stat().st_mode & 0o777 == 0o600
    assert said == "2 of 2 exported\n"
    lines = Event.objects.filter(action__in=("variables.export", "batch.run"))
    assert set(lines.values_list("user", "reason")) == {
        (f"{getpass.getuser()} (at the command line)", "A move")
    }


@pytest.mark.usefixtures("stored")
def test_writes_to_standard_output_and_says_what_is_left_out() -> None:
    said = StringIO()
    text = StringIO()
    with pytest.raises(SystemExit) as exited:
        call_command(
            *("export_secrets", "--environment=dev", "--kind=variables", "--format=env"),
            *("--output=-", "--yes", "--as=ada"),
            stdout=text,
            stderr=said,
        )

    assert exited.value.code == 1
    assert text.getvalue().startswith("a=one\n# Left out: b: ")
    assert "b: left out: It has several lines" in said.getvalue()
    assert {line.user for line in Event.objects.all()} == {
        f"ada (by {getpass.getuser()}, at the command line)"
    }


def test_leaves_a_key_with_an_equals_sign_out_of_lines_alone(
    stored: Emulator, tmp_path: Path
) -> None:
    with connected(stored.endpoint) as client:
        client.create_secret(Name="dev/variables/c=d", SecretString="three")

    with pytest.raises(SystemExit):
        export(tmp_path / "out.env", "env")
    export(tmp_path / "out.json")

    lines = (tmp_path / "out.env").read_text().splitlines()
    assert [line for line in lines if not line.startswith("#")] == ["a=one"]
    assert json.loads((tmp_path / "out.json").read_text())["c=d"] == "three"


@pytest.mark.usefixtures("stored")
def test_overwrites_no_file(tmp_path: Path) -> None:
    path = tmp_path / "out.json"
    path.write_text("mine")

    with pytest.raises(CommandError, match="can't be made: File exists"):
        export(path)

    assert path.read_text() == "mine"
    assert not Event.objects.filter(action="variables.export").exists()


@pytest.mark.usefixtures("stored")
@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"environment": "nowhere"}, "There is no environment 'nowhere'. There are dev, prod."),
        ({"kind": "config"}, "Config have no format json"),
        ({"yes": False}, "Say --yes where nobody can be asked."),
    ],
)
def test_says_why_it_does_nothing(tmp_path: Path, options: dict[str, Any], sentence: str) -> None:
    with pytest.raises(CommandError, match=sentence):
        export(tmp_path / "out.json", **options)

    assert not list(tmp_path.glob("out.json"))


def test_leaves_no_file_where_aws_allows_nothing(
    configure: Configure, stored: Emulator, tmp_path: Path
) -> None:
    with FaultProxy(stored.endpoint) as proxy:
        configure(endpoint=proxy.endpoint)
        proxy.when("BatchGetSecretValue").deny()

        with pytest.raises(CommandError):
            export(tmp_path / "out.json")

    assert not list(tmp_path.glob("out.json"))
