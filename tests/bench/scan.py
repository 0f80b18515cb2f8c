"""A scan of 2,000 values on a site as it is deployed: its calls, its news, and how it stops.

Calls are counts and must be at their floor. Seconds are those of this machine, so they fail the run
only where they are far off what is promised.
"""

import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from secretsadmin.demo.emulator import Emulator
from secretsadmin.demo.site import Person
from tests.bench.edits import Somebody
from tests.browser.sites import Site, serving
from tests.support.wire import connected, counting

SECRETS, AT_ONCE = 2_000, 20
PLACE = "new1"
# What is promised, in seconds, and how many times of that is far off.
PROMISED, FAR_OFF = 1.0, 3
PATIENCE = 300
_DONE = re.compile(r'<progress[^>]* value="(\d+)"')


class Look(NamedTuple):
    """What the page of a run told, and when."""

    at: float
    done: int
    is_going_on: bool


def measure() -> list[str]:
    """Prints what became of the scans, and returns what broke a promise."""
    people = (Person("scanner", "editors"),)
    with TemporaryDirectory() as folder, serving(Path(folder), people) as site:
        _fill(site)
        scanner = Somebody(site, people[0])
        scanner.sign_in()
        # The list is asked for first, so that the calls are the scan's own.
        _page(scanner, f"{PLACE}/connections/")
        emulator = site.emulator
        assert isinstance(emulator, Emulator)
        with counting(emulator) as calls:
            looks = list(_looks(scanner, _begin(scanner)))
        made = calls["BatchGetSecretValue"]
        stopping = _stop(scanner)
    silence = max(later.at - sooner.at for sooner, later in _news(looks))
    seconds = looks[-1].at - looks[0].at
    _tell(seconds, made, silence, stopping)
    return list(_broken(looks[-1].done, made, silence, stopping))


def _fill(site: Site) -> None:
    with connected(site.emulator.endpoint) as client:
        for number in range(SECRETS):
            client.create_secret(
                Name=f"{PLACE}/airflow/connections/c{number:04}",
                SecretString=f"postgres://u:one-of-{number // 2:04}@db{number}.example.com/sales",
            )


def _begin(scanner: Somebody) -> str:
    """The path of the run's page."""
    answer = scanner.post(f"{PLACE}/health/scan/")
    assert answer.status_code == 302
    return answer.headers["Location"].lstrip("/")


def _looks(
    scanner: Somebody, path: str, until: Callable[[Look], bool] = lambda _: False
) -> Iterator[Look]:
    """Look at the page of a run again and again until it has ended, or until it tells something."""
    begun = time.perf_counter()
    while True:
        html = _page(scanner, path)
        done = _DONE.search(html)
        assert done
        look = Look(time.perf_counter(), int(done[1]), "hx-trigger" in html)
        yield look
        if not look.is_going_on or until(look):
            return
        assert look.at - begun < PATIENCE
        time.sleep(0.1)


def _page(scanner: Somebody, path: str) -> str:
    headers = {"HX-Request": "true"}
    answer = scanner.session.get(f"{scanner.url}/{path}", headers=headers, timeout=60)
    assert answer.status_code == 200
    return answer.text


def _news(looks: list[Look]) -> Iterator[tuple[Look, Look]]:
    """The looks at which the page told another number, each with the one before it."""
    last = looks[0]
    for look in looks[1:]:
        if look.done != last.done or not look.is_going_on:
            yield last, look
            last = look


def _stop(scanner: Somebody) -> float:
    """How many seconds pass from asking a scan to stop until it has ended."""
    path = _begin(scanner)
    list(_looks(scanner, path, until=lambda look: look.done > 0))
    asked_at = time.perf_counter()
    stopped = scanner.post(f"{path}stop/")
    assert stopped.status_code == 302, stopped.text
    last = list(_looks(scanner, path))[-1]
    assert last.done < SECRETS
    return last.at - asked_at


def _tell(seconds: float, made: int, silence: float, stopping: float) -> None:
    print(f"\nA scan of {SECRETS:,} values")
    print(f"{'AWS calls':28} {made:5} of {SECRETS // AT_ONCE}")
    print(f"{'values a second':28} {SECRETS / seconds:5.0f}")
    print(f"{'longest without news, s':28} {silence:5.2f}")
    print(f"{'from stop to end, s':28} {stopping:5.2f}")


def _broken(done: int, made: int, silence: float, stopping: float) -> Iterator[str]:
    if done != SECRETS:
        yield f"a scan ended after {done:,} of {SECRETS:,} values"
    if made != SECRETS // AT_ONCE:
        yield f"a scan of {SECRETS:,} values made {made} calls"
    if silence > PROMISED * FAR_OFF:
        yield f"a scan told nothing new for {silence:.1f} s"
    if stopping > PROMISED * FAR_OFF:
        yield f"a scan went on for {stopping:.1f} s after it was stopped"


if __name__ == "__main__":
    raise SystemExit("\n".join(measure()))
