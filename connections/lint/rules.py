"""The rules for a stored connection."""

from secretsadmin.rules import Level, Rule


def _rule(name: str, level: Level, title: str, effect: str, mend: str) -> Rule:
    return Rule(name, level, title, effect, mend, needs_value=True)


# --- Who reads it ---

UNREADABLE = _rule(
    "unreadable",
    "error",
    "Airflow can’t read it",
    "Tasks that ask for the connection fail with “The conn_id isn’t defined”.",
    "Open it for editing: the page shows where it breaks off, and often what was meant.",
)
UNREADABLE_BY_SOME = _rule(
    "unreadable-by-some",
    "error",
    "Some of Airflow’s releases or processes can’t read it",
    "Whoever can’t read it fails with “The conn_id isn’t defined”, while others go on working.",
    "Save it anew: what is saved here is read back by all.",
)
LOGGED_WHOLE = _rule(
    "logged-whole",
    "error",
    "Airflow 2 logs it with its password",
    "Airflow 2 can’t take the URI apart and quotes all of it in an error of its log.",
    "Change the password, and store the connection anew.",
)
READS_DIFFERENTLY = _rule(
    "reads-differently",
    "caution",
    "It is read differently by release or process",
    "A hook gets other values in a task than in the server, or in another release of Airflow.",
    "Save it anew: what is saved here is read alike by all.",
)

# --- How a URI is written ---

UNDERSCORE = _rule(
    "underscore-in-scheme",
    "error",
    "There is a _ in front of ://",
    "Airflow finds no type, and takes all that follows for the schema.",
    "Write - for each _ in front of ://. Airflow reads it back as _.",
)
NO_SCHEME = _rule(
    "no-scheme",
    "error",
    "It is neither JSON nor a URI",
    "Airflow finds no type, drops the first character, and takes the rest for the schema.",
    "Begin the text with the type and ://, as in postgres://, or write JSON.",
)
HIDDEN_BEFORE = _rule(
    "hidden-before-text",
    "error",
    "A character that nobody sees stands in front",
    "Airflow takes the text for a URI without a type.",
    "Take the character out. It mostly comes along from an editor or a web page.",
)
SPACE_AROUND = _rule(
    "space-around-text",
    "info",
    "White space stands around it",
    "Airflow leaves it out. Other programs that read the secret may not.",
    "Take it out.",
)
UNCLEAR = _rule(
    "unclear",
    "caution",
    "It isn’t certain which part is the password",
    "Airflow reads it, but the password may stand in a field that logs and pages show.",
    "Percent-encode what stands in login, password and parameters, or save it anew field by field.",
)
NOT_ENCODED = _rule(
    "not-encoded",
    "caution",
    "The URI isn’t percent-encoded",
    "Airflow drops a part of it, or reads it otherwise once the value changes a little.",
    "Percent-encode each part of the URI, or save it anew: the page does that.",
)
HOST_CASE = _rule(
    "host-case",
    "info",
    "The host loses its upper case",
    "Airflow lower-cases a host in a URI. That matters where the host is no name of the network.",
    "Save it anew with the host that you mean: the page writes it so that its case is kept.",
)

# --- What JSON holds ---

OTHER_KEY_AS_TYPE = _rule(
    "other-key-as-type",
    "error",
    "Another key is taken for the type",
    "Airflow takes the first of conn_type, conn_id, connection_type and engine for the type.",
    "Take the other keys out, or write conn_type first.",
)
DROPPED_KEYS = _rule(
    "dropped-keys",
    "caution",
    "Airflow drops keys of the JSON",
    "Airflow ignores them without a word, and hooks never see them.",
    "Rename them to the fields of a connection, or move them into extra.",
)
COUNTS_AS_NONE = _rule(
    "counts-as-none",
    "caution",
    "A field counts as empty",
    "Airflow takes a 0, a false or an empty list for nothing.",
    "Write the value in quotation marks, or take the field out.",
)
OTHER_EXTRA = _rule(
    "extra-not-object",
    "error",
    "The extra is no JSON object",
    "Some of Airflow’s processes refuse the connection, and the others find nothing in its extra.",
    "Write the extra as a JSON object, as in {“timeout”: 30}.",
)

# --- The type ---

NO_TYPE = _rule(
    "no-type",
    "caution",
    "It has no connection type",
    "Most hooks can’t use it, and tasks of Airflow 3.1.0 to 3.1.7 refuse such JSON.",
    "Choose a type.",
)
UNKNOWN_TYPE = _rule(
    "unknown-type",
    "info",
    "No provider has its type",
    "Airflow reads it, but a hook is found for it only where somebody has written one.",
    "Nothing, if the type is your own. Otherwise choose one of a provider.",
)
MISSPELT_TYPE = _rule(
    "misspelt-type",
    "caution",
    "Its type is nearly that of a provider",
    "Airflow reads it, but no hook of a provider is found for this type.",
    "Choose the type that is meant.",
)
TYPE_TAG_MISSING = _rule(
    "type-tag-missing",
    "info",
    "Its type isn’t in its tags",
    "Airflow doesn’t mind. Lists here show no type, and finding all of one type misses it.",
    "Save it here, or give it the tag airflow:conn-type.",
)
TYPE_TAG_OUTDATED = _rule(
    "type-tag-outdated",
    "caution",
    "Its tag names another type",
    "Airflow goes by the value. Lists here show the type of the tag.",
    "Save it here, or correct the tag airflow:conn-type.",
)

# --- The fields ---

UNMASKED_SECRET = _rule(
    "unmasked-secret",
    "caution",
    "A secret stands where Airflow doesn’t mask it",
    "Airflow masks passwords, and extras by their names. Logs and templates show the rest.",
    "Move it into the password, or add the name of its key to [core] sensitive_var_conn_names.",
)
UNSEEN_CHARACTERS = _rule(
    "unseen-characters",
    "caution",
    "A field holds characters that nobody sees",
    "Hooks send white space around a value, and characters that draw nothing, as they stand.",
    "Type the field anew.",
)
ODD_HOST = _rule(
    "odd-host",
    "caution",
    "The host holds more than a host",
    "The hook takes a protocol, a login, a port or a path for a part of the host’s name.",
    "Write each into a field of its own.",
)
PLAIN_HTTP = _rule(
    "plain-http",
    "info",
    "It is asked over http://",
    "The login and the password cross the network without encryption.",
    "Write https:// before the host, or https into the schema.",
)
UNUSED_FIELD = _rule(
    "unused-field",
    "caution",
    "The hook doesn’t use a field",
    "Airflow hands the field out, but the hook of this type doesn’t look for it there.",
    "Move the value to where the hook looks for it, or take it out.",
)
ODD_VALUE = _rule(
    "odd-value",
    "caution",
    "A field holds what its hook doesn’t expect",
    "The hook takes the value as it stands, and mostly fails only when a task runs.",
    "Type the field anew.",
)
BROKEN_KEY = _rule(
    "broken-key",
    "caution",
    "A key can’t be read",
    "The hook fails when it loads the key.",
    "Paste the key file as it is.",
)
MISSPELT_EXTRA = _rule(
    "misspelt-extra",
    "caution",
    "A key of the extra is nearly one that the hook reads",
    "The hook doesn’t look for the key, so its default counts.",
    "Rename the key.",
)
UNKNOWN_EXTRA = _rule(
    "unknown-extra",
    "info",
    "The hook doesn’t know a key of the extra",
    "The hook ignores the key, or hands it on to a driver that may know it.",
    "Nothing, if it is a driver’s. Otherwise take it out.",
)

RULES = (
    *(UNREADABLE, UNREADABLE_BY_SOME, LOGGED_WHOLE),
    *(UNDERSCORE, NO_SCHEME, HIDDEN_BEFORE, SPACE_AROUND, UNCLEAR, NOT_ENCODED, HOST_CASE),
    *(READS_DIFFERENTLY, OTHER_KEY_AS_TYPE, DROPPED_KEYS, COUNTS_AS_NONE, OTHER_EXTRA),
    *(NO_TYPE, UNKNOWN_TYPE, MISSPELT_TYPE, TYPE_TAG_MISSING, TYPE_TAG_OUTDATED),
    *(UNMASKED_SECRET, UNSEEN_CHARACTERS, ODD_HOST, PLAIN_HTTP, UNUSED_FIELD, ODD_VALUE),
    *(BROKEN_KEY, MISSPELT_EXTRA, UNKNOWN_EXTRA),
)
