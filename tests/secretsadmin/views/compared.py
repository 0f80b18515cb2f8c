"""Two versions of a secret, to be compared."""

from secretsadmin.demo.emulator import Emulator
from tests.support.site import CONNECTIONS, overwrite, put

URL = f"{CONNECTIONS}/compare/orders/"
HTMX = {"HX-Request": "true"}


def variable(emulator: Emulator, before: str | bytes, after: str) -> dict[str, str]:
    one = put(emulator, "airflow/variables/policy", before)
    return {"one": one, "other": overwrite(emulator, "airflow/variables/policy", after)}
