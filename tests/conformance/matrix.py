"""Compares every locked release of Airflow with our account of it, in docs/airflow-releases.*.

python -m tests.conformance.matrix [RELEASE …]

Without a release it is all of them, which takes some minutes; `make conformance-all` makes their
environments first.
"""

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from secretsadmin.demo.site import ROOT

RESULTS = ROOT / "docs" / "airflow-releases.json"
PAGE = ROOT / "docs" / "airflow-releases.md"
AT_ONCE = 2
OF_AIRFLOW_2 = ("server", "cached-server")
OF_AIRFLOW_3 = ("server", "task", "api", "cached-task")
LOSING = ("api", "cached-server", "cached-task")
HEAD = """# What releases of Airflow read

Each row is a release as it was installed, with its provider for Amazon, and a way in which a
secret reaches the one who asks. "Read as we say" counts texts that people and scripts could have
left in Secrets Manager. "Stricter" are texts beside them that we refuse and this Airflow doesn't,
or the other way round: `docs/decisions/0018` says which. "Comes back" counts what the dashboard
writes, by format. Variables, options, and the names that Airflow asks for are compared, too. The
cache that Airflow can keep while it parses DAG files loses a lot, in every format.

`make conformance-all` asks them all again and writes this page.

| Airflow | provider | who | read as we say | stricter | comes back as chosen | as a URI | as JSON |
|---|---|---|---|---|---|---|---|
"""


def pythons() -> dict[str, Path]:
    """The Python of each release's environment; `make conformance` has the newest release."""
    found = {
        path.name.removeprefix(".venv-airflow-"): path for path in ROOT.glob(".venv-airflow-*")
    }
    newest = ROOT / ".venv-conformance"
    ordered = dict(
        sorted(found.items(), key=lambda pair: [int(part) for part in pair[0].split(".")])
    )
    return {
        release: path / "bin" / "python" for release, path in [*ordered.items(), ("newest", newest)]
    }


def ask(python: Path, who: str) -> dict[str, Any]:
    asked = subprocess.run(
        [python, "-W", "ignore", "tests/conformance/release.py", who],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        check=True,
        text=True,
    )
    told: dict[str, Any] = json.loads(asked.stdout.splitlines()[-1])
    return told


def page(results: Iterable[dict[str, Any]]) -> str:
    return HEAD + "".join(map(_row, results))


def _row(told: dict[str, Any]) -> str:
    read = f"{told['read']:,} of {told['of'] - told['stricter']:,}" if "of" in told else ""
    stricter = str(told["stricter"]) if "of" in told else ""
    written = [f"{whole} of {all_of_it}" for whole, all_of_it in told["written"].values()]
    cells = (told["release"], told["provider"], told["who"], read, stricter, *written)
    return f"| {' | '.join(cells)} |\n"


def is_right(told: dict[str, Any]) -> bool:
    """Through the API there comes nothing without a type, and a cache loses a lot."""
    is_whole = told["who"] in LOSING or all(whole == of for whole, of in told["written"].values())
    return is_whole and not told["lost"] and not told.get("wrong")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.conformance.matrix", description=__doc__)
    parser.add_argument("releases", nargs="*", metavar="RELEASE")
    wanted = parser.parse_args().releases
    asked = [
        (python, who)
        for release, python in pythons().items()
        if not wanted or release in wanted
        for who in (OF_AIRFLOW_2 if release.startswith("2.") else OF_AIRFLOW_3)
    ]
    with ThreadPoolExecutor(AT_ONCE) as threads:
        results = list(threads.map(lambda each: ask(*each), asked))
    for told in results:
        sys.stdout.write(f"{'right' if is_right(told) else 'WRONG'} {json.dumps(told)}\n")
    if not wanted:
        rows = ",\n".join(map(json.dumps, results))
        RESULTS.write_text(f"[\n{rows}\n]\n", encoding="utf-8")
        PAGE.write_text(page(results), encoding="utf-8")
    return 0 if all(map(is_right, results)) else 1


if __name__ == "__main__":
    sys.exit(main())
