"""What the dashboard records beside the actions that need a right of their own."""

from secretsadmin.action import Action

NOBODYS: frozenset[str] = frozenset()
LIST = Action(
    "list",
    "List",
    NOBODYS,
    is_recorded=True,
    done="looked at the list of",
    tried="tried to look at the list of",
)
OBSERVE = Action("observe", "Changed outside", NOBODYS, is_recorded=True, done="changed")
WITHDRAW = Action(
    "withdraw",
    "Clear up",
    NOBODYS,
    is_recorded=True,
    writes=True,
    done="took the label of an unfinished save off a version of",
    tried="tried to take the label of an unfinished save off a version of",
)
SIGN_IN = Action(
    "sign-in",
    "Sign in",
    NOBODYS,
    is_recorded=True,
    done="signed in",
    tried="failed to sign in",
    scope="session",
)
SIGN_OUT = Action(
    "sign-out", "Sign out", NOBODYS, is_recorded=True, done="signed out", scope="session"
)
REAUTHENTICATE = Action(
    "re-authenticate",
    "Re-authenticate",
    NOBODYS,
    is_recorded=True,
    done="signed in once more",
    tried="failed to sign in once more",
    scope="session",
)
LOCK_OUT = Action(
    "lock-out",
    "Lock out",
    NOBODYS,
    is_recorded=True,
    done="was locked out after too many wrong passwords",
    scope="session",
)
END_SESSION = Action(
    "end-session",
    "End a session",
    NOBODYS,
    is_recorded=True,
    done="ended other sessions of their own",
    scope="session",
)
ADD_FACTOR = Action(
    "add-factor",
    "Add a second factor",
    NOBODYS,
    is_recorded=True,
    done="added a second factor",
    scope="people",
)
REMOVE_FACTOR = Action(
    "remove-factor",
    "Remove a second factor",
    NOBODYS,
    is_recorded=True,
    done="removed a second factor",
    scope="people",
)
CHANGE_USER = Action(
    "change-user",
    "Change a user",
    NOBODYS,
    is_recorded=True,
    done="changed the user",
    scope="people",
)
CHANGE_GROUP = Action(
    "change-group",
    "Change a group",
    NOBODYS,
    is_recorded=True,
    done="changed the group",
    scope="people",
)
CONFIGURE = Action(
    "configure",
    "Change the configuration",
    NOBODYS,
    is_recorded=True,
    done="started with another configuration",
    scope="site",
)
EXPORT_LOG = Action(
    "export-log",
    "Export the audit log",
    NOBODYS,
    is_recorded=True,
    discloses=True,
    done="exported a part of the audit log",
    tried="tried to export a part of the audit log",
    scope="audit",
)
RUN = Action(
    "run",
    "Run",
    NOBODYS,
    is_recorded=True,
    done="ran",
    tried="began to run",
    scope="batch",
)
STOP_RUN = Action(
    "stop-run", "Stop a run", NOBODYS, is_recorded=True, done="asked to stop", scope="batch"
)
PRUNE_LOG = Action(
    "prune-log",
    "Prune the audit log",
    NOBODYS,
    is_recorded=True,
    done="moved old lines of the audit log to a file",
    tried="tried to move old lines of the audit log to a file",
    scope="audit",
)

LOOK_AROUND = Action(
    "near-misses",
    "Look for near misses",
    NOBODYS,
    is_recorded=True,
    done="looked for near misses among all names of the account",
    tried="tried to look for near misses among all names of the account",
    scope="inventory",
)

NOTED = (
    *(LIST, OBSERVE, WITHDRAW),
    *(SIGN_IN, SIGN_OUT, REAUTHENTICATE, LOCK_OUT, END_SESSION, ADD_FACTOR, REMOVE_FACTOR),
    *(CHANGE_USER, CHANGE_GROUP, CONFIGURE, EXPORT_LOG, PRUNE_LOG, LOOK_AROUND),
    *(RUN, STOP_RUN),
)
