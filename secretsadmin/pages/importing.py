"""The page of an import: a form that takes a file, and the plan of what it would do."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from django.urls import reverse
from django.utils.datastructures import MultiValueDict

from secretsadmin.access import policy
from secretsadmin.access.requests import Request
from secretsadmin.actions import IMPORT
from secretsadmin.config.environments import Environment
from secretsadmin.forms.rendering import Text
from secretsadmin.kinds import CONFIG, Kind
from secretsadmin.pages.plan import PlanForm, ShownPlan
from secretsadmin.pages.polling import Notice
from secretsadmin.pages.problems import Problem
from secretsadmin.transfer.files import (
    FORMATS,
    FORMATS_BY_KEY,
    File,
    Options,
    UnreadableFile,
    check_text,
    decode,
    read,
    recognise,
)
from secretsadmin.transfer.importing import Rules

LONGEST_AFFIX = 250
# Two fields share a line.
HALF = {"class": "w3"}
# What the finer options send where nobody touched them.
UNCHOSEN = ("", "lower", "auto")


class ImportForm(PlanForm):
    """A file or a pasted text, how it is read, and what becomes of ids that are there already.

    Between the plan and the run the text is in the form alone, which sends it once more.
    """

    file = forms.FileField(
        required=False,
        label="File",
        help_text="It is read in memory and kept nowhere.",
    )
    text = forms.CharField(
        required=False,
        strip=False,
        label="Or paste it",
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false", "autocomplete": "off"}),
    )
    format = forms.ChoiceField(
        required=False,
        widget=forms.Select(attrs=HALF),
        choices=[("", "As its content says"), *((kind.key, kind.title) for kind in FORMATS)],
    )
    existing = forms.ChoiceField(
        label="Ids that are there already",
        choices=[
            ("choose", "I choose one by one"),
            ("skip", "Leave them as they are"),
            ("overwrite", "Overwrite them"),
        ],
        initial="choose",
        widget=forms.Select(attrs=HALF),
    )
    put_before = Text(
        required=False,
        max_length=LONGEST_AFFIX,
        label="Put before each id",
        help_text="Such as “dwh_”.",
        widget=forms.TextInput(attrs=HALF),
    )
    find = Text(
        required=False,
        max_length=LONGEST_AFFIX,
        label="In each id, replace",
        widget=forms.TextInput(attrs=HALF),
    )
    replacement = Text(
        required=False,
        max_length=LONGEST_AFFIX,
        label="By",
        widget=forms.TextInput(attrs=HALF),
    )
    team = forms.ChoiceField(required=False, label="Team", widget=forms.Select(attrs=HALF))
    case = forms.ChoiceField(
        required=False,
        label="Ids of AIRFLOW_CONN_… and AIRFLOW_VAR_… lines",
        choices=[("lower", "In lower case, as most are"), ("kept", "As they are written")],
        help_text="Airflow finds AIRFLOW_CONN_MY_DB for my_db and for My_Db. Secrets Manager "
        "tells them apart.",
    )
    envelope = forms.ChoiceField(
        required=False,
        label="A variable that is an object with “value”",
        choices=[
            ("auto", "As the rest of the file says"),
            ("envelope", "Is Airflow's way to write a value with its description"),
            ("value", "Is the value"),
        ],
    )
    quotes = forms.ChoiceField(
        required=False,
        label="Quotes and comments around a value in a line",
        choices=[
            ("auto", "As its format says"),
            ("strip", "Are left out"),
            ("keep", "Are a part of it"),
        ],
    )

    def __init__(
        self,
        environment: Environment,
        data: QueryDict | None = None,
        files: "MultiValueDict[str, UploadedFile[bytes]] | None" = None,
    ) -> None:
        super().__init__(data, files, label_suffix="")
        teams = environment.backend.teams
        team = cast("forms.ChoiceField", self.fields["team"])
        team.choices = [("", "None"), *((name, name) for name in teams)]
        if not teams:
            del self.fields["team"]
        self.notes: tuple[str, ...] = ()

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if self.errors:
            return cleaned
        try:
            cleaned["text"] = self._text(cleaned)
            cleaned["read"] = self._read(cleaned)
        except UnreadableFile as error:
            field = "file" if cleaned.get("file") else "text"
            raise ValidationError({field: _with_line(error)}) from None
        return cleaned

    def _text(self, cleaned: Mapping[str, Any]) -> str:
        """What is to be read. Browsers send the lines of a box with CR LF, whatever was in it."""
        uploaded: UploadedFile[bytes] | None = cleaned.get("file")
        if uploaded:
            decoded = decode(uploaded.read(), settings.IMPORT_BYTES)
            self.notes = decoded.notes
            return decoded.text.replace("\r\n", "\n")
        text = str(cleaned.get("text", "")).replace("\r\n", "\n")
        if not text.strip():
            raise UnreadableFile("Choose a file, or paste what is in it.")
        check_text(text, settings.IMPORT_BYTES)
        return text

    def _read(self, cleaned: Mapping[str, Any]) -> File:
        chosen = FORMATS_BY_KEY.get(cleaned.get("format", ""))
        return read(cleaned["text"], chosen or recognise(cleaned["text"]), self._options(cleaned))

    def _options(self, cleaned: Mapping[str, Any]) -> Options:
        return Options(
            case=cleaned.get("case") or "lower",
            envelope=cleaned.get("envelope") or "auto",
            quotes=cleaned.get("quotes") or "auto",
        )

    @property
    def rules(self) -> Rules:
        cleaned = self.cleaned_data
        return Rules(
            cleaned["existing"],
            cleaned.get("team", ""),
            cleaned["put_before"],
            cleaned["find"],
            cleaned["replacement"],
        )


def _with_line(error: UnreadableFile) -> str:
    if not error.line:
        return str(error)
    return f"Line {error.line:,}: {error}"


@dataclass(frozen=True)
class ImportPage:
    """The form, and below it the plan, if the form could be read."""

    environment: Environment
    form: ImportForm
    plan: ShownPlan | None = None
    problem: Problem | None = None

    @property
    def url(self) -> str:
        return reverse("import", args=[self.environment.name])

    @property
    def text(self) -> str:
        """The person's own text, which the form of the plan sends once more."""
        return str(self.form.cleaned_data["text"])

    @property
    def kept(self) -> tuple[tuple[str, str], ...]:
        """What the form of the plan sends once more beside the text."""
        names = set(self.form.fields) - {"file", "text", *PlanForm.base_fields}
        fields = [(name, str(self.form.cleaned_data.get(name, ""))) for name in sorted(names)]
        return tuple(fields)

    @property
    def file(self) -> File:
        file: File = self.form.cleaned_data["read"]
        return file

    @property
    def recognised(self) -> str:
        """A sentence that says what the file was taken for."""
        number = len(self.file.entries)
        counted = "1 entry" if number == 1 else f"{number:,} entries"
        return f"{counted}. Read as: {self.file.format.title}."

    @property
    def notes(self) -> tuple[str, ...]:
        """What was left out of the file, or taken otherwise than it stands there."""
        notes = (*self.form.notes, *self.file.notes)
        if self.file.envelopes:
            notes = (*notes, self._envelopes)
        return notes

    @property
    def unread(self) -> Notice | None:
        """A notice where the file was not read to its end."""
        unread = self.file.unread
        if unread is None:
            return None
        title = f"From line {unread.line:,} on the file was not read."
        return Notice("caution", unread.sentence, title)

    @property
    def _envelopes(self) -> str:
        how = "the value itself"
        if self.file.are_envelopes:
            how = "Airflow's way to write a value with its description"
        number = len(self.file.envelopes)
        return f"{number:,} objects with “value” were taken for {how}. You can choose otherwise."

    @property
    def has_options(self) -> bool:
        """Whether the finer options of the form should stand open.

        They do where the file can be read in two ways, too, which is asked by that.
        """
        if self.plan and (self.file.envelopes or self.file.format.syntax == "lines"):
            return True
        names = ("format", "put_before", "find", "replacement", "case", "envelope", "quotes")
        return any(self.form.data.get(name, "") not in UNCHOSEN for name in names)


def import_url(request: Request, environment: Environment, kind: Kind) -> str:
    """Where the person imports secrets of this kind; empty if they may not, or no file has any."""
    if kind == CONFIG or not policy.may(request.user, IMPORT.verb, environment, kind):
        return ""
    return reverse("import", args=[environment.name])
