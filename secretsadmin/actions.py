"""Every action, declared once: who may do it, what it does, and what it is called.

Rights, the audit log's questions and filters, the history of a secret, what a list knows of its
secrets, and the sentences of the pages follow from this table. A verb is also the name of its URL,
of its view, and of its audit action, as in `connections.update`.
"""

from collections.abc import Callable, Iterable

from secretsadmin.action import ADMINS, AUDITORS, EDITORS, EVERYBODY, READERS, Action, Button
from secretsadmin.noted import NOTED

# IAM actions that several of our actions need. After a lost answer AWS is asked what became of the
# call, and a secret that is created with a tag needs the right to tag it.
LISTS, ASKS = "secretsmanager:ListSecrets", "secretsmanager:DescribeSecret"
READS, TAGS = "secretsmanager:GetSecretValue", "secretsmanager:TagResource"
BATCHES = "secretsmanager:BatchGetSecretValue"
MOVES, VERSIONS = "secretsmanager:UpdateSecretVersionStage", "secretsmanager:ListSecretVersionIds"

VIEW = Action("view", "View", EVERYBODY, denied="see {it}", calls=(LISTS, ASKS, VERSIONS))
HISTORY = Action(
    "history", "History", EVERYBODY, denied="see the history of {it}", calls=(ASKS, VERSIONS)
)
AUDIT = Action("audit", "Audit", AUDITORS, denied="see what others did")
CREATE = Action(
    "create",
    "Create",
    EDITORS,
    is_recorded=True,
    writes=True,
    makes_version=True,
    effect="puts",
    done="created",
    tried="tried to create",
    denied="create {one}",
    made="created it with {fields}",
    calls=("secretsmanager:CreateSecret", TAGS, ASKS),
)
UPDATE = Action(
    "update",
    "Update",
    EDITORS,
    is_recorded=True,
    writes=True,
    makes_version=True,
    effect="puts",
    is_on_top=True,
    done="changed",
    tried="tried to change",
    denied="edit {it}",
    made="changed {fields}",
    calls=(
        *(READS, "secretsmanager:PutSecretValue", MOVES, "secretsmanager:UpdateSecret"),
        *(TAGS, "secretsmanager:UntagResource", ASKS),
    ),
)
ROLL_BACK = Action(
    "roll-back",
    "Roll back",
    EDITORS,
    is_recorded=True,
    writes=True,
    effect="puts",
    is_on_top=True,
    done="rolled back",
    tried="tried to roll back",
    denied="roll back",
    calls=(MOVES, ASKS),
)
LABEL = Action(
    "label",
    "Label",
    EDITORS,
    is_recorded=True,
    writes=True,
    done="moved a label of",
    tried="tried to label a version of",
    denied="move labels",
    calls=(MOVES, ASKS),
)
TAG = Action(
    "tag",
    "Tag",
    EDITORS,
    is_recorded=True,
    writes=True,
    done="changed the tags of",
    tried="tried to change the tags of",
    denied="change the tags of {it}",
    calls=(TAGS, "secretsmanager:UntagResource", ASKS),
)
DELETE = Action(
    "delete",
    "Delete",
    EDITORS,
    is_guarded=True,
    is_recorded=True,
    writes=True,
    effect="hides",
    done="scheduled the deletion of",
    tried="tried to delete",
    denied="delete {it}",
    calls=("secretsmanager:DeleteSecret", ASKS),
)
RESTORE = Action(
    "restore",
    "Restore",
    EDITORS,
    is_recorded=True,
    writes=True,
    effect="shows",
    done="restored",
    tried="tried to restore",
    denied="restore {it}",
    button=Button("Restore", "undo-2", is_for_scheduled=True),
    calls=("secretsmanager:RestoreSecret", ASKS),
)
OPEN = Action(
    "open",
    "Open",
    READERS,
    is_recorded=True,
    discloses=True,
    done="opened",
    tried="tried to open",
    denied="open {it}",
    calls=(READS,),
)
COMPARE = Action(
    "compare",
    "Compare",
    READERS,
    is_recorded=True,
    discloses=True,
    done="compared a version of",
    tried="tried to compare",
    denied="compare versions",
    calls=(READS,),
)
REVEAL = Action(
    "reveal",
    "Reveal",
    EDITORS,
    is_guarded=True,
    is_recorded=True,
    discloses=True,
    is_budgeted=True,
    done="revealed a field of",
    tried="tried to reveal a field of",
    denied="show what is masked",
    calls=(READS,),
)
COPY = Action(
    "copy",
    "Copy",
    EDITORS,
    is_guarded=True,
    is_recorded=True,
    discloses=True,
    is_budgeted=True,
    done="copied",
    tried="tried to copy",
    denied="copy {it} whole",
    calls=(READS,),
)
# It reads the value for a new secret beside this one, and shows the person nothing of it. The new
# secret's own record is that of a create.
DUPLICATE = Action(
    "duplicate",
    "Duplicate",
    EDITORS,
    is_recorded=True,
    done="duplicated",
    tried="tried to duplicate",
    denied="duplicate {it}",
    calls=(READS,),
)
WHO = Action(
    "ask-cloudtrail",
    "Ask CloudTrail",
    frozenset({"editor", "admin", "auditor"}),
    is_recorded=True,
    done="asked CloudTrail who changed",
    tried="tried to ask CloudTrail who changed",
    denied="ask CloudTrail who changed {it}",
    calls=("cloudtrail:LookupEvents",),
)
# It tries what other actions ask AWS for, and what IAM doesn't allow then is its answer.
DIAGNOSE = Action(
    "diagnose",
    "Check the set-up",
    EDITORS,
    is_recorded=True,
    done="checked the set-up",
    tried="tried to check the set-up",
    denied="check the set-up",
    scope="setup",
)

# Whoever may make a probe may remove it, too. That is recorded as the deletion that it is.
PROBE = Action(
    "probe",
    "Prove that Airflow reads",
    EDITORS,
    is_recorded=True,
    writes=True,
    makes_version=True,
    effect="puts",
    done="made a probe,",
    tried="tried to make a probe,",
    denied="make a probe that Airflow reads",
    made="made it as a probe",
    calls=("secretsmanager:CreateSecret", TAGS, ASKS),
)

# Rights to what is done to many secrets at once, or by several people together. A change among many
# is an ordinary one, with a right and a record of its own beside these.
SCAN = Action(
    "scan",
    "Scan",
    EDITORS,
    is_guarded=True,
    is_recorded=True,
    discloses=True,
    done="scanned the value of",
    tried="tried to scan the value of",
    denied="scan values",
    calls=(BATCHES, READS),
)
EXPORT = Action(
    "export",
    "Export",
    ADMINS,
    is_guarded=True,
    is_recorded=True,
    discloses=True,
    done="exported",
    tried="tried to export",
    denied="export values",
    calls=(READS, "secretsmanager:BatchGetSecretValue"),
)
IMPORT = Action("import", "Import", EDITORS, writes=True, denied="import")
# Its record is the source's, which is read and shown to nobody. The write is an ordinary one.
PROMOTE = Action(
    "promote",
    "Promote",
    EDITORS,
    is_recorded=True,
    discloses=True,
    done="promoted",
    tried="tried to promote",
    denied="promote {it}",
    calls=(READS,),
)
PROPOSE = Action("propose", "Propose", READERS, denied="propose a change")
APPROVE = Action("approve", "Approve", ADMINS, denied="approve a change")
BREAK_GLASS = Action(
    "break-glass", "Break the glass", ADMINS, denied="change {it} without an approval"
)
ADMINISTER = Action("administer", "Administer", ADMINS, denied="administer the environment")

ACTIONS = (
    *(VIEW, HISTORY, AUDIT),
    *(CREATE, UPDATE, ROLL_BACK, LABEL, TAG, DELETE, RESTORE),
    *(OPEN, COMPARE, REVEAL, COPY, DUPLICATE, WHO, DIAGNOSE, PROBE),
    *(SCAN, EXPORT, IMPORT, PROMOTE, PROPOSE, APPROVE, BREAK_GLASS, ADMINISTER),
)
BY_VERB = {action.verb: action for action in ACTIONS}
RECORDED = (*(action for action in ACTIONS if action.is_recorded), *NOTED)


def verbs(is_so: Callable[[Action], bool]) -> tuple[str, ...]:
    """The verbs of the actions for which the condition holds."""
    return tuple(action.verb for action in ACTIONS if is_so(action))


def actions_with_button(*, is_scheduled: bool) -> tuple[Action, ...]:
    """The actions with a button on the page of a secret, by whether its deletion is scheduled."""
    actions = []
    for action in ACTIONS:
        if action.button and action.button.is_for_scheduled == is_scheduled:
            actions.append(action)
    return tuple(actions)


DISCLOSING = verbs(lambda action: action.discloses)
WRITING = verbs(lambda action: action.writes)
BUDGETED = verbs(lambda action: action.is_budgeted)
# What asks AWS for a value. A save reads the one on top of which it is made.
READING = (*DISCLOSING, UPDATE.verb, DUPLICATE.verb)
MAKING = verbs(lambda action: action.makes_version)
CREATING = verbs(lambda action: action.creates)
PUTTING_IN_PLACE = verbs(lambda action: action.effect == "puts")
MOVING = verbs(lambda action: action.effect != "")
AT_ONCE = verbs(lambda action: action.button is not None)


def audit_actions(kinds: Iterable[object], verbs: Iterable[str]) -> list[str]:
    """The names of these verbs in the audit log, for these kinds, such as `connections.update`."""
    return [f"{kind}.{verb}" for kind in kinds for verb in verbs]


def action_of(audit_action: str) -> Action:
    """The action that a line of the audit log names.

    The log outlives actions, so a verb without an action is told by its own word.
    """
    verb = audit_action.partition(".")[2]
    for action in NOTED:
        if action.verb == verb:
            return action
    return BY_VERB.get(verb) or Action(verb, verb, frozenset(), done=verb, tried=f"tried to {verb}")
