"""What to write on Airflow's side so that it reads an environment's secrets, by how it is run.

Sources: the secrets backend's page of Airflow and of Amazon's provider, the official chart's
template of airflow.cfg, Amazon MWAA's user guide, and the source of Astronomer's CLI.
"""

import io
import shlex
from collections.abc import Iterable, Sequence
from configparser import RawConfigParser
from dataclasses import dataclass
from typing import NamedTuple

from secretsadmin.config.backend import BackendConfig
from secretsadmin.config.release import is_older
from secretsadmin.doctor.backend_kwargs import GivenKwargs, one_line

BACKEND = "airflow.providers.amazon.aws.secrets.secrets_manager.SecretsManagerBackend"
PROVIDER = "apache-airflow-providers-amazon"
DEPLOYMENT = "DEPLOYMENT-ID"
_FIRST_WITH_TEAMS = _FIRST_WITH_SINGLE_KWARGS = (3, 2)
_FIRST_WITH_WORKERS = (3, 0)
_PRINTS = "“airflow config get-value secrets backend_kwargs”"


class Option(NamedTuple):
    """An option of airflow.cfg, as `key` of a `section`."""

    section: str
    key: str
    value: str

    @property
    def variable(self) -> str:
        return f"AIRFLOW__{self.section.upper()}__{self.key.upper()}"


class Snippet(NamedTuple):
    """Text to copy, and what it is called."""

    title: str
    code: str


@dataclass(frozen=True)
class Way:
    """A way to run or to tell Airflow: what to write, where, and what goes wrong without a word."""

    key: str
    title: str
    where: str
    snippets: tuple[Snippet, ...]
    silent: str


def options_of(backend: BackendConfig, given: GivenKwargs) -> tuple[Option, ...]:
    """All that Airflow is told: by which class and with which kwargs it looks secrets up."""
    options = [
        Option("secrets", "backend", BACKEND),
        Option("secrets", "backend_kwargs", given.line),
    ]
    if backend.teams and not is_older(backend.airflow, _FIRST_WITH_TEAMS):
        options.append(Option("core", "multi_team", "True"))
    return tuple(options)


def ways_of(backend: BackendConfig, given: GivenKwargs) -> tuple[Way, ...]:
    options = options_of(backend, given)
    return (
        _variables(options),
        _airflow_cfg(options),
        _compose(options),
        _helm(options),
        _mwaa(options, given),
        _astronomer(options),
    )


def cautions_of(backend: BackendConfig, given: GivenKwargs) -> tuple[str, ...]:
    """What holds for all ways, as sentences."""
    cautions = [
        (
            "Kwargs that are no JSON count as none: Airflow goes on with its default prefixes and "
            "no region. Its log then says “Failed to parse [secrets] backend_kwargs as JSON, "
            "defaulting to no kwargs.”"
        ),
        (
            "A misspelt kwarg is ignored without a word, and so is an option that is called "
            "“backends”."
        ),
        "Airflow reads its configuration when it starts, so restart each of its processes.",
    ]
    if given.is_escaped:
        cautions.append(
            "In the kwargs, \\u0024 stands for $ and \\u0025 for %, for example. For Airflow that "
            "is the same, and neither a shell nor a file of settings changes it on the way."
        )
    return (*cautions, *_of_release(backend))


def _of_release(backend: BackendConfig) -> Iterable[str]:
    release = backend.airflow
    if not is_older(release, _FIRST_WITH_SINGLE_KWARGS):
        yield (
            "Since Airflow 3.2 a variable such as AIRFLOW__SECRETS__BACKEND_KWARG__REGION_NAME "
            "wins over the kwargs, also one that was forgotten."
        )
    if not is_older(release, _FIRST_WITH_WORKERS):
        yield (
            "In Airflow 3 workers read [workers] secrets_backend and secrets_backend_kwargs "
            "instead, if the first is set."
        )
    if backend.teams and is_older(release, _FIRST_WITH_TEAMS):
        yield f"Teams need Airflow 3.2. This environment’s {release} looks no team’s secret up."
    elif backend.teams:
        yield "Teams need [core] multi_team, which an Airflow before 3.2 ignores without a word."


def _variables(options: Sequence[Option]) -> Way:
    lines = [f"export {option.variable}={shlex.quote(option.value)}" for option in options]
    return Way(
        "variables",
        "Environment variables",
        (
            "For every process of Airflow: the scheduler, the DAG processor, the API server "
            "(in Airflow 2 the webserver), the triggerer and the workers."
        ),
        (Snippet("Lines for a shell", "\n".join(lines)),),
        (
            "A process without the variables finds nothing in Secrets Manager, and says only that "
            f"an id isn’t defined. {_PRINTS} prints what a process has: ask it in each of them."
        ),
    )


def _airflow_cfg(options: Sequence[Option]) -> Way:
    parser = RawConfigParser()
    for section, key, value in options:
        if not parser.has_section(section):
            parser.add_section(section)
        parser.set(section, key, value)
    written = io.StringIO()
    parser.write(written)
    return Way(
        "airflow-cfg",
        "airflow.cfg",
        "In the airflow.cfg of every process, in the sections that are there already.",
        (Snippet("Options of airflow.cfg", written.getvalue().strip()),),
        (
            "An environment variable of the same option wins over the file. "
            f"{_PRINTS} prints what counts. Leave the kwargs on their line: a closing brace at the "
            "beginning of a line stops Airflow."
        ),
    )


def _compose(options: Sequence[Option]) -> Way:
    lines = [f"    {option.variable}: {_scalar(option.value)}" for option in options]
    return Way(
        "compose",
        "Docker Compose",
        "Below environment of what Airflow’s services have in common, in docker-compose.yaml.",
        (
            Snippet(
                "Part of docker-compose.yaml",
                "\n".join(("x-airflow-common:", "  environment:", *lines)),
            ),
        ),
        (
            "A service that has an environment of its own gets nothing of the common one, unless "
            "it merges it. “docker compose config” prints what each service gets."
        ),
    )


def _helm(options: Sequence[Option]) -> Way:
    lines = ["config:"]
    for section in dict.fromkeys(option.section for option in options):
        lines.append(f"  {section}:")
        for option in options:
            if option.section == section:
                lines.append(f"    {option.key}: {_scalar(option.value)}")
    return Way(
        "helm",
        "Helm, the official chart",
        "In a file of values for “helm upgrade --values”, which writes airflow.cfg from it.",
        (Snippet("Part of values.yaml", "\n".join(lines)),),
        (
            "On a command line, --set takes the kwargs apart at their commas. And variables in "
            "env or extraEnv win over config. “helm get values RELEASE” prints what the chart was "
            "given."
        ),
    )


def _mwaa(options: Sequence[Option], given: GivenKwargs) -> Way:
    by_name = {f"{option.section}.{option.key}": option.value for option in options}
    snippets = [Snippet(name, value) for name, value in by_name.items()]
    snippets.append(Snippet("All of them, as AirflowConfigurationOptions", one_line(by_name)))
    region = given.kwargs.get("region_name", "REGION")
    return Way(
        "mwaa",
        "Amazon MWAA",
        (
            "Among the environment’s Airflow configuration options. The last is for its API, for "
            "CloudFormation or for Terraform: keep the options that are there already. Each change "
            "restarts the environment."
        ),
        tuple(snippets),
        (
            "MWAA takes any text, and shows the environment as available while Airflow goes on "
            "with its defaults: look for “Failed to parse” in the scheduler’s log. A private "
            f"network needs an interface endpoint for com.amazonaws.{region}.secretsmanager, or "
            "each look-up waits and then finds nothing."
        ),
    )


def _astronomer(options: Sequence[Option]) -> Way:
    lines = "\n".join(f"{option.variable}={option.value}" for option in options)
    commands = []
    for option in options:
        given = shlex.quote(f"{option.variable}={option.value}")
        commands.append(f"astro deployment variable create --deployment-id {DEPLOYMENT} {given}")
    return Way(
        "astronomer",
        "Astronomer",
        (
            "The first two are for a project on your own machine. The commands tell a deployment: "
            f"write its id in place of {DEPLOYMENT}."
        ),
        (
            Snippet(".env", lines),
            Snippet("A line of requirements.txt", PROVIDER),
            Snippet("Commands for a deployment", "\n".join(commands)),
        ),
        (
            "Without the quotes a shell takes the kwargs’ own quotes away, and the deployment "
            "stores what is no JSON. A name that stands twice in .env counts once, as it is "
            "written first. “astro deployment variable list” prints what is stored."
        ),
    )


def _scalar(text: str) -> str:
    """A text as a scalar of YAML in single quotes, which leave all else as it is."""
    doubled = text.replace("'", "''")
    return f"'{doubled}'"
