"""Forms full of canaries, and the pages on which none may turn up."""

import json
from typing import Any

from tests.support.canaries import PLAIN
from tests.support.wire import connected

ENCODED = "\u00e4%2F/@:?#"


def fields(canaries: dict[str, str], **more: Any) -> dict[str, Any]:
    extra = {"keep": canaries["one"], "nested": {"deep": [canaries["two"]]}}
    plain = {name: canaries[name] for name in PLAIN}
    given = {
        "conn_type": "postgres",
        **plain,
        "password": canaries["password"] + ENCODED,
        "extra": json.dumps(extra),
    }
    return {**given, "format": "auto", **more}


def pages(kind: str, key: str) -> list[str]:
    verbs = ("detail", "update", "history", "label", "roll-back", "delete")
    return [f"/dev/{kind}/{verb}/{key}/" for verb in verbs] + [
        f"/dev/{kind}/",
        f"/dev/{kind}/?q={key}",
        "/dev/",
        "/dev/recycle-bin/",
        "/dev/health/",
        "/dev/setup/",
        "/dev/setup/proof/",
        "/audit/",
    ]


def version(kind: str, key: str, endpoint: str) -> str:
    with connected(endpoint) as client:
        return client.get_secret_value(SecretId=f"dev/{kind}/{key}", VersionStage="AWSCURRENT")[
            "VersionId"
        ]
