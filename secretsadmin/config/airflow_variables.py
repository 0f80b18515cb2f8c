"""Where Airflow's own variables let it look secrets up; they are read as Airflow reads them.

Source: airflow/_shared/configuration/parser.py of Airflow 3.2 and 3.3. No message quotes what a
kwarg says.
"""

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from secretsadmin.config.addresses import endpoint_of
from secretsadmin.config.backend import KIND_NAMES, BackendConfig, InvalidBackend, takes_text
from secretsadmin.config.release import is_older

# All of a section's variables begin so. What [workers] says counts for Airflow 3's tasks.
SECRETS = "AIRFLOW__SECRETS__BACKEND"
WORKERS = "AIRFLOW__WORKERS__SECRETS_BACKEND"
SECRETS_KWARGS = f"{SECRETS}_KWARGS"

_FIRST_WITH_WORKERS = (3, 0)
_FIRST_WITH_SINGLE_KWARGS = (3, 2)
# Airflow's own loop has no end where a variable refers to itself.
_MOST_REFERENCES = 10
_NOT_FOUND = "so tasks may not find what is saved here, or find something else."


def variables_of(environ: Mapping[str, str]) -> dict[str, str]:
    """The variables that say where Airflow looks secrets up.

    References to other variables are followed, except in those of a single kwarg.
    """
    variables = {}
    for name, text in environ.items():
        if not name.startswith((SECRETS, WORKERS)):
            continue
        variables[name] = text if "_KWARG__" in name else _with_references(text)
    return variables


def _with_references(text: str) -> str:
    for _ in range(_MOST_REFERENCES):
        text = os.path.expandvars(text)
    return text


def read(variables: Mapping[str, str], airflow: str) -> BackendConfig:
    """Where an Airflow looks secrets up, by its variables.

    `airflow` is its release; empty where it isn't known. A variable that doesn't do what it seems
    to gets a note. Raises InvalidBackend, whose message names the variable.
    """
    backend = _read_section(variables, SECRETS, airflow)
    notes = (
        *_secrets_notes(variables),
        *_single_notes(variables, airflow),
        *_worker_notes(variables, backend, airflow),
    )
    return replace(backend, notes=(*backend.notes, *notes))


def _read_section(variables: Mapping[str, str], section: str, airflow: str) -> BackendConfig:
    sources = {}
    kwargs = _from_json(variables, f"{section}_KWARGS")
    for name, kwarg in _single_kwargs(variables, section, airflow):
        if not takes_text(kwarg, variables[name]):
            raise InvalidBackend(
                kwarg,
                f"{name}: Airflow takes what a variable of a single kwarg says as text, "
                f"which {kwarg} can't be. Write it in {section}_KWARGS, as JSON.",
            )
        sources[kwarg] = name
        kwargs[kwarg] = variables[name]
    try:
        return BackendConfig.from_kwargs(kwargs, airflow=airflow)
    except InvalidBackend as error:
        source = sources.get(error.kwarg, f"{section}_KWARGS")
        raise InvalidBackend(error.kwarg, f"{source}: {error}") from None


def _from_json(variables: Mapping[str, str], name: str) -> dict[str, Any]:
    consequence = "Airflow itself would go on without it, with its default prefixes and no region."
    try:
        kwargs = json.loads(variables.get(name) or "{}")
    except (ValueError, RecursionError):
        raise InvalidBackend(
            name, f"{name} is no JSON. {consequence} Write an object of backend kwargs."
        ) from None
    if not isinstance(kwargs, dict):
        raise InvalidBackend(
            name, f"{name} must be a table (a JSON object) of backend kwargs. {consequence}"
        )
    return kwargs


def _single_kwargs(
    variables: Mapping[str, str], section: str, airflow: str
) -> Iterator[tuple[str, str]]:
    """The variables of one kwarg each that this release reads, each with its kwarg."""
    if is_older(airflow, _FIRST_WITH_SINGLE_KWARGS):
        return
    start = f"{section}_KWARG__"
    for name in variables:
        if name.startswith(start) and name != start:
            yield name, name.removeprefix(start).lower()


def _is_secrets_manager(backend: str) -> bool:
    """Whether it is Airflow's class, or one of the site's own that is named after it."""
    return backend.endswith("SecretsManagerBackend")


def _secrets_notes(variables: Mapping[str, str]) -> Iterator[str]:
    backend = variables.get(SECRETS, "")
    if backend and not _is_secrets_manager(backend):
        yield (
            f"{SECRETS} names no SecretsManagerBackend, so Airflow doesn't read what is saved here."
        )
    if not backend and f"{SECRETS}S" in variables:
        yield (
            f"{SECRETS}S is set, which Airflow ignores without a word. "
            f"The variable is called {SECRETS}."
        )
    if _is_left_to_a_command(variables, SECRETS):
        yield f"{SECRETS_KWARGS}_CMD isn't run here. Write what it prints in {SECRETS_KWARGS}."


def _is_left_to_a_command(variables: Mapping[str, str], section: str) -> bool:
    return f"{section}_KWARGS_CMD" in variables and not variables.get(f"{section}_KWARGS")


def _single_notes(variables: Mapping[str, str], airflow: str) -> Iterator[str]:
    has_single_kwargs = any(_single_kwargs(variables, SECRETS, airflow=""))
    if has_single_kwargs and is_older(airflow, _FIRST_WITH_SINGLE_KWARGS):
        yield f"{SECRETS}_KWARG__… does nothing: Airflow reads such variables from 3.2 on."
    for name, _ in _single_kwargs(variables, SECRETS, airflow):
        if variables[name] == "null":
            yield (
                f"{name} is the word null for Airflow, which switches nothing off. "
                f"Write it in {SECRETS_KWARGS}."
            )


def _worker_notes(
    variables: Mapping[str, str], backend: BackendConfig, airflow: str
) -> Iterator[str]:
    """Notes on what [workers] says.

    Workers read their kwargs only where they have a back end of their own.
    """
    if is_older(airflow, _FIRST_WITH_WORKERS):
        return
    workers_backend = variables.get(WORKERS, "")
    if not workers_backend:
        if _has_worker_kwargs(variables, airflow) and any(_elsewhere(variables, backend, airflow)):
            yield (
                f"{WORKERS}_KWARGS does nothing: "
                f"Airflow's workers read it only where {WORKERS} is set, too."
            )
    elif not _is_secrets_manager(workers_backend):
        yield f"{WORKERS} names no SecretsManagerBackend, {_NOT_FOUND}"
    elif _is_left_to_a_command(variables, WORKERS):
        yield f"{WORKERS}_KWARGS_CMD isn't run here, and workers may look elsewhere, {_NOT_FOUND}"
    else:
        yield from _elsewhere(variables, backend, airflow)


def _has_worker_kwargs(variables: Mapping[str, str], airflow: str) -> bool:
    if variables.get(f"{WORKERS}_KWARGS"):
        return True
    return any(_single_kwargs(variables, WORKERS, airflow))


def _elsewhere(variables: Mapping[str, str], backend: BackendConfig, airflow: str) -> Iterator[str]:
    """A note where the workers' kwargs lead elsewhere than those of [secrets]."""
    try:
        workers_backend = _read_section(variables, WORKERS, airflow)
    except InvalidBackend as error:
        yield f"{error} Airflow's workers read it, {_NOT_FOUND}"
        return
    place, workers_place = _place(backend), _place(workers_backend)
    if differing := [kwarg for kwarg in place if place[kwarg] != workers_place[kwarg]]:
        yield (
            f"Airflow's workers are configured to look elsewhere "
            f"({WORKERS}_KWARGS has another {', '.join(differing)}), {_NOT_FOUND}"
        )


def _place(backend: BackendConfig) -> dict[str, object]:
    """The kwargs that decide which secrets a back end finds.

    Of a role only its account counts: two roles of one account find the same secrets.
    """
    aws = backend.aws
    place: dict[str, object] = {f"{kind}_prefix": backend.prefixes[kind] for kind in KIND_NAMES}
    place |= {f"{kind}_lookup_pattern": backend.patterns[kind] or None for kind in KIND_NAMES}
    place |= {
        "sep": backend.sep,
        "region_name": backend.region,
        "endpoint_url": endpoint_of(aws.get("endpoint_url", "")),
        "role_arn": backend.role_account or aws.get("role_arn"),
    }
    # A role decides the account. Without one, the profile or the access key does.
    callers = {} if backend.role_account else aws
    return place | {name: callers.get(name) for name in ("profile_name", "aws_access_key_id")}
