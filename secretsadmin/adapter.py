"""What an app tells the shared pages of its kind of secret."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Literal, NamedTuple

from secretsadmin.config.backend import BackendConfig
from secretsadmin.diff.fields import Fields
from secretsadmin.forms.base import SecretForm
from secretsadmin.forms.submission import Submission
from secretsadmin.kinds import Copy, Field, Kind, Named, Opened, Source, SuggestedType, Usage
from secretsadmin.rules import Fault, Rule
from secretsadmin.store.reads import Secret
from secretsadmin.store.writes import Draft

# What becomes of a part of a secret that is promoted: the source's, the target's, or what somebody
# types.
Choice = Literal["take", "keep", "ask"]


class Part(NamedTuple):
    """A part of a secret for which a promotion has a rule.

    What `is_own` usually differs from environment to environment, so the target keeps it. What
    `is_secret` is masked. A part that nobody `can_type` is taken or kept.
    """

    name: str
    label: str
    is_own: bool = False
    is_secret: bool = False
    can_type: bool = True


@dataclass(frozen=True)
class Promotion:
    """How a secret is promoted: the rule for each part, and what was typed for those asked for.

    `may_learn_source` and `may_learn_target` say whether the person may see what is masked there.
    """

    source: BackendConfig
    target: BackendConfig
    rules: Mapping[str, Choice]
    typed: Mapping[str, str] = field(default_factory=dict, repr=False)
    may_learn_source: bool = False
    may_learn_target: bool = False

    def takes(self, part: str) -> bool:
        return self.rules.get(part) == "take"

    def asks(self, part: str) -> bool:
        return self.rules.get(part) == "ask"


class CannotExport(ValueError):
    """Raised where a format can't carry a secret whole. Its text says why, and quotes no value."""

    # Its word in the audit log.
    code = "NotRepresentable"


class CannotImport(ValueError):
    """Raised for what a file has of a secret, where nothing can be stored for it.

    Its text says why, and quotes no value. `field` is the part to mend.
    """

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field


@dataclass(frozen=True)
class Imported:
    """What is to be stored of an entry in a file, and what was taken otherwise than it stands."""

    draft: Draft
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Mended:
    """What is stored anew to mend faults for certain, and the rules that it mends."""

    draft: Draft
    rules: tuple[Rule, ...]


class KindAdapter(ABC):
    """How one app's secrets are inspected, linted, compared, edited, used and exported.

    `secret_field` is the field that a reveal without a name shows. `whole` is the record's name for
    all of a text. `mendable` are the names of the rules that `mended` may mend. An app with
    `exports` has a page named `copy`, which hands out a whole secret in one of them. `rules` are
    all that a text can break.
    """

    secret_field: ClassVar[str]
    whole: ClassVar[str]
    exports: ClassVar[tuple[Copy, ...]] = ()
    rules: ClassVar[tuple[Rule, ...]]
    mendable: ClassVar[frozenset[str]] = frozenset()
    submission_class: ClassVar[type[Submission]]
    # What a promotion takes or keeps by itself.
    parts: ClassVar[tuple[Part, ...]]

    @property
    def form_class(self) -> type[SecretForm]:
        return self.submission_class.form_class

    @abstractmethod
    def inspect(self, text: str, backend: BackendConfig) -> Opened:
        """A stored text, taken apart as Airflow reads it.

        Never raises: if Airflow can't read the text, a reading says why.
        """

    @abstractmethod
    def judge(self, text: str, backend: BackendConfig) -> str:
        """The format of a text that Airflow reads, or else one of TROUBLES. Never raises."""

    @abstractmethod
    def lint(self, text: str, backend: BackendConfig, type_tag: str = "") -> tuple[Fault, ...]:
        """What is wrong with a text, or odd. `type_tag` is the type in the secret's tag.

        Its sentences are for people who may reveal the secret. Never raises.
        """

    def mend(self, text: str, rule_name: str, backend: BackendConfig) -> str | None:  # noqa: ARG002 - a kind may have no such mends.
        """A text without the fault that all readers read as what was meant, if that is certain.

        Never raises.
        """
        return None

    def mended(self, text: str, backend: BackendConfig, type_tag: str) -> Mended | None:  # noqa: ARG002 - the same.
        """What mends all faults of the text and of its tag that can be mended for certain.

        None where there is nothing to mend. Never raises.
        """
        return None

    def passwords(self, text: str, backend: BackendConfig) -> Iterable[str]:  # noqa: ARG002 - a kind may have none.
        """The secret parts of a text that are worth comparing with those of other secrets.

        They are in the clear: compare them in memory, and keep none. Never raises.
        """
        return ()

    @abstractmethod
    def diff(
        self, before: str, after: str, backend: BackendConfig, *, may_learn: bool
    ) -> tuple[Fields, Fields]:
        """The parts of two texts. Parts of the same name can be compared.

        Withholds what people may not learn. Never raises.
        """

    @abstractmethod
    def part(self, text: str, name: str, backend: BackendConfig) -> Field | None:
        """The part of a text that has this name in a comparison."""

    @abstractmethod
    def read_parts(self, text: str, backend: BackendConfig) -> Fields:
        """What Airflow reads in a text, whichever spelling it has. Never raises.

        What environments read alike is the same by name and value.
        """

    @abstractmethod
    def part_of(self, field: Field) -> str:
        """The name of the part among `parts` to which this field of `read_parts` belongs."""

    @abstractmethod
    def promoted(self, text: str, stored: str | None, promotion: Promotion) -> Draft:
        """What to store in the target, where `stored` is; None where nothing is there.

        Raises ValidationError, whose code is a word for the record.
        """

    @abstractmethod
    def usage(self, secret: Named) -> tuple[Usage, ...]:
        """Code that asks Airflow for the secret."""

    @abstractmethod
    def from_file(self, source: Source, backend: BackendConfig) -> Imported:
        """What an entry of a file is stored as in an environment. Raises CannotImport."""

    def retyped(self, text: str, type_tag: str, backend: BackendConfig) -> Draft:
        """The same secret as one of another type. Raises ValidationError where that can't be."""
        raise NotImplementedError

    def is_asked_for(self, secret: Named) -> bool:  # noqa: ARG002 - most kinds take any id.
        """Whether something of Airflow's is called so that it may ask for this id."""
        return True

    def export(self, secret: Secret, text: str, format_key: str) -> Field:
        """All of a secret, in the format of `exports` that has this key. Raises CannotExport."""
        raise NotImplementedError

    def file_formats(self, kind: Kind) -> tuple[str, ...]:  # noqa: ARG002 - Airflow imports some kinds alone.
        """The keys of Airflow's own formats in which many of these secrets make a file."""
        return ()

    def file_entry(self, secret: Secret, text: str, format_key: str) -> object:
        """What a file of this format has of the secret: a text or JSON. Raises CannotExport."""
        raise NotImplementedError

    def type_name(self, type_tag: str) -> str:
        """What people call the type in a secret's tag."""
        return type_tag

    def type_icon(self, type_tag: str) -> str:  # noqa: ARG002 - a kind may have no types.
        """The name of the type's icon, or nothing."""
        return ""

    def suggest_types(self, words: str) -> tuple[SuggestedType, ...]:  # noqa: ARG002 - the same.
        """The types that fit all of the words, best first."""
        return ()
