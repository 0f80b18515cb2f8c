"""A listing of thousands of secrets ... (each test finishes the sentence)."""

import gc
import json
import tracemalloc
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import partial
from typing import Any
from uuid import UUID

from moto.core.request import Request

from secretsadmin.demo.emulator import Answer, Emulator
from secretsadmin.kinds import CONFIG, CONNECTIONS, Kind
from secretsadmin.store import listing
from secretsadmin.store.listing import Listing
from tests.secretsadmin.store.acts import default
from tests.support.faults import FaultProxy
from tests.support.sweeps import end_of_sweeps


def of(kind: Kind) -> Listing:
    return listing.listing(default(), kind)


def many(request: Request, count: int, ask: Callable[[Request], Answer]) -> Answer:
    """So many secrets as AWS lists them, without the time that it takes to make them."""
    if not request.headers.get("X-Amz-Target", "").endswith("ListSecrets"):
        return ask(request)
    begin = int(json.loads(request.get_data()).get("NextToken", 0))
    page: dict[str, Any] = {"SecretList": [entry(number) for number in range(begin, begin + 100)]}
    if begin + 100 < count:
        page["NextToken"] = str(begin + 100)
    return 200, {"Content-Type": "application/x-amz-json-1.1"}, json.dumps(page)


def entry(number: int) -> dict[str, Any]:
    name = f"airflow/connections/warehouse_of_the_region_{number:05}"
    return {
        "ARN": f"arn:aws:secretsmanager:eu-central-1:123456789012:secret:{name}-AbCdEf",
        "Name": name,
        "Description": f"The warehouse of region {number}, read by its nightly pipelines",
        "CreatedDate": 1_760_000_000 + number,
        "LastChangedDate": 1_770_000_000 + number,
        "Tags": [{"Key": "airflow:conn-type", "Value": "postgres"}],
        "SecretVersionsToStages": {
            str(UUID(int=number)): ["AWSCURRENT"],
            str(UUID(int=-~number << 64)): ["AWSPREVIOUS"],
        },
    }


def test_takes_less_than_forty_megabytes_for_ten_thousand(
    proxy: FaultProxy, emulator: Emulator
) -> None:
    """Tracing is slow, so a tenth of them is weighed."""
    del proxy
    emulator.respond = partial(many, count=1_000, ask=emulator.respond)
    of(CONFIG).sweep_and_wait()
    gc.collect()
    tracemalloc.start()

    known = of(CONNECTIONS).sweep_and_wait()

    gc.collect()
    used, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(known.secrets) == 1_000
    assert used < 40 * 1024 * 1024 / 10


def test_is_read_with_one_query_and_no_call(
    proxy: FaultProxy,
    emulator: Emulator,
    django_assert_num_queries: Callable[[int], AbstractContextManager[object]],
) -> None:
    emulator.respond = partial(many, count=10_000, ask=emulator.respond)
    of(CONNECTIONS).sweep()
    end_of_sweeps()
    calls = proxy.calls.copy()

    with django_assert_num_queries(1):
        known = of(CONNECTIONS).read()

    assert len(known.secrets) == 10_000
    assert calls == proxy.calls == {"ListSecrets": 100}
