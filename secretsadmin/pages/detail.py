"""The page of one secret: its metadata first, and its value once that is opened."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from urllib.parse import urlencode

from django.utils.html import format_html
from django.utils.safestring import SafeString

from secretsadmin.access.requests import Request
from secretsadmin.actions import actions_with_button
from secretsadmin.adapter import KindAdapter
from secretsadmin.audit.acts import Activity, changes_among
from secretsadmin.audit.deletions import Deletion, deletion_of, last_deletions
from secretsadmin.audit.models import Event, maker_of
from secretsadmin.config.ref import Ref
from secretsadmin.diff.fields import WHOLE
from secretsadmin.kinds import Copy, Field, Named, Opened, Usage
from secretsadmin.pages import shown
from secretsadmin.pages.health import ShownFinding
from secretsadmin.pages.health_of_one import findings_about
from secretsadmin.pages.phrases import person, quoted, with_dots
from secretsadmin.pages.problems import Problem
from secretsadmin.pages.rights import missing_rights
from secretsadmin.pages.secret import (
    Rights,
    SecretHead,
    SecretPage,
    ShownButton,
    buttons_of,
    head_of,
    url_of_verb,
    verb_of_showing,
)
from secretsadmin.pages.shown import ShownField, ShownValue
from secretsadmin.pages.version import ShownVersion, known_version, latest_versions, shown_version
from secretsadmin.store.errors import NoSuchPart
from secretsadmin.store.reads import Secret
from secretsadmin.templatetags.secretsadmin import when


@dataclass(frozen=True)
class DetailPage(SecretPage):
    """The page of a secret, or of the one of its versions that is looked at.

    `version` is the version in the address, empty for the current one. `old` is that version if
    Airflow doesn't read it. A fragment for htmx has `opened`, `faults` and `usage` alone. `faults`
    are what is wrong with the opened value, for whoever may know. `revealed` and `copied` are what
    the page has just shown to somebody without JavaScript.
    """

    version: str
    old: ShownVersion | None
    usage: tuple[Usage, ...] = ()
    opened: ShownValue | None = None
    is_new: bool = False
    versions: tuple[ShownVersion, ...] = ()
    activity: Sequence[Activity] = ()
    looks: Sequence[Activity] | None = None
    copies: tuple[Copy, ...] = ()
    copy_url: str = ""
    buttons: tuple[ShownButton, ...] = ()
    deletion: Deletion | None = None
    health: tuple[ShownFinding, ...] = ()
    faults: tuple[ShownFinding, ...] = ()
    missing_rights: str = ""
    revealed: ShownField | None = None
    copied: ShownField | None = None
    problem: Problem | None = None

    @property
    def looks_url(self) -> str:
        query = {"looks": "1"}
        if self.version:
            query = {"version": self.version, "looks": "1"}
        return f"{self.secret.url}?{urlencode(query)}"

    @property
    def can_open(self) -> bool:
        return self.may.open and not self.head.is_deleted

    @property
    def summary(self) -> str:
        """What the header of the value says beside its title."""
        if self.opened is None:
            return self.secret.type
        if not self.opened.fields:
            return ""
        if not self.secret.type:
            return self.opened.storage
        return f"{self.secret.type} · {self.opened.storage}"

    @property
    def readings_title(self) -> str:
        if self.old:
            return "What Airflow would read"
        return "What Airflow reads"

    @property
    def mending(self) -> str:
        """What an edit shows of a value that some reader can't read, if the page offers an edit."""
        if self.opened is None or not self.opened.is_broken:
            return ""
        if self.old or not self.may.update:
            return ""
        if self.copies and self.may.copy:
            return "to see what is wrong, the stored text, and a proposal for what it means."
        return "to see what is wrong."

    @property
    def team(self) -> str | None:
        return self.head.ref.team

    @property
    def copies_note(self) -> str:
        """What people should know before they take a copy."""
        sentences = [
            f"Each copy holds every secret of this {self.kind.singular}.",
            "The audit log notes who took it.",
        ]
        for copy in self.copies:
            if copy.hint:
                sentences.append(copy.hint)
        return " ".join(sentences)

    @property
    def offers_copies(self) -> bool:
        if self.old or self.head.is_deleted:
            return False
        return bool(self.copies) and self.may.copy

    @property
    def deletion_title(self) -> str:
        """Says that Airflow will not find it, and when AWS deletes it."""
        deletion = self.deletion
        if deletion is None:
            return ""
        days = f"between {_day(deletion.earliest)} and {_day(deletion.latest)}"
        if deletion.is_exact:
            days = f"on {_day(deletion.latest)}"
        return (
            f"Airflow will not find this {self.kind.singular}: it is scheduled for deletion {days}."
        )

    @property
    def deletion_story(self) -> SafeString | str:
        """Who asked for the deletion, when, and why."""
        deletion = self.deletion
        if deletion is None:
            return ""
        requested = when(deletion.asked)
        if deletion.is_outside and not requested:
            return "Somebody asked for it outside the dashboard."
        if deletion.is_outside:
            return format_html("Somebody asked for it outside the dashboard {}.", requested)
        if not deletion.reason:
            return format_html("{} asked for it {}.", person(deletion.asker), requested)
        return format_html(
            "{} asked for it {}: {}", person(deletion.asker), requested, quoted(deletion.reason)
        )

    @property
    def old_origin(self) -> SafeString | str:
        """Who made the version that is looked at, and when."""
        if self.old is None:
            return ""
        if self.old.outside:
            return f"{self.old.origin}."
        return with_dots(self.old.origin, when(self.old.created))

    @property
    def changed(self) -> SafeString | str:
        """When the secret was changed last, and by whom if it was here."""
        if not self.secret.changed_by:
            return when(self.secret.changed)
        return format_html("{} by {}", when(self.secret.changed), person(self.secret.changed_by))


def _day(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%-d %B %Y}"


def detail_page(
    request: Request, secret: Secret, adapter: KindAdapter, version: str = ""
) -> DetailPage:
    """All of the page, before anything of the value is shown."""
    page = value_fragment(request, secret, adapter, version)
    ref = secret.ref
    versions: tuple[ShownVersion, ...] = ()
    if page.old is None:
        versions = latest_versions(secret, page.head)
    copy_url = ""
    if adapter.exports:
        copy_url = url_of_verb(ref, "copy")
    verbs = _offered_verbs(secret, adapter, page.old)
    return replace(
        page,
        usage=adapter.usage(_named(ref, secret.type, _format_of(page.old, versions))),
        versions=versions,
        activity=changes_among(Event.objects.begun().on(ref)),
        copy_url=copy_url,
        buttons=buttons_of(request, secret),
        deletion=_deletion_of(secret),
        health=() if page.old else findings_about(request.user, secret),
        missing_rights=missing_rights(request, ref.environment, ref.kind, verbs, ref),
    )


def _format_of(old: ShownVersion | None, versions: Sequence[ShownVersion]) -> str:
    """The format of the old version, or else of the current one, which is the first of all."""
    if old:
        return old.format
    if versions and versions[0].current:
        return versions[0].format
    return ""


def value_fragment(
    request: Request, secret: Secret, adapter: KindAdapter, version: str
) -> DetailPage:
    """The part of the page that shows a value."""
    head = head_of(request, secret, adapter)
    old = _old_version(secret, version, head)
    return DetailPage(head, version, old, copies=tuple(adapter.exports))


def opened_page(
    request: Request,
    secret: Secret,
    adapter: KindAdapter,
    version: str,
    opened: Opened,
    size: int | None,
) -> DetailPage:
    """The page with an opened value, or the fragment of it that htmx asks for."""
    if request.htmx:
        page = value_fragment(request, secret, adapter, version)
    else:
        page = detail_page(request, secret, adapter, version)
    reveal_url = ""
    if _may_show(page.may, opened, adapter):
        reveal_url = page.urls.reveal
    # The value itself knows its type better than the secret's tag does.
    secret_type = opened.type or secret.type
    return replace(
        page,
        opened=shown.value(opened, size, reveal_url, version=version),
        usage=adapter.usage(_named(secret.ref, secret_type, opened.format.lower())),
    )


def _named(ref: Ref, secret_type: str, format_: str) -> Named:
    return Named(ref.kind, ref.id, secret_type, format_, ref.environment.backend.airflow)


def _old_version(secret: Secret, version: str, head: SecretHead) -> ShownVersion | None:
    """The version that is looked at, where it isn't the one that Airflow reads."""
    if not version or version == secret.current:
        return None
    maker = maker_of(secret.ref, version)
    labels = secret.versions.get(version, ())
    return shown_version(known_version(version, labels, maker), maker, head)


def _offered_verbs(
    secret: Secret, adapter: KindAdapter, old: ShownVersion | None
) -> tuple[str, ...]:
    """The verbs for which the page has a button, if the person may do all of them."""
    actions = actions_with_button(is_scheduled=secret.deleted is not None)
    verbs = [action.verb for action in actions]
    if secret.deleted:
        return tuple(verbs)
    if old:
        return ("reveal", "roll-back")
    if adapter.exports:
        verbs = ["copy", *verbs]
    return ("update", "reveal", *verbs, "delete")


def _deletion_of(secret: Secret) -> Deletion | None:
    if secret.deleted is None:
        return None
    ref, now = secret.ref, datetime.now(UTC)
    events = last_deletions(ref.environment.name, ref.kind.name, now, secret=ref.key)
    return deletion_of(secret.deleted, events.get(ref.key), now)


def _may_show(may: Rights, opened: Opened, adapter: KindAdapter) -> bool:
    """Whether the person may see what is masked; what can't be taken apart is shown whole."""
    allowed = {"reveal": may.reveal, "copy": may.copy}
    for field in opened.fields:
        if field.masked and not allowed[verb_of_showing(field.name, adapter)]:
            return False
    return True


def masked_field(ref: Ref, adapter: KindAdapter, name: str, text: str) -> Field:
    """The masked field of this name that an opened page of the text has. Raises NoSuchPart."""
    if name == WHOLE:
        return _whole(adapter, text)
    for field in adapter.inspect(text, ref.environment.backend).fields:
        if field.masked and field.name == name:
            return field
    raise NoSuchPart


def compared_part(ref: Ref, adapter: KindAdapter, name: str, text: str) -> Field:
    """The part of this name that a comparison of the text has. Raises NoSuchPart."""
    if name == WHOLE:
        return _whole(adapter, text)
    part = adapter.part(text, name, ref.environment.backend)
    if part is None:
        raise NoSuchPart
    return part


def _whole(adapter: KindAdapter, text: str) -> Field:
    return Field(adapter.whole, "Stored text", text)
