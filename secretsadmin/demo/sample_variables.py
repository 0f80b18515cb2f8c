"""The variables and config options of the company that `sample_connections` tells of."""

import json

from secretsadmin.demo.sample import Sample

STORES = {
    f"store-{number:03}": {
        "city": f"City {number}",
        "opened": f"20{number % 25:02}-0{number % 9 + 1}-01",
        "timezone": "Europe/Berlin",
        "active": number % 7 > 0,
    }
    for number in range(200)
}

EVERYWHERE = (
    Sample("environment", "<env>", "Shown in subject lines"),
    Sample("raw_bucket", "s3://example-raw-<env>", "Landing zone"),
    Sample(
        "report_recipients",
        '["finance@example.com", "board@example.com"]',
        "Daily revenue report",
        owner="finance",
        earlier=('["finance@example.com"]',),
    ),
    Sample(
        "feature_flags",
        '{\n  "new_attribution": true,\n  "backfill_days": 3\n}',
        "Read by every DAG at parse time",
        earlier=(
            '{"new_attribution": false, "legacy_tracking": "until the move", "backfill_days": 3}',
        ),
    ),
    Sample("max_active_backfills", "4"),
    Sample("retry_policy", '{"retries": 3, "delay_minutes": 5,}', "Default arguments of new DAGs"),
    Sample(
        "release_note",
        "Marts are rebuilt on Sunday.\nAsk in #data.\n",
        "First page of the handbook",
    ),
    Sample("stores", json.dumps(STORES), "All stores, from the master data export"),
)

PROD_ONLY = (
    Sample("analytics--sample_rate", "0.25", "Share of page views that is kept", owner="analytics"),
    Sample("freeze_until", "2026-01-07", "No deployments before this day", owner="release"),
)

CONFIG = (
    Sample(
        "sql_alchemy_conn",
        "postgresql+psycopg2://airflow:demo-metadata@metadata.<env>.example.internal:5432/airflow",
        "Airflow's own database",
    ),
    Sample("fernet_key", "demo-fernet-key", "Encrypts what Airflow keeps in its database"),
    Sample("sentry_dsn", "https://demo@sentry.example.com/1", "Errors of the scheduler"),
)
