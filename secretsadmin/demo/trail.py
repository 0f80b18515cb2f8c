"""A small CloudTrail: who wrote to the emulator's Secrets Manager, in the shapes of real events.

The name of an access key is the name of the role that uses it. An event never holds a value.
"""

import json
import re
import uuid
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from moto.core.exceptions import JsonRESTError

from secretsadmin.demo.paging import page

TARGET = "CloudTrail_20131101."
PAGE = 50
ACCOUNT, REGION = "123456789012", "eu-central-1"
DASHBOARD, OWN_KEY = "secretsadmin", "demo"
MOST_EVENTS = 50_000
_KEY = re.compile(r"Credential=([^/=]{1,128})/")
# What each call's event holds of what was sent, and of what was answered, by AWS's own spellings.
_SENT = {
    "CreateSecret": ("name", "clientRequestToken"),
    "PutSecretValue": ("secretId", "clientRequestToken"),
    "UpdateSecret": ("secretId", "clientRequestToken"),
    "UpdateSecretVersionStage": (
        *("secretId", "versionStage", "moveToVersionId", "removeFromVersionId"),
    ),
    "DeleteSecret": ("recoveryWindowInDays", "forceDeleteWithoutRecovery", "secretId"),
    "RestoreSecret": ("secretId",),
    "TagResource": ("secretId",),
    "UntagResource": ("secretId",),
}
_ANSWERED = {
    "PutSecretValue": {"ARN": "arn"},
    "UpdateSecret": {"ARN": "arn"},
    "UpdateSecretVersionStage": {"ARN": "ARN"},
    "DeleteSecret": {"Name": "name", "ARN": "aRN"},
    "RestoreSecret": {"Name": "name", "ARN": "ARN"},
}


@dataclass
class Trail:
    """The events, oldest first; those of the last `lag` seconds can't be looked up yet."""

    lag: float = 0
    events: deque[tuple[float, dict[str, Any]]] = field(
        default_factory=lambda: deque(maxlen=MOST_EVENTS)
    )

    def note(
        self,
        operation: str,
        headers: Any,
        sent: Mapping[str, Any],
        answer: str,
        error: str,
        at: float,
    ) -> None:
        if operation not in _SENT:
            return
        parameters = {}
        for name in _SENT[operation]:
            if (key := f"{name[0].upper()}{name[1:]}") in sent:
                parameters[name] = sent[key]
        event = {
            "eventVersion": "1.09",
            "userIdentity": _identity(headers),
            "eventTime": datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "eventSource": "secretsmanager.amazonaws.com",
            "eventName": operation,
            "awsRegion": REGION,
            "sourceIPAddress": "198.51.100.7",
            "userAgent": headers.get("User-Agent", ""),
            "requestParameters": parameters,
            "responseElements": _answered(operation, answer),
            "eventID": str(uuid.uuid4()),
            "readOnly": False,
            "eventType": "AwsApiCall",
            "managementEvent": True,
            "recipientAccountId": ACCOUNT,
        }
        if error:
            event |= {"errorCode": error, "responseElements": None}
        self.events.append((at, event))

    def respond(self, body: bytes, now: float) -> tuple[int, dict[str, str], str]:
        headers = {
            "Content-Type": "application/x-amz-json-1.1",
            "x-amzn-RequestId": str(uuid.uuid4()),
        }
        try:
            return 200, headers, self._looked_up(json.loads(body or b"{}"), now)
        except JsonRESTError as error:
            return 400, headers, error.description

    def _looked_up(self, params: dict[str, Any], now: float) -> str:
        names = [attribute["AttributeValue"] for attribute in params.get("LookupAttributes", ())]
        since, until = params.get("StartTime", 0), params.get("EndTime", now)
        fitting = []
        for at, event in reversed(self.events):
            is_known = since <= at <= until and at <= now - self.lag
            if is_known and (not names or event["eventName"] in names):
                fitting.append((at, event))
        answer = page(fitting, {"MaxResults": PAGE} | params, PAGE, lambda _: True)
        answer["Events"] = [_listed(at, event) for at, event in answer.pop("rows")]
        return json.dumps(answer)


def _listed(at: float, event: Mapping[str, Any]) -> dict[str, Any]:
    """An event as LookupEvents lists it: it names no resources."""
    return {
        "EventId": event["eventID"],
        "EventName": event["eventName"],
        "EventSource": event["eventSource"],
        "EventTime": int(at),
        "ReadOnly": "false",
        "Resources": [],
        "CloudTrailEvent": json.dumps(event),
    }


def _identity(headers: Any) -> dict[str, Any]:
    signed = _KEY.search(headers.get("Authorization", ""))
    role = signed[1] if signed else DASHBOARD
    session = "script"
    if role == OWN_KEY:
        role, session = DASHBOARD, "dashboard"
    return {
        "type": "AssumedRole",
        "principalId": f"AROAEXAMPLE:{session}",
        "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/{role}/{session}",
        "accountId": ACCOUNT,
        "sessionContext": {
            "sessionIssuer": {
                "type": "Role",
                "arn": f"arn:aws:iam::{ACCOUNT}:role/{role}",
                "accountId": ACCOUNT,
                "userName": role,
            },
        },
    }


def _answered(operation: str, answer: str) -> dict[str, Any] | None:
    spellings = _ANSWERED.get(operation)
    if spellings is None or not answer:
        return None
    given = json.loads(answer)
    return {name: given[key] for key, name in spellings.items() if key in given}
