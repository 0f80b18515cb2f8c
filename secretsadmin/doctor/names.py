"""The secrets that are there: under which prefixes, for which patterns, and with which keys."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from secretsadmin.config.environments import Environment
from secretsadmin.config.ref import Ref
from secretsadmin.config.site import configured_site
from secretsadmin.doctor.line import Line
from secretsadmin.doctor.sight import Sight
from secretsadmin.kinds import Kind
from secretsadmin.store import probing
from secretsadmin.store.probing import Listed

SOME = "Among the first 1,000 names: "


@dataclass(frozen=True)
class Seen:
    """What was listed of an environment, as far as whoever asks may view it.

    `below_default` counts what is below the default prefix of a kind whose own is null.
    """

    ids: Mapping[Kind, list[str]]
    secrets: tuple[Listed, ...]
    below_default: Mapping[Kind, int]
    is_whole: bool
    date: str

    @property
    def reservation(self) -> str:
        return "" if self.is_whole else SOME


def see(environment: Environment, sight: Sight) -> Seen:
    """One to ten calls. Raises any StoreError."""
    backend = environment.backend
    kinds = sight.kinds(environment)
    enabled = [kind for kind in kinds if backend.is_enabled(kind.name)]
    defaults = {
        kind: f"airflow/{kind}/"
        for kind in kinds
        if kind not in enabled and sight.shows_all(environment, kind)
    }
    beginnings = [*(backend.name_prefix(kind.name) for kind in enabled), *defaults.values()]
    if "" in beginnings:
        beginnings = []
    listed = probing.names(environment, tuple(dict.fromkeys(beginnings)))
    below_default = {
        kind: sum(secret.name.startswith(default) for secret in listed.secrets)
        for kind, default in defaults.items()
    }
    ids: dict[Kind, list[str]] = {kind: [] for kind in enabled}
    secrets = {}
    for kind in enabled:
        for secret, ref in _within(listed.secrets, environment, kind, sight):
            ids[kind].append(ref.id)
            secrets[secret.name] = secret
    return Seen(ids, tuple(secrets.values()), below_default, listed.is_whole, listed.date)


def _within(
    secrets: Iterable[Listed], environment: Environment, kind: Kind, sight: Sight
) -> Iterator[tuple[Listed, Ref]]:
    limit = sight.limit(environment, kind)
    for secret in secrets:
        secret_id = environment.backend.parse(secret.name, kind.name)
        if secret_id is None:
            continue
        ref = Ref.from_secret_id(environment, kind, secret_id)
        if limit is None or limit(ref):
            yield secret, ref


def kind_lines(environment: Environment, seen: Seen, sight: Sight) -> Iterator[Line]:
    for kind, ids in seen.ids.items():
        yield _below_prefix(environment, kind, len(ids), seen, sight)
        if environment.backend.patterns[kind.name]:
            yield _by_pattern(environment, kind, ids, seen)
    for kind, number in seen.below_default.items():
        if number:
            yield Line(
                f"secrets.{kind}",
                "caution",
                f"{_begin(number)} with airflow/{kind}/, and {kind}_prefix is null: "
                "Airflow never looks them up.",
                f"Leave {kind}_prefix out if Airflow should read them.",
            )


def _below_prefix(
    environment: Environment, kind: Kind, number: int, seen: Seen, sight: Sight
) -> Line:
    prefix = environment.backend.name_prefix(kind.name)
    place = f"below {prefix}" if prefix else "without a prefix"
    if number:
        sentence = f"{seen.reservation}{number:,} {kind.plural} are {place}."
        if number == 1:
            sentence = f"{seen.reservation}1 {kind.singular} is {place}."
        return Line(f"secrets.{kind}", "holds", sentence)
    sentence = f"No {kind.singular} is {place}"
    if prefix and sight.shows_all(environment, kind):
        heads = _nearly_below(environment, prefix)
        if heads:
            head, often = heads.most_common(1)[0]
            return Line(
                f"secrets.{kind}",
                "caution",
                f"{sentence}, but {_begin(often)} with {head}.",
                f"Correct {kind}_prefix if those are meant: Airflow takes a prefix to the letter.",
            )
    return Line(f"secrets.{kind}", "holds", f"{sentence} yet.")


def _begin(number: int) -> str:
    if number == 1:
        return "1 name begins"
    return f"{number:,} names begin"


def _nearly_below(environment: Environment, prefix: str) -> Counter[str]:
    """Beginnings of names that look like a misspelt prefix, and belong to no environment."""
    heads: Counter[str] = Counter()
    environments = configured_site().environments.values()
    sep = environment.backend.sep
    for secret in probing.names(environment, ()).secrets:
        head = _head(secret.name, prefix, sep)
        if not head or not _is_nearly(head.strip(f"/{sep}"), prefix.strip(f"/{sep}")):
            continue
        if not any(other.backend.parse(secret.name) for other in environments):
            heads[head] += 1
    return heads


def _head(name: str, prefix: str, sep: str) -> str:
    """As many parts of the name as the prefix has; empty for a shorter name."""
    if not sep:
        return ""
    slash = "/" if name.startswith("/") else ""
    parts = name.removeprefix(slash).split(sep)
    depth = prefix.count(sep)
    if len(parts) <= depth:
        return ""
    return slash + sep.join(parts[:depth]) + sep


def _is_nearly(head: str, prefix: str) -> bool:
    """Whether they are equal but for capital letters, or for one character."""
    if head.casefold() == prefix.casefold():
        return True
    same = 0
    while head[same : same + 1] == prefix[same : same + 1] != "":
        same += 1
    rest, other = head[same:], prefix[same:]
    return rest[1:] == other[1:] or rest == other[1:] or rest[1:] == other


def _by_pattern(environment: Environment, kind: Kind, ids: list[str], seen: Seen) -> Line:
    check = f"pattern.{kind}"
    kwarg = f"{kind}_lookup_pattern"
    if not ids:
        return Line(check, "not tried", f"There is no {kind.singular} to compare {kwarg} with.")
    looked_up = [id for id in ids if environment.backend.is_looked_up(kind.name, id)]  # noqa: A001 - Airflow's own word.
    if len(looked_up) == len(ids):
        return Line(check, "holds", f"{seen.reservation}{kwarg} matches all {len(ids):,} ids.")
    mend = (
        f"Correct {kwarg}: Airflow never asks for an id "
        "that it doesn't match from the id's beginning."
    )
    if not looked_up:
        sentence = f"{seen.reservation}{kwarg} matches none of the {len(ids):,} ids that are there."
        return Line(check, "fails", sentence, mend)
    sentence = f"{seen.reservation}{kwarg} matches {len(looked_up):,} of {len(ids):,} ids."
    return Line(check, "caution", sentence, mend)


def key_lines(environment: Environment, seen: Seen) -> Iterator[Line]:
    number = len(seen.secrets)
    own = [secret for secret in seen.secrets if secret.key and not _is_of_aws(secret.key)]
    yield _about_key(environment, seen, number, own)
    if environment.kms_key or own:
        yield Line(
            "key.decrypt",
            "not tried",
            "Whether KMS lets the dashboard decrypt (kms:Decrypt) and encrypt "
            "(kms:GenerateDataKey) can't be tried without a secret.",
            "Open a secret: its page names what KMS refuses.",
        )


def _about_key(environment: Environment, seen: Seen, number: int, own: list[Listed]) -> Line:
    check = "key.same"
    if not number:
        return Line(check, "not tried", "There is no secret whose KMS key could be looked at.")
    if not environment.kms_key:
        if not own:
            return Line(check, "holds", f"{seen.reservation}AWS's own key encrypts all secrets.")
        return Line(
            check,
            "caution",
            f"{seen.reservation}Secrets with a KMS key of your own: {len(own):,} of {number:,}. "
            "The environment names no key.",
            "Write its ARN as kms_key: the policies of manage.py iam_policy then allow it.",
        )
    same = [secret for secret in own if _is_same(secret.key, environment.kms_key)]
    if len(same) == number:
        return Line(check, "holds", f"{seen.reservation}kms_key encrypts all secrets.")
    return Line(
        check,
        "caution",
        f"{seen.reservation}Secrets with another KMS key than kms_key: "
        f"{number - len(same):,} of {number:,}.",
        "Allow the other key, too, for Airflow as well. Or give these secrets kms_key.",
    )


def _is_of_aws(key: str) -> bool:
    return key.endswith("alias/aws/secretsmanager")


def _is_same(key: str, configured: str) -> bool:
    """Whether both mean one key: AWS lists it by its ARN or by the id at the ARN's end."""
    return key.rpartition("/")[2] == configured.rpartition("/")[2]
