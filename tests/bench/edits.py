"""Sixteen people who edit the same 25 variables at once, over HTTP, on a site as it is deployed.

Each edit reads the value into the form, adds a word of its own, and saves. Whatever was accepted
has to be there in the end, and whoever was too late is told so, with their own word still in the
form.
"""

import json
import sqlite3
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Barrier
from typing import NamedTuple

import requests

from secretsadmin.demo.site import Person
from tests.browser.sites import Site, serving
from tests.support.forms import as_sent
from tests.support.wire import connected

PEOPLE, EDITS, SECRETS = 16, 100, 25
MOST_VERSIONS = 100
VARIABLES = "dev/variables"


class Edit(NamedTuple):
    """One save: the word that it adds to which variable, and what the site answered."""

    key: str
    word: str
    status: int
    is_kept: bool


class Found(NamedTuple):
    """What there is of one variable in the end."""

    words: list[str]
    current: int
    versions: set[str]


class Somebody:
    """A person with a browser's cookies; every request waits for its answer."""

    def __init__(self, site: Site, person: Person) -> None:
        self.url = site.url
        self.person = person
        self.session = requests.Session()
        # A connection that has been idle may be closed while the next request is on its way.
        self.session.headers.update({"Referer": site.url, "Connection": "close"})

    def post(self, path: str, **data: str | list[str]) -> requests.Response:
        token = self.session.cookies.get("csrftoken", "")
        url = f"{self.url}/{path}"
        return self.session.post(
            url, data={**data, "csrfmiddlewaretoken": token}, allow_redirects=False, timeout=60
        )

    def sign_in(self) -> None:
        self.session.get(f"{self.url}/login/", timeout=60)
        answer = self.post("login/", username=self.person.name, password=self.person.password)
        assert answer.status_code == 302

    def create(self, key: str) -> None:
        assert self.post(f"{VARIABLES}/create/", key=key, value="begin").status_code == 302

    def edit(self, key: str, word: str) -> Edit:
        opened = self.post(f"{VARIABLES}/edit/{key}/", reveal="1")
        if opened.status_code != 200:
            return Edit(key, word, opened.status_code, is_kept=False)
        form = as_sent(opened)
        form["value"] = [f"{form['value'][0]} {word}"]
        answer = self.post(f"{VARIABLES}/update/{key}/", **form)
        is_kept = answer.status_code == 409 and as_sent(answer)["value"] == form["value"]
        return Edit(key, word, answer.status_code, is_kept)


def measure() -> list[str]:
    """Prints what became of the edits, and returns what broke a promise."""
    people = tuple(Person(f"person{number}", "editors") for number in range(PEOPLE))
    keys = [f"shared_{number:02}" for number in range(SECRETS)]
    with TemporaryDirectory() as folder, serving(Path(folder), people) as site:
        everybody = [Somebody(site, person) for person in people]
        for somebody in everybody:
            somebody.sign_in()
        for key in keys:
            everybody[0].create(key)
        start = time.perf_counter()
        edits = _all_at_once(everybody, keys)
        seconds = time.perf_counter() - start
        found = {key: _found(site, key) for key in keys}
        known = _known(Path(folder))
    _tell(edits, found, seconds)
    return [
        *_broken(edits, found),
        *(f"{key} has a version that no event knows" for key in _strangers(found, known)),
    ]


def _all_at_once(everybody: list[Somebody], keys: list[str]) -> list[Edit]:
    """Everybody goes round the variables, begins at another one, and so meets the others."""
    barrier = Barrier(len(everybody))

    def work(number: int) -> list[Edit]:
        barrier.wait()
        return [
            everybody[number].edit(keys[(number // 2 + turn) % len(keys)], f"{number}.{turn}")
            for turn in range(EDITS)
        ]

    with ThreadPoolExecutor(len(everybody)) as pool:
        return [edit for edits in pool.map(work, range(len(everybody))) for edit in edits]


def _found(site: Site, key: str) -> Found:
    name = f"dev/airflow/variables/{key}"
    with connected(site.emulator.endpoint) as client:
        text = client.get_secret_value(SecretId=name)["SecretString"]
        versions = client.list_secret_version_ids(SecretId=name, IncludeDeprecated=True)["Versions"]
    current = sum("AWSCURRENT" in version.get("VersionStages", ()) for version in versions)
    return Found(text.split()[1:], current, {version["VersionId"] for version in versions})


def _known(folder: Path) -> set[str]:
    """The ids of all acts in the audit log."""
    with closing(sqlite3.connect(folder / "site.sqlite3")) as database:
        return {json.dumps(act) for (act,) in database.execute("SELECT act FROM audit_event")}


def _strangers(found: dict[str, Found], known: set[str]) -> list[str]:
    return [
        key
        for key, each in found.items()
        if {json.dumps(one.replace("-", "")) for one in each.versions} - known
    ]


def _tell(edits: list[Edit], found: dict[str, Found], seconds: float) -> None:
    statuses = Counter(edit.status for edit in edits)
    most = max(len(each.versions) for each in found.values())
    print(
        f"\n{PEOPLE} people, {EDITS} edits each, over {SECRETS} variables by HTTP, in "
        f"{seconds:.0f} s"
    )
    print(f"{'accepted':28} {statuses[302]:5}")
    print(f"{'too late (409)':28} {statuses[409]:5}")
    print(f"{'anything else':28} {statuses.total() - statuses[302] - statuses[409]:5}")
    print(f"{'most versions of a secret':28} {most:5} of {MOST_VERSIONS}")


def _broken(edits: list[Edit], found: dict[str, Found]) -> Iterator[str]:
    accepted = {(edit.key, edit.word) for edit in edits if edit.status == 302}
    stored = [(key, word) for key, each in found.items() for word in each.words]
    if lost := accepted - set(stored):
        yield f"{len(lost)} accepted edits were lost"
    if len(stored) != len(accepted):
        yield f"{len(stored)} words are stored, and {len(accepted)} edits were accepted"
    if others := [edit.status for edit in edits if edit.status not in (302, 409)]:
        yield (
            f"{len(others)} edits were neither accepted nor told that they are too late: "
            f"{Counter(others)}"
        )
    if emptied := [edit for edit in edits if edit.status == 409 and not edit.is_kept]:
        yield f"{len(emptied)} people who were too late lost their input"
    for key, each in found.items():
        if each.current != 1:
            yield f"{key} has {each.current} current versions"
        if len(each.versions) >= MOST_VERSIONS:
            yield f"{key} has used its {MOST_VERSIONS} versions up"
