"""What an Airflow finds that is configured by its surroundings alone, as one line of JSON.

read_as_configured.py CONNECTION VARIABLE

    {"connection": {"server": "host", "task": "host"}, "variable": {"server": "text", "task": …},
     "aws_default": {"region_name": "eu-central-1"}}

Run it with an Airflow's Python, whose home folder has the airflow.cfg that counts.
"""

import json
import sys

from tests.conformance.lookups import in_a_task, on_the_server, variable_of


def main() -> None:
    conn_id, key = sys.argv[1:]
    hosts = {"server": on_the_server(conn_id).host, "task": in_a_task(conn_id).host}
    texts = {who: variable_of(who)(key) for who in hosts}
    extra = on_the_server("aws_default").extra_dejson
    answer = {"connection": hosts, "variable": texts, "aws_default": extra}
    sys.stdout.write(f"{json.dumps(answer)}\n")


if __name__ == "__main__":
    main()
