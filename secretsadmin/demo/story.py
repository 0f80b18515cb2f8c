"""What the people of the samples' company did in the last weeks, the first act first.

None of them exists, and each name says so wherever it is shown.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

ANA, JON, LI, SAM = (f"{name} (demo)" for name in ("ana", "jon", "li", "sam"))
PEOPLE = {ANA: "admins", JON: "editors", LI: "editors", SAM: "viewers"}
# The role of a script that goes past the site.
NIGHTLY = "crm-nightly-load"
DONE, SHOWN, DENIED, OVERTAKEN = 302, 200, 403, 409
# An act may send these. Each stands for what its secret has at that moment.
CURRENT, PREVIOUS, DESCRIPTION = "<current>", "<previous>", "<description>"


@dataclass(frozen=True)
class Act:
    """Some days ago, somebody sent a form to a page of the site.

    `who` is a role for a script that went past the site. `secret` is an environment, a kind and an
    id; a form that creates a secret has its id in what is `sent`. `status` is the page's answer.
    """

    days: float
    who: str
    verb: str
    secret: str
    sent: Mapping[str, str] = field(default_factory=dict, repr=False)
    status: int = DONE


WAREHOUSE = "prod/connections/analytics_warehouse"
BIGQUERY = "dev/connections/bigquery_marketing"
CRM = "prod/connections/crm_api"
BACKFILLS = "prod/variables/max_active_backfills"
RETRIES = "dev/variables/retry_policy"
# Somebody who may not see the password must type it where it goes to another host.
MOVED = {"host": "warehouse-2.prod.example.internal", "password": "demo-wh-5"}
LOYALTY = {
    "conn_id": "loyalty_api",
    "conn_type": "http",
    "host": "https://loyalty.dev.example.com",
    "login": "airflow",
    "password": "demo-loyalty-1",
    "description": "Points and vouchers of the shop's customers",
    "reason": "First load of the loyalty mart",
}

STORY = (
    Act(38.3, LI, "open", "dev/connections/orders_replica", status=SHOWN),
    Act(
        38.2,
        LI,
        "update",
        "dev/connections/orders_replica",
        {"schema": "orders_v2", "reason": "New schema"},
    ),
    Act(34.1, LI, "create", "dev/connections", LOYALTY),
    Act(
        31.4,
        ANA,
        "update",
        WAREHOUSE,
        {"password": "demo-wh-4", "reason": "Rotated, as every quarter"},
    ),
    Act(29.2, ANA, "create", "prod/connections", LOYALTY | {"host": "https://loyalty.example.com"}),
    Act(29.1, JON, "open", "prod/connections/loyalty_api", status=SHOWN),
    Act(27.3, JON, "create", "dev/variables", {"key": "loyalty_batch_size", "value": "500"}),
    Act(
        24.4,
        JON,
        "update",
        "dev/variables/loyalty_batch_size",
        {"value": "2000", "reason": "The API allows it"},
    ),
    Act(
        22.2,
        LI,
        "delete",
        "dev/connections/lake",
        {"days": "30", "reason": "Nobody reads the raw zone any more"},
    ),
    Act(21.8, LI, "restore", "dev/connections/lake", {"reason": "The audit team still does"}),
    Act(20.3, SAM, "update", "dev/variables/environment", {"value": "test"}, DENIED),
    Act(17.5, JON, "update", WAREHOUSE, MOVED | {"reason": "New cluster"}),
    Act(
        17.4, JON, "roll-back", WAREHOUSE, {"reason": "The new cluster refuses Airflow's addresses"}
    ),
    Act(15.2, JON, "update", BACKFILLS, {"value": "12", "reason": "Backfill of the third quarter"}),
    Act(14.6, JON, "reveal", "prod/connections/payments_gateway", {"field": "password"}, DENIED),
    Act(14.5, ANA, "reveal", "prod/connections/payments_gateway", {"field": "password"}, SHOWN),
    Act(
        12.3,
        LI,
        "update",
        BIGQUERY,
        {"extra.num_retries": "8", "reason": "Exports time out on Mondays"},
    ),
    Act(11.2, JON, "roll-back", BACKFILLS, {"reason": "The backfill is done"}),
    Act(9.4, JON, "update", WAREHOUSE, MOVED | {"reason": "It lets us in now"}),
    Act(9.35, JON, "compare", WAREHOUSE, {"one": PREVIOUS, "other": CURRENT}, SHOWN),
    Act(
        9.3,
        JON,
        "label",
        WAREHOUSE,
        {"label": "before-move", "reason": "To go back to, until the old one is off"},
    ),
    Act(
        7.2,
        ANA,
        "update",
        CRM,
        {"login": "airflow-prod", "password": "demo-crm-2", "reason": "A user of our own"},
    ),
    Act(
        6.1,
        NIGHTLY,
        "put",
        CRM,
        {"value": '{"conn_type": "http", "host": "https://crm.prod.example.com"}'},
    ),
    Act(6.0, ANA, "open", CRM, status=SHOWN),
    Act(5.9, ANA, "roll-back", CRM, {"reason": "A script has overwritten login and password"}),
    Act(
        5.2,
        LI,
        "update",
        RETRIES,
        {"value": '{"retries": 5, "delay_minutes": 5}', "reason": "No comma at the end"},
    ),
    Act(
        4.3,
        LI,
        "update",
        "dev/connections/loyalty_api",
        {"password": "demo-loyalty-2", "reason": "Rotated"},
    ),
    Act(
        4.2,
        JON,
        "update",
        "dev/connections/loyalty_api",
        {"version": PREVIOUS, "login": "etl"},
        OVERTAKEN,
    ),
    Act(
        3.4,
        ANA,
        "delete",
        "prod/connections/legacy_drop",
        {"days": "14", "reason": "The wholesaler has SFTP now"},
    ),
    Act(2.2, ANA, "copy", WAREHOUSE, {"format": "uri"}, SHOWN),
    Act(1.3, LI, "open", "dev/connections/smtp_default", status=SHOWN),
    Act(
        0.9,
        ANA,
        "update",
        "prod/config/fernet_key",
        {"value": "demo-fernet-key-2", "reason": "Rotated"},
    ),
    Act(0.4, JON, "update", BACKFILLS, {"value": "6", "reason": "Two more for the loyalty mart"}),
)
