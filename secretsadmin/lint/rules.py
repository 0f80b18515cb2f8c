"""Every rule, in the order in which findings are told. docs/lint-rules.md is this table.

A rule's name stays as it is: CI configurations and links hold it.
"""

from functools import cache

from secretsadmin.adapters import adapter_of
from secretsadmin.kinds import KINDS
from secretsadmin.lint.finding import Rule

PATTERN_EXCLUDES = Rule(
    "pattern-excludes",
    "error",
    "The lookup pattern excludes the id",
    effect="Airflow never asks for it, and goes on to its environment and its own database.",
    mend="Store it under an id that the pattern fits, or change the lookup pattern.",
)
UNKNOWN_TEAM = Rule(
    "unknown-team",
    "error",
    "Two hyphens, and no team before them",
    effect="An Airflow that has teams refuses an id with “--”, unless a team’s name begins it.",
    mend="Store it under an id without “--”, or add the team to the configuration.",
)
PREFIX_TWICE = Rule(
    "prefix-twice",
    "error",
    "The prefix stands in the name twice",
    effect="Airflow adds the prefix to the id, so it looks one prefix further up.",
    mend="Store it under the id alone, and delete this one in AWS.",
)
NO_VALUE = Rule(
    "no-value",
    "error",
    "No current value",
    effect="Airflow finds nothing, and goes on to its environment and its own database.",
    mend="Roll back to a version, or save a new value.",
)
NEAR_MISS = Rule(
    "near-miss",
    "error",
    "A name that misses a prefix by little",
    effect="Airflow looks below the prefix alone, and never finds it.",
    mend="Store it under the prefix, and delete this one in AWS.",
)
SWITCHED_OFF = Rule(
    "switched-off",
    "error",
    "A secret of a kind that is switched off",
    effect="The kind’s prefix is null, so Airflow never looks it up.",
    mend="Give the kind a prefix in backend_kwargs, or delete the secret in AWS.",
)
SCHEDULED = Rule(
    "scheduled",
    "caution",
    "Scheduled for deletion",
    effect="Airflow finds nothing until it is restored. After its last day it is gone.",
    mend="Restore it if something still asks for it.",
)
TWO_HYPHENS = Rule(
    "two-hyphens",
    "caution",
    "Two hyphens in the id",
    effect=(
        "Airflow with Amazon’s provider 9.27 to 9.33 never asks for such an id, "
        "nor does a later one that has teams."
    ),
    mend="Store it under an id without “--”.",
)
ID_CHARACTERS = Rule(
    "id-characters",
    "caution",
    "Characters that Airflow takes in no id",
    effect="Airflow’s API and import refuse the id, and what they read may lose it.",
    mend="Store it under an id of letters, digits and _ - . alone.",
)
ID_LENGTH = Rule(
    "id-length",
    "caution",
    "An id that is too long",
    effect="Airflow takes 250 characters, and its database and its API no more than that.",
    mend="Store it under a shorter id.",
)
EMPTY_PART = Rule(
    "empty-part",
    "caution",
    "An empty part or a dot between slashes",
    effect="Airflow asks for it only where a DAG writes the id with the very same slashes.",
    mend="Store it under an id without them, and delete this one in AWS.",
)
UNKNOWN_OPTION = Rule(
    "unknown-option",
    "caution",
    "No sensitive option is called so",
    effect="Airflow reads only options that it flags sensitive, where airflow.cfg names the id.",
    mend="Name it after the option that reads it, or delete it.",
)
ROTATION_STUCK = Rule(
    "rotation-stuck",
    "caution",
    "A rotation that didn’t end",
    effect="Airflow reads the value before the rotation, which may not be valid any more.",
    mend="Look at the rotation’s function, and rotate again.",
)
ROTATION_OVERDUE = Rule(
    "rotation-overdue",
    "caution",
    "A rotation that is overdue",
    effect="Airflow goes on reading the value that was to be replaced.",
    mend="Look at the rotation’s function and its rights, and rotate again.",
)
MANAGED = Rule(
    "managed",
    "caution",
    "Managed by another service of AWS",
    effect="Airflow reads what that service writes, which is seldom a whole connection.",
    mend="Change it where the service is configured. An edit here would be lost.",
)
TERRAFORM_OVERTAKEN = Rule(
    "terraform-overtaken",
    "caution",
    "Changed on top of Terraform",
    effect="Airflow reads the newer value until Terraform’s next apply takes it back.",
    mend="Let Terraform manage the secret without its value, or change the value there.",
)
OTHER_KEY = Rule(
    "other-key",
    "caution",
    "Encrypted with another KMS key",
    effect="Airflow finds nothing if its role may not decrypt with that key.",
    mend="Encrypt it with the environment’s key, or allow Airflow’s role to use this one.",
)
REPLICATION = Rule(
    "replication",
    "caution",
    "A replica that isn’t in sync",
    effect="An Airflow that reads the replica gets an older value, or none.",
    mend="Look at the replica’s state in AWS.",
)
LABELS_NEAR_LIMIT = Rule(
    "labels-near-limit",
    "caution",
    "Nearly as many labels as AWS allows",
    effect="Airflow reads it. AWS refuses a 21st label, and a save needs one for a moment.",
    mend="Take labels off that nothing needs.",
)
VERSIONS_NEAR_LIMIT = Rule(
    "versions-near-limit",
    "caution",
    "Nearly as many versions as AWS keeps",
    effect="Airflow reads it. Past 100 versions that are labelled or of one day, no save succeeds.",
    mend="Find what saves it so often, and take labels off old versions.",
)
TERRAFORM_MADE = Rule(
    "terraform-made",
    "info",
    "Made by Terraform",
    effect="Airflow reads Terraform’s value, and its next apply takes back what is saved here.",
    mend="Change it in Terraform, or let Terraform manage the secret without its value.",
)
ROTATED = Rule(
    "rotated",
    "info",
    "Rotated by AWS",
    effect="Airflow reads what the rotation writes: a connection needs a type and a host in that.",
    mend="Open it after a rotation, and see what Airflow reads.",
)
REPLICA = Rule(
    "replica",
    "info",
    "A replica",
    effect="Airflow reads it as any other secret. AWS refuses to change it here.",
    mend="Change the primary.",
)
SHADOWED = Rule(
    "shadowed",
    "info",
    "A team has its own",
    effect="Airflow’s tasks of that team read the team’s secret, all others the common one.",
    mend="Delete the one of the two that nothing needs.",
)
SAME_ID = Rule(
    "same-id",
    "info",
    "The same id in two kinds",
    effect="Airflow keeps the two apart, and people may take one for the other.",
    mend="See whether one of them was stored as the wrong kind.",
)
NO_TYPE = Rule(
    "type-tag-missing",
    "info",
    "No type in its tags",
    effect="Airflow reads it: it takes the type from the value. Lists here can’t show it.",
    mend="Save the connection here once, which sets the tag.",
)
UNREAD = Rule(
    "unread",
    "info",
    "Not read since it changed",
    effect="Airflow isn’t known to have asked for its value in a week or more.",
    mend="See whether a DAG asks for it by another id, or delete it.",
)
LONG_UNREAD = Rule(
    "long-unread",
    "info",
    "Not read for long",
    effect="Airflow hasn’t asked for its value in 90 days.",
    mend="Delete it if nothing needs it any more.",
)

# What a scan finds beside what the text itself says.
BINARY = Rule(
    "binary-value",
    "error",
    "The value is binary",
    effect="Airflow reads text alone, and takes the secret for one that isn’t there.",
    mend="Save a text in its place.",
    needs_value=True,
)
KEY_UNAVAILABLE = Rule(
    "key-unavailable",
    "error",
    "Its key isn’t available",
    effect="Neither Airflow nor anybody else can read it while KMS doesn’t give the key.",
    mend="See whether the key is enabled, and whether its policy admits the dashboard and Airflow.",
    needs_value=True,
)
READ_DENIED = Rule(
    "read-denied",
    "caution",
    "The dashboard may not read it",
    effect="Airflow may read it all the same: its role has a policy of its own.",
    mend="Allow the dashboard’s role to read it, if people are to see it here.",
    needs_value=True,
)
SHARED_PASSWORD = Rule(
    "shared-password",
    "caution",
    "One password in several secrets",
    effect="Airflow reads each. Whoever learns one password knows all of them.",
    mend="Give each an account or a password of its own.",
    needs_value=True,
)
OF_SCANS = (BINARY, KEY_UNAVAILABLE, READ_DENIED, SHARED_PASSWORD)

METADATA = (
    *(PATTERN_EXCLUDES, UNKNOWN_TEAM, PREFIX_TWICE, NO_VALUE, NEAR_MISS, SWITCHED_OFF),
    *(SCHEDULED, TWO_HYPHENS, ID_CHARACTERS, ID_LENGTH, EMPTY_PART, UNKNOWN_OPTION),
    *(ROTATION_STUCK, ROTATION_OVERDUE, MANAGED, TERRAFORM_OVERTAKEN, OTHER_KEY, REPLICATION),
    *(LABELS_NEAR_LIMIT, VERSIONS_NEAR_LIMIT),
    *(TERRAFORM_MADE, ROTATED, REPLICA, SHADOWED, SAME_ID, NO_TYPE, UNREAD, LONG_UNREAD),
)
# What breaks these rules is no secret that Airflow looks up: its id is a whole name in AWS.
OF_NAMES = frozenset({NEAR_MISS, SWITCHED_OFF})
# What AWS is asked for on pages of their own, so the page of health has no such findings.
ASKED_FOR = OF_NAMES | {VERSIONS_NEAR_LIMIT}

# The verb of the page on which people mend what breaks a rule, where it isn't the secret's own.
MENDED_ON = {
    NO_VALUE: "history",
    ROTATION_STUCK: "history",
    TERRAFORM_OVERTAKEN: "history",
    LABELS_NEAR_LIMIT: "label",
    VERSIONS_NEAR_LIMIT: "history",
    NO_TYPE: "update",
}


def page_of(rule: Rule) -> str:
    """The verb of the page on which people mend it. A value is mended by an edit."""
    if rule.needs_value:
        return "update"
    return MENDED_ON.get(rule, "detail")


@cache
def every_rule() -> tuple[Rule, ...]:
    """The rules of metadata, and those of the values of each kind."""
    return tuple(rules_by_name().values())


@cache
def rules_by_name() -> dict[str, Rule]:
    """What metadata tells, a value needn't tell again: the first rule of a name counts."""
    rules: dict[str, Rule] = {}
    of_values = [rule for kind in KINDS for rule in adapter_of(kind).rules]
    for rule in (*METADATA, *OF_SCANS, *of_values):
        rules.setdefault(rule.name, rule)
    return rules
