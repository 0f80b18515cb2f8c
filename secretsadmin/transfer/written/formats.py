"""The formats of an export, and what each loses."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from secretsadmin.config.ref import Ref
from secretsadmin.kinds import Kind
from secretsadmin.transfer.written import airflow, aws, external_secrets, listed, terraform
from secretsadmin.transfer.written.writer import Writer


@dataclass(frozen=True)
class ExportFormat:
    """A kind of file. `about` says what is in it and what it loses, for people.

    `is_airflows` says that the kind of secret has to write its entries.
    """

    key: str
    title: str
    about: str
    ending: str
    media_type: str
    open: Callable[[Kind, Sequence[Ref]], Writer]
    has_values: bool = True
    is_airflows: bool = False


FORMATS = (
    ExportFormat(
        "json",
        "Airflow’s JSON",
        "Airflow imports it unchanged, with descriptions. Tags and secrets of teams are left out.",
        "json",
        "application/json",
        lambda kind, _refs: airflow.json_file(kind),
        is_airflows=True,
    ),
    ExportFormat(
        "yaml",
        "Airflow’s YAML",
        "The same as YAML, in which a comment at the end names what is left out.",
        "yaml",
        "application/yaml",
        lambda kind, _refs: airflow.yaml_file(kind),
        is_airflows=True,
    ),
    ExportFormat(
        "env",
        "Airflow’s lines",
        "A line for each, without descriptions. A variable of several lines is left out, and a "
        "connection that no URI can carry.",
        "env",
        "text/plain; charset=utf-8",
        lambda kind, _refs: airflow.lines_file(kind),
        is_airflows=True,
    ),
    ExportFormat(
        "env-json",
        "Airflow’s lines, with JSON",
        "A line for each, with descriptions, as Airflow’s export writes it with "
        "--serialization-format json. Airflow’s own import misreads it; Secrets Admin doesn’t.",
        "env",
        "text/plain; charset=utf-8",
        lambda kind, _refs: airflow.lines_file(kind),
        is_airflows=True,
    ),
    ExportFormat(
        "aws",
        "AWS commands",
        "A shell script that makes the same secrets in another account or region, with "
        "descriptions and tags. Keys of KMS, replicas, rotation and policies are lost.",
        "sh",
        "text/x-shellscript; charset=utf-8",
        lambda kind, _refs: aws.script(kind),
    ),
    ExportFormat(
        "terraform-values",
        "Terraform, with values",
        "Resources with the values in them. Terraform’s state then holds the values, too.",
        "tf",
        "text/plain; charset=utf-8",
        lambda _kind, refs: terraform.with_values(ref.key for ref in refs),
    ),
    ExportFormat(
        "terraform",
        "Terraform, without values",
        "Resources that take each value from a variable, and ignore what is saved here later.",
        "tf",
        "text/plain; charset=utf-8",
        lambda _kind, refs: terraform.with_variables(ref.key for ref in refs),
        has_values=False,
    ),
    ExportFormat(
        "external-secret",
        "Kubernetes ExternalSecret",
        "Names alone, as environment variables for Airflow in Kubernetes.",
        "yaml",
        "application/yaml",
        external_secrets.external_secret,
        has_values=False,
    ),
    ExportFormat(
        "csv",
        "List as CSV",
        "Ids, types, descriptions, times and tags for a spreadsheet, without values.",
        "csv",
        "text/csv; charset=utf-8",
        lambda _kind, _refs: listed.table(),
        has_values=False,
    ),
)
FORMATS_BY_KEY = {known.key: known for known in FORMATS}
