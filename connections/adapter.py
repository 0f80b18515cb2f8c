"""Connections, as the shared pages know them."""

from urllib.parse import urlencode

from connections import importing, inspection, lint, mended, promotion, retyping
from connections.catalog import search
from connections.form.submission import ConnectionSubmission
from connections.inspection import types
from connections.lint.mends import mend
from connections.lint.passwords import passwords
from connections.lint.rules import RULES
from connections.promotion import promote
from connections.value.errors import NotRepresentable
from connections.value.export import (
    AS_STORED,
    FIELDS_OF_FILE,
    FORMATS,
    LINE_OF_FIELDS,
    TITLES,
    URI_OF_FILE,
    Stored,
    copy_as,
    file_entry,
)
from secretsadmin.adapter import CannotExport, Imported, KindAdapter, Mended, Promotion
from secretsadmin.config.backend import BackendConfig
from secretsadmin.diff.fields import Fields
from secretsadmin.kinds import Field, Kind, Named, Opened, Source, SuggestedType, Usage
from secretsadmin.rules import Fault
from secretsadmin.store.reads import Secret
from secretsadmin.store.writes import Draft


class ConnectionAdapter(KindAdapter):
    secret_field = "password"  # noqa: S105 - the field's name.
    whole = AS_STORED
    exports = FORMATS
    rules = RULES
    mendable = mended.RULES
    submission_class = ConnectionSubmission
    parts = promotion.PARTS

    def inspect(self, text: str, backend: BackendConfig) -> Opened:
        return inspection.inspect(text, backend)

    def judge(self, text: str, backend: BackendConfig) -> str:
        return inspection.judge(text, backend)

    def lint(self, text: str, backend: BackendConfig, type_tag: str = "") -> tuple[Fault, ...]:
        return lint.faults(text, backend, types(), type_tag)

    def mend(self, text: str, rule_name: str, backend: BackendConfig) -> str | None:
        return mend(text, rule_name, backend, types())

    def mended(self, text: str, backend: BackendConfig, type_tag: str) -> Mended | None:
        return mended.mended(text, backend, type_tag)

    def passwords(self, text: str, backend: BackendConfig) -> tuple[str, ...]:
        return passwords(text, backend)

    def diff(
        self, before: str, after: str, backend: BackendConfig, *, may_learn: bool
    ) -> tuple[Fields, Fields]:
        return inspection.diff(before, after, backend, may_learn=may_learn)

    def part(self, text: str, name: str, backend: BackendConfig) -> Field | None:
        return inspection.part(text, name, backend)

    def read_parts(self, text: str, backend: BackendConfig) -> Fields:
        return inspection.merge_parts((text,), backend)[0]

    def part_of(self, field: Field) -> str:
        return promotion.part_of(field)

    def promoted(self, text: str, stored: str | None, promotion: Promotion) -> Draft:
        return promote(text, stored, promotion)

    def usage(self, secret: Named) -> tuple[Usage, ...]:
        is_airflow_2 = secret.is_for_airflow_2
        return search.usage(secret.type, secret.id, types(), is_for_airflow_2=is_airflow_2)

    def from_file(self, source: Source, backend: BackendConfig) -> Imported:
        return importing.from_file(source, backend)

    def retyped(self, text: str, type_tag: str, backend: BackendConfig) -> Draft:
        return retyping.retyped(text, type_tag, backend)

    def export(self, secret: Secret, text: str, format_key: str) -> Field:
        stored = _stored(secret, text)
        try:
            return Field(format_key, TITLES[format_key], copy_as(format_key, stored))
        except NotRepresentable as error:
            raise CannotExport(str(error)) from None

    def file_formats(self, kind: Kind) -> tuple[str, ...]:  # noqa: ARG002 - there is one kind.
        return (*FIELDS_OF_FILE, URI_OF_FILE, LINE_OF_FIELDS)

    def file_entry(self, secret: Secret, text: str, format_key: str) -> object:
        try:
            return file_entry(format_key, _stored(secret, text))
        except NotRepresentable as error:
            sentence = str(error)
        raise CannotExport(sentence)

    def type_name(self, type_tag: str) -> str:
        if not type_tag:
            return ""
        return search.get(type_tag, types()).name

    def type_icon(self, type_tag: str) -> str:
        return search.get(type_tag, types()).icon

    def suggest_types(self, words: str) -> tuple[SuggestedType, ...]:
        suggested = []
        for fitting in search.search(words, types=types()):
            query = urlencode({"conn_type": fitting.conn_type})
            suggested.append(SuggestedType(fitting.name, fitting.icon, query))
        return tuple(suggested)


def _stored(secret: Secret, text: str) -> Stored:
    ref, backend = secret.ref, secret.ref.environment.backend
    region = str(backend.aws.get("region_name", ""))
    words = backend.extra_conn_words
    return Stored(text, ref.id, ref.name, secret.description, region, ref.team, words)


ADAPTER = ConnectionAdapter()
