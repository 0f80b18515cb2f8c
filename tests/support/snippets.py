"""What each snippet of the set-up page comes out as, by the parsers of those who read it.

An option of Airflow is told by its environment variable, wherever a snippet writes it.
"""

import json
import subprocess
from collections.abc import Callable, Mapping
from configparser import ConfigParser

import yaml

from secretsadmin.doctor.snippets import Way

# A file that Airflow interpolates, as it does its own.
Variables = dict[str, str]


def code(way: Way, title: str = "") -> str:
    """The snippet of this title, or the only one."""
    codes = {snippet.title: snippet.code for snippet in way.snippets}
    if title:
        return codes[title]
    (only,) = codes.values()
    return only


def of_shell(script: str) -> Variables:
    """What a process that this bash starts has in its environment."""
    done = subprocess.run(
        ["/bin/bash", "-c", f"{script}\nenv -0"],
        env={"PATH": "/usr/bin:/bin", "HOME": "/elsewhere"},
        capture_output=True,
        check=True,
    )
    pairs = [pair.partition("=") for pair in done.stdout.decode().split("\0") if pair]
    return {name: value for name, _, value in pairs if name.startswith("AIRFLOW")}


def of_airflow_cfg(text: str) -> Variables:
    parser = ConfigParser()
    parser.read_string(text)
    variables = {}
    for section in parser.sections():
        for key, value in parser.items(section):
            variables[_variable(section, key)] = value
    return variables


def of_compose(text: str) -> Variables:
    environment = yaml.safe_load(text)["x-airflow-common"]["environment"]
    # Compose puts variables of its own environment in place of what begins with this.
    assert "$" not in "".join(environment.values())
    return dict(environment)


def of_helm(text: str) -> Variables:
    """The chart renders each value as a template, and writes airflow.cfg of them."""
    assert "{{" not in text
    lines = []
    for section, options in yaml.safe_load(text)["config"].items():
        lines.append(f"[{section}]")
        lines += [f"{key} = {value}" for key, value in options.items()]
    return of_airflow_cfg("\n".join(lines))


def of_mwaa(way: Way) -> Variables:
    last = way.snippets[-1]
    options = {snippet.title: snippet.code for snippet in way.snippets if snippet != last}
    assert json.loads(last.code) == options
    return {_variable(*name.split(".")): value for name, value in options.items()}


def of_env_file(text: str) -> Variables:
    """As Astronomer's CLI and Docker Compose read a line that begins with no quotation mark."""
    variables = {}
    for line in text.splitlines():
        name, _, value = line.partition("=")
        assert " #" not in value
        assert "$" not in value
        variables[name] = value.strip('"').strip("'").strip()
    return variables


def of_astro_commands(script: str) -> Variables:
    """What the command is given as its last word, by a bash."""
    told = subprocess.run(
        ["/bin/bash", "-c", f'astro() {{ printf "%s\\0" "${{@: -1}}"; }}\n{script}'],
        capture_output=True,
        check=True,
    )
    pairs = [word.partition("=") for word in told.stdout.decode().split("\0") if word]
    return {name: value for name, _, value in pairs}


READERS: Mapping[str, Callable[[Way], Variables]] = {
    "variables": lambda way: of_shell(code(way)),
    "airflow-cfg": lambda way: of_airflow_cfg(code(way)),
    "compose": lambda way: of_compose(code(way)),
    "helm": lambda way: of_helm(code(way)),
    "mwaa": of_mwaa,
    "astronomer": lambda way: of_env_file(code(way, ".env")),
    "astronomer, deployed": lambda way: of_astro_commands(code(way, "Commands for a deployment")),
}


def come_out(ways: tuple[Way, ...]) -> dict[str, Variables]:
    """What each reader finds."""
    by_key = {way.key: way for way in ways}
    assert by_key.keys() == {name.partition(",")[0] for name in READERS}
    return {name: read(by_key[name.partition(",")[0]]) for name, read in READERS.items()}


def _variable(section: str, key: str) -> str:
    return f"AIRFLOW__{section.upper()}__{key.upper()}"
