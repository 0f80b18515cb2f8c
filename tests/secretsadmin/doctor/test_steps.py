"""The steps of a first day are done ... (each test finishes the sentence)."""

import pytest

from secretsadmin.doctor.steps import Facts, are_done, steps_of


@pytest.mark.parametrize(
    ("facts", "done"),
    [
        (Facts(has_secrets=False, was_read=False), ()),
        (Facts(has_secrets=True, was_read=False), ("create",)),
        (Facts(has_secrets=False, was_read=False, probe_was_read=True), ("connect",)),
        (Facts(has_secrets=True, was_read=False, probe_was_read=True), ("connect", "create")),
        (Facts(has_secrets=True, was_read=True), ("connect", "create", "read")),
    ],
)
def test_by_what_is_known(facts: Facts, done: tuple[str, ...]) -> None:
    steps = steps_of(facts)

    assert tuple(step.key for step in steps if step.is_done) == done
    assert are_done(steps) == (len(done) == 3)


def test_with_a_variable_where_airflow_looks_for_no_connection() -> None:
    titles = [step.title for step in steps_of(Facts(has_secrets=False, was_read=False), "variable")]

    assert titles == ["Connect Airflow", "Create your first variable", "Airflow read it"]


def test_with_patience_where_this_dashboard_read_on_the_same_day() -> None:
    *_, read = steps_of(Facts(has_secrets=True, was_read=False, was_read_here_today=True))

    assert not read.is_done
    assert read.text.endswith("Let a task ask for another, or for that one tomorrow.")
