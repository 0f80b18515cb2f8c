"""A file with thousands of variables, imported with AWS's limits.

The command imports new ids, is killed in the middle of importing other values over them, and runs
again. Nothing may be lost or stored twice, the first run has to use what AWS allows, and each
version has to be known to the audit log. Beside it runs a loop of the AWS CLI.

    python -m tests.bench.importing 300
"""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from secretsadmin.demo.emulator import Emulator, serve
from tests.support.appending import ROOT
from tests.support.faults import Answer, Behaviour, ConnectionLost, Forward
from tests.support.import_command import Importer
from tests.support.quotas import PER_SECOND, LimitedProxy
from tests.support.wire import REGION, connected

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient as Client

ENTRIES, BY_HAND = 2_000, 100
SHARE, SEED = 0.02, 11
# AWS's list of secrets may be so many seconds behind.
LAG = 300
# The product's own pace, and how much of AWS's limit has to be used.
PACE, LEAST = 48, 0.9
MOVE = "UpdateSecretVersionStage"
# A thread that was killed in the middle may leave one version of its secret.
THREADS = 8
PREFIX = "airflow/variables/"
OVERWRITE = ("--existing", "overwrite")
KEYS = {"AWS_ACCESS_KEY_ID": "bench", "AWS_SECRET_ACCESS_KEY": "bench"}
CLI = ROOT / ".venv-awscli" / "bin" / "aws"


def measure(entries: int = ENTRIES) -> list[str]:
    """Prints what became of the entries, and returns what broke a promise."""
    print(f"\nImport of {entries:,} variables, AWS taking {PER_SECOND:.0f} calls a second")
    with TemporaryDirectory() as folder, serve(listing_lag=LAG) as emulator:
        with LimitedProxy(emulator.endpoint, share=SHARE, seed=SEED) as proxy:
            bench = Bench(Path(folder), emulator, proxy, entries)
            broken = [*bench.create(), *bench.overwrite()]
        bench.compare()
    return broken


class Bench:
    def __init__(self, folder: Path, emulator: Emulator, proxy: LimitedProxy, entries: int) -> None:
        self.folder, self.emulator, self.proxy = folder, emulator, proxy
        self.keys = [f"key_{number:05}" for number in range(entries)]
        self.importer = Importer(folder, proxy.endpoint, PACE)
        self.importer.migrate()
        self.seconds = 0.0

    def create(self) -> Iterator[str]:
        """Of ids that aren't there yet."""
        start = time.perf_counter()
        done = self.importer.run(self._file("first"))
        self.seconds = time.perf_counter() - start
        share = self.proxy.rate("create") / PER_SECOND
        print(f"{'created':28} {self.seconds:7.1f} s, {share:.2f} of what AWS allows")
        print(f"{'throttled':28} {self.proxy.throttled['create']:7}")
        if done.returncode:
            yield f"an import exits with {done.returncode}"
        if share < LEAST:
            yield f"an import uses {share:.2f} of what AWS allows, and not {LEAST}"
        yield from self._wrong("first", versions=1, left_over=0)

    def overwrite(self) -> Iterator[str]:
        """Of the same ids with other values, by a command that is killed, and by another one."""
        file = self._file("second")
        with self.importer.started(file, *OVERWRITE) as process:
            self.proxy.when(MOVE, call=len(self.keys) // 2).behave = _killing(process)
            process.communicate()
        if process.returncode != -signal.SIGKILL:
            yield f"the command that was to be killed exits with {process.returncode}"
        before = self._moved()
        self.proxy.clear()
        self.proxy.taken.clear()
        start = time.perf_counter()
        done = self.importer.run(file, *OVERWRITE)
        seconds = time.perf_counter() - start
        share = self.proxy.rate("put") / PER_SECOND
        print(f"{'overwritten when killed':28} {before:7}")
        print(f"{'overwritten by the next':28} {self.proxy.calls[MOVE]:7} calls to move")
        print(f"{'':28} {seconds:7.1f} s, {share:.2f} of what AWS allows")
        if share < LEAST:
            yield f"an import over what is there uses {share:.2f} of what AWS allows"
        if done.returncode:
            yield f"an import after one that was killed exits with {done.returncode}"
        yield from self._wrong("second", versions=2, left_over=THREADS)

    def compare(self) -> None:
        """With a loop of the AWS CLI, for the time that a secret takes."""
        given = ["--endpoint-url", self.emulator.endpoint, "--region", REGION]
        start = time.perf_counter()
        for number in range(BY_HAND):
            name = f"{PREFIX}by_hand_{number:03}"
            secret = ["--name", name, "--secret-string", "text"]
            command = [str(CLI), *given, "secretsmanager", "create-secret", *secret]
            subprocess.run(command, env=os.environ | KEYS, stdout=subprocess.DEVNULL, check=True)
        each = (time.perf_counter() - start) / BY_HAND
        ours = self.seconds / len(self.keys)
        print(f"{'a secret, by the import':28} {ours * 1000:7.0f} ms")
        print(f"{'a secret, by the AWS CLI':28} {each * 1000:7.0f} ms, x {each / ours:.0f}")

    def _file(self, text: str) -> Path:
        path = self.folder / f"{text}.env"
        lines = [f"AIRFLOW_VAR_{key.upper()}={text} {key}\n" for key in self.keys]
        path.write_text("".join(lines), encoding="utf-8")
        return path

    # --- what there is ---

    def _moved(self) -> int:
        with connected(self.emulator.endpoint) as aws:
            return sum(_text(aws, key).startswith("second") for key in self.keys)

    def _wrong(self, text: str, *, versions: int, left_over: int) -> Iterator[str]:
        acts = _acts(self.importer.file)
        more = 0
        with connected(self.emulator.endpoint) as aws:
            for key in self.keys:
                if _text(aws, key) != f"{text} {key}":
                    yield f"{key} was lost"
                stages = _stages(aws, key)
                more += len(stages) - versions
                if not {version.replace("-", "") for version in stages} <= acts:
                    yield f"{key} has a version that no act knows"
                current = [version for version, names in stages.items() if "AWSCURRENT" in names]
                if len(current) != 1 or len(stages) < versions:
                    yield f"{key} has {len(current)} current of {len(stages)} versions"
        if more > left_over:
            yield f"there are {more} versions more than were imported"


def _killing(process: "subprocess.Popen[str]") -> Behaviour:
    def behave(_: Forward) -> Answer:
        os.kill(process.pid, signal.SIGKILL)
        raise ConnectionLost

    return behave


def _text(aws: "Client", key: str) -> str:
    return aws.get_secret_value(SecretId=PREFIX + key)["SecretString"]


def _stages(aws: "Client", key: str) -> dict[str, list[str]]:
    listed = aws.list_secret_version_ids(SecretId=PREFIX + key, IncludeDeprecated=True)
    return {each["VersionId"]: each.get("VersionStages", []) for each in listed["Versions"]}


def _acts(database: Path) -> set[str]:
    """The ids of all acts in the audit log."""
    with closing(sqlite3.connect(database)) as opened:
        return {act for (act,) in opened.execute("SELECT act FROM audit_event")}


if __name__ == "__main__":
    sys.exit("\n".join(measure(int(sys.argv[1]) if sys.argv[1:] else ENTRIES)))
