"""What the installed release makes of texts: PYTHON read_texts.py WHO < texts > readings.

WHO is as for release.py. Texts and readings are JSON lists; a reading is null where this Airflow
finds nothing.
"""

import json
import sys
from dataclasses import asdict

from tests.conformance.release import Asked


def main() -> None:
    asked = Asked(sys.argv[1])
    found = [asked.read(text, {}) for text in json.load(sys.stdin)]
    json.dump([connection and asdict(connection) for connection in found], sys.stdout)


if __name__ == "__main__":
    main()
