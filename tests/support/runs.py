"""Waits for the runs of this process."""

from secretsadmin.transfer import running

PATIENCE = 120


def end_of_runs() -> None:
    """Returns when every run has ended that this process has begun."""
    for run in list(running._runs.values()):  # noqa: SLF001 - no page waits for its run.
        assert run.has_ended.wait(PATIENCE)
