"""The IAM permissions that the actions of the dashboard need, each tried."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from secretsadmin.access import policy
from secretsadmin.actions import ACTIONS, BY_VERB
from secretsadmin.config.environments import Environment
from secretsadmin.doctor.line import Line
from secretsadmin.iam.calls import WITHOUT_RESOURCE, calls_of
from secretsadmin.iam.policies import PURPOSES
from secretsadmin.kinds import Kind
from secretsadmin.store import probing
from secretsadmin.store.probing import Answer

# In place of a prefix, for what IAM knows no resource of. No prefix has a blank.
EVERYWHERE = " "


@dataclass(frozen=True)
class Permission:
    """An IAM action, and the verbs of ours that can't do without it."""

    action: str
    verbs: tuple[str, ...]

    @property
    def check(self) -> str:
        return f"permission.{self.action.partition(':')[2]}"

    @property
    def is_optional(self) -> bool:
        """Whether the dashboard works without it: no policy has it unless it is asked for."""
        return self.action not in calls_of(PURPOSES["full"])

    @property
    def purpose(self) -> str:
        """For what the policy is made that has it."""
        for purpose, verbs in PURPOSES.items():
            if self.action in calls_of(verbs):
                return f"--for {purpose}"
        return "--for full --cloudtrail"

    @property
    def use(self) -> str:
        """The pages' names of what needs it."""
        titles = [BY_VERB[verb].title for verb in self.verbs]
        return ", ".join(titles)

    def is_needed(self, environment: Environment, kinds: Iterable[Kind]) -> bool:
        """Whether a grant lets somebody do what needs it."""
        for kind in kinds:
            if any(policy.groups_that_may(verb, environment, kind) for verb in self.verbs):
                return not self.is_optional
        return False


def permissions() -> tuple[Permission, ...]:
    """All of them, in the order in which the actions are declared; the optional ones last."""
    verbs: dict[str, list[str]] = {}
    for action in ACTIONS:
        for call in action.calls:
            verbs.setdefault(call, []).append(action.verb)
    needed = [Permission(call, tuple(its_verbs)) for call, its_verbs in verbs.items()]
    return tuple(sorted(needed, key=lambda permission: permission.is_optional))


def try_permission(
    permission: Permission, environment: Environment, kinds: tuple[Kind, ...]
) -> Line:
    """One line for all prefixes of these kinds. Raises StoreErrors that no permission mends."""
    action = permission.action
    if not probing.can_be_tried(action):
        return Line(
            permission.check,
            "not tried",
            f"{action} can't be tried without making or changing something. "
            f"What needs it: {permission.use}.",
        )
    answers = dict(_answers(action, environment, kinds))
    if _with(answers, "denied"):
        return _denied(permission, environment, kinds, answers)
    if unclear := _with(answers, "unclear"):
        sentence = f"AWS's answer doesn't tell whether {action} is allowed{_listed(unclear)}."
        return Line(permission.check, "not tried", sentence, "Try again in a moment.")
    return Line(permission.check, "holds", f"{action} is allowed{_listed(answers)}.")


def _answers(
    action: str, environment: Environment, kinds: tuple[Kind, ...]
) -> Iterator[tuple[str, Answer]]:
    """The answers, each with the prefix for which it holds."""
    if action in WITHOUT_RESOURCE:
        yield EVERYWHERE, probing.on_no_secret(environment, action)
        return
    backend = environment.backend
    prefixes = [backend.name_prefix(kind.name) for kind in kinds if backend.is_enabled(kind.name)]
    for prefix in dict.fromkeys(prefixes):
        yield prefix, probing.on_a_secret(environment, action, prefix)


def _with(answers: dict[str, Answer], wanted: Answer) -> list[str]:
    return [prefix for prefix, answer in answers.items() if answer == wanted]


def _denied(
    permission: Permission,
    environment: Environment,
    kinds: tuple[Kind, ...],
    answers: dict[str, Answer],
) -> Line:
    sentence = f"{permission.action} is denied{_listed(_with(answers, 'denied'))}."
    if allowed := _with(answers, "allowed"):
        sentence += f" It is allowed{_listed(allowed)}."
    is_needed = permission.is_needed(environment, kinds)
    sentence += f" What needs it: {permission.use}."
    if permission.is_optional:
        sentence += " The dashboard works without it."
    elif not is_needed:
        sentence += " No grant lets anybody do that here."
    mend = (
        f"Add it to the policy of the dashboard's role: "
        f"manage.py iam_policy {environment.name} {permission.purpose} prints all of it."
    )
    return Line(permission.check, "fails" if is_needed else "caution", sentence, mend)


def _listed(prefixes: Iterable[str]) -> str:
    """The end of a sentence that says where."""
    places = [prefix for prefix in prefixes if prefix != EVERYWHERE]
    if not places:
        return ""
    *others, last = [place or "nothing (names without a prefix)" for place in places]
    if not others:
        return f" below {last}"
    return f" below {', '.join(others)} and {last}"
