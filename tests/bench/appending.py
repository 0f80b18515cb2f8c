"""8 processes that add 500 lines each to one audit log: no gap, no fork, and how fast it goes.

It is an SQLite of its own, or the PostgreSQL of DATABASE_URL.
"""

import os
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.support.appending import at_once, manage

PROCESSES, LINES = 8, 500


def main() -> None:
    with TemporaryDirectory() as folder:
        url = os.environ.get("DATABASE_URL") or f"sqlite:///{Path(folder) / 'own.sqlite3'}"
        manage(url, "migrate")
        seconds, refused = at_once(url, PROCESSES, LINES)
        verified = manage(url, "audit", "verify")
    count = PROCESSES * LINES
    print(f"{url.partition(':')[0]}: {PROCESSES} processes, {LINES} lines each")
    print(f"{count / seconds:.0f} lines a second; {refused} were refused and tried again")
    print(verified.stdout or verified.stderr)
    if f"Lines 1 to {count:,} are as they were sealed." not in verified.stdout:
        sys.exit("The log has a gap or a fork.")


if __name__ == "__main__":
    main()
