"""All that leaves the audit log for somewhere else."""

from pathlib import Path

from pytest_django.fixtures import Settings

from secretsadmin.audit import stream, verifying
from tests.support.audit_command import audit
from tests.support.record import add_line


def taken_along(folder: Path, settings: Settings) -> str:
    """What its stream, its checkpoints, its verification and a pruned file hold."""
    # There may be no line yet, and the newest one is never pruned.
    for _ in range(2):
        add_line()
    streamed, pruned = folder / "stream.jsonl", folder / "pruned.jsonl"
    settings.AUDIT_STREAM = f"file:{streamed}"
    stream.finish()
    verifying.go_on()
    texts = [streamed.read_text(), str(verifying.last_verified())]
    for words in (
        ("verify", "--checkpoint", streamed),
        ("prune", "--before", "2100-01-01", "--to", pruned),
        ("verify", "--checkpoint", streamed, "--archive", pruned),
        ("checkpoint",),
    ):
        ran = audit(*words)
        assert ran.status == 0, ran
        texts.append(ran.output)
    return "".join([*texts, pruned.read_text()])
