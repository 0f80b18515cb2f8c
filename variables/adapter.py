"""Variables and config options, as the shared pages know them."""

from secretsadmin.adapter import CannotImport, Imported, KindAdapter, Promotion
from secretsadmin.config.backend import BackendConfig
from secretsadmin.diff.fields import Fields
from secretsadmin.kinds import CONFIG, Field, Kind, Named, Opened, Source, Usage
from secretsadmin.rules import Fault
from secretsadmin.store.reads import Secret
from secretsadmin.store.writes import Draft
from variables import inspection, lint, promotion
from variables.export import FORMATS, file_entry
from variables.promotion import promote
from variables.submission import VariableSubmission, draft_of
from variables.usage import options, usage
from variables.variable import Variable


class VariableAdapter(KindAdapter):
    secret_field = "value"  # noqa: S105 - the field's name.
    whole = "value"
    rules = lint.RULES
    submission_class = VariableSubmission
    parts = promotion.PARTS

    def inspect(self, text: str, backend: BackendConfig) -> Opened:  # noqa: ARG002 - any Airflow reads the same.
        return inspection.inspect(text)

    def judge(self, text: str, backend: BackendConfig) -> str:  # noqa: ARG002 - the same.
        return inspection.judge(text)

    def lint(self, text: str, backend: BackendConfig, type_tag: str = "") -> tuple[Fault, ...]:  # noqa: ARG002 - the same.
        return lint.faults(text)

    def diff(
        self,
        before: str,
        after: str,
        backend: BackendConfig,  # noqa: ARG002 - the same.
        *,
        may_learn: bool,
    ) -> tuple[Fields, Fields]:
        return inspection.diff(before, after, may_learn=may_learn)

    def part(self, text: str, name: str, backend: BackendConfig) -> Field | None:  # noqa: ARG002 - the same.
        return inspection.part(text, name)

    def read_parts(self, text: str, backend: BackendConfig) -> Fields:  # noqa: ARG002 - the same.
        return inspection.whole(text)

    def part_of(self, field: Field) -> str:  # noqa: ARG002 - a value has one part.
        return promotion.VALUE.name

    def promoted(self, text: str, stored: str | None, promotion: Promotion) -> Draft:
        return promote(text, stored, promotion)

    def usage(self, secret: Named) -> tuple[Usage, ...]:
        return usage(secret)

    def from_file(self, source: Source, backend: BackendConfig) -> Imported:  # noqa: ARG002 - the same.
        if not isinstance(source, str):
            raise CannotImport("value", "A variable is one text, and this has several fields.")
        variable = Variable(source)
        if problem := variable.limit_problem:
            raise CannotImport("value", problem)
        return Imported(draft_of(variable), tuple(note.text for note in inspection.notes(variable)))

    def file_formats(self, kind: Kind) -> tuple[str, ...]:
        if kind == CONFIG:
            return ()
        return FORMATS

    def file_entry(self, secret: Secret, text: str, format_key: str) -> object:
        return file_entry(format_key, secret.ref, text, secret.description)

    def is_asked_for(self, secret: Named) -> bool:
        return secret.kind != CONFIG or bool(options(secret.id))


ADAPTER = VariableAdapter()
