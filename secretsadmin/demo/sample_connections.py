"""The connections of a company that doesn't exist, in every spelling that Airflow reads.

`<env>` stands for the environment's name. Every credential begins with "demo" or is no secret at
all.
"""

import json

from secretsadmin.demo.sample import Sample

RDS_BILLING = {
    "engine": "postgres",
    "host": "billing.<env>.rds.example.internal",
    "port": 5432,
    "username": "billing_reader",
    "password": "demo-rds-7Hq2",
    "dbInstanceIdentifier": "billing-<env>",
}

KAFKA = "kafka-1.<env>.example.com:9093,kafka-2.<env>.example.com:9093"
LONG_ID = "partner_exchange_" + "europe_middle_east_and_africa_" * 4 + "settlement_files_v2"

EVERYWHERE = (
    Sample(
        "analytics_warehouse",
        "postgres://airflow:demo-wh-3@warehouse.<env>.example.internal:5432/analytics?sslmode=require",
        "Analytics warehouse, read and write. Password rotated every quarter.",
        "postgres",
        earlier=(
            "postgres://airflow:demo-wh-1@warehouse-old.<env>.example.internal:5432/analytics",
            "postgres://airflow:demo-wh-2@warehouse.<env>.example.internal:5432/analytics?sslmode=require",
        ),
    ),
    Sample(
        "orders_replica",
        "mysql://reporting:demo-orders@orders-replica.<env>.example.internal:3306/orders?charset=utf8mb4",
        "Read replica of the shop's orders, 30 s behind",
        "mysql",
        owner="shop",
    ),
    Sample(
        "snowflake_finance",
        json.dumps(
            {
                "conn_type": "snowflake",
                "login": "AIRFLOW_LOADER",
                "password": "demo-snow-2",
                "schema": "REPORTING",
                "extra": {
                    "account": "ex12345.eu-central-1",
                    "warehouse": "LOAD_WH",
                    "database": "FINANCE",
                    "role": "LOADER",
                },
            }
        ),
        "Finance marts, loader role",
        "snowflake",
        owner="finance",
        earlier=(
            '{"conn_type": "snowflake", "login": "AIRFLOW_LOADER", "password": "demo-snow-1"}',
        ),
    ),
    Sample(
        "aws_default",
        '{"conn_type": "aws", "extra": {"role_arn": "arn:aws:iam::123456789012:role/airflow-<env>",'
        ' "region_name": "eu-central-1"}}',
        "The role that all AWS operators use unless told otherwise",
        "aws",
    ),
    Sample(
        "partner_bucket",
        "aws://demo-access-key-id:demo%2Fsecret%2Fkey@/?region_name=us-east-1",
        "Drop zone of our logistics partner, keys issued by them",
        "aws",
        owner="logistics",
    ),
    Sample(
        "bigquery_marketing",
        json.dumps(
            {
                "conn_type": "google_cloud_platform",
                "extra": {
                    "project": "example-marketing-<env>",
                    "keyfile_dict": {
                        "type": "service_account",
                        "client_email": "airflow@example-marketing-<env>.iam.example.com",
                        "private_key": "demo-private-key",
                    },
                    "num_retries": 5,
                },
            },
            indent=2,
        ),
        "Campaign exports in BigQuery",
        "google_cloud_platform",
        owner="marketing",
    ),
    Sample(
        "ads_api",
        "google-cloud-platform://?__extra__=%7B%22project%22%3A+%22example-ads-%3Cenv%3E%22%7D",
        "Ad spend, one project per environment",
        "google_cloud_platform",
        owner="marketing",
    ),
    Sample(
        "crm_api",
        '{"conn_type": "http", "host": "https://crm.<env>.example.com", "login": "airflow",'
        ' "password": "demo-crm", "extra": "{\\"headers\\": {\\"X-Api-Version\\": \\"4\\"}}"}',
        "CRM, contacts and deals",
        "http",
        owner="sales",
    ),
    Sample(
        "pricing_service",
        "http://pricing:demo-price@pricing.<env>.example.internal:8443/https",
        "Price lists, refreshed at 05:00",
        "http",
        owner="shop",
    ),
    Sample(
        "edge_gateway", "ssh://deploy@edge.<env>.example.internal:22?timeout=10", "Jump host", "ssh"
    ),
    Sample(
        "bank_statements",
        "sftp://example-bank:demo-p%40ss%2Fword%23@sftp.bank.example.com:2222/outbox?no_host_key_check=false",
        "Statements in CAMT.053, one file per account and day",
        "sftp",
        owner="finance",
    ),
    Sample("cache", "redis://:demo-redis@cache.<env>.example.internal:6379?db=2", "", "redis"),
    Sample(
        "events",
        json.dumps(
            {
                "conn_type": "kafka",
                "extra": {
                    "bootstrap.servers": KAFKA,
                    "group.id": "airflow",
                    "security.protocol": "SASL_SSL",
                    "sasl.username": "airflow",
                    "sasl.password": "demo-kafka",
                },
            }
        ),
        "Click and order events",
        "kafka",
    ),
    Sample(
        "slack_alerts",
        '{"conn_type": "slack", "password": "demo-slack", "extra": {"timeout": 30}}',
        "Posts failed runs to #data-alerts-<env>",
        "slack",
    ),
    Sample(
        "smtp_default",
        "smtp://airflow%40example.com:demo-smtp@smtp.example.com:587?timeout=30&retry_limit=5",
        "Outgoing mail",
        "smtp",
    ),
    Sample(
        "erp",
        "mssql://svc-airflow:demo-erp@erp.<env>.example.internal:1433/ERP",
        "ERP, nightly snapshot only. Ask finance before adding queries.",
        "mssql",
        owner="finance",
    ),
    Sample(
        "databricks_jobs",
        '{"conn_type": "databricks", "host": "https://dbc-demo-<env>.databricks.example.com",'
        ' "password": "demo-databricks", "extra": {"http_path": "/sql/1.0/warehouses/demo"}}',
        "Feature engineering jobs",
        "databricks",
        owner="data-science",
    ),
    Sample(
        "sessions",
        "mongo://airflow:demo-mongo@mongo.<env>.example.internal:27017/sessions?ssl=true",
        "Web sessions, 90 days",
        "mongo",
        owner="web",
    ),
    Sample(
        "legacy_drop",
        "ftp://upload:demo-ftp@ftp.example.com:21",
        "Until the wholesaler moves to SFTP",
        "ftp",
    ),
    Sample(
        "lake",
        '{"conn_type": "wasb", "login": "exampledatalake", "password": "demo-account-key",'
        ' "extra": {"tenant_id": "demo-tenant"}}',
        "Data lake, raw zone",
        "wasb",
    ),
    Sample(
        "redshift_bi",
        '{"engine": "redshift", "host": "bi.<env>.redshift.example.internal", "port": "5439",'
        ' "user": "bi_loader", "pass": "demo-redshift", "database": "bi"}',
        "Mart that the BI tool reads",
        "redshift",
    ),
    Sample(
        "billing_db",
        json.dumps(RDS_BILLING),
        "Made by RDS, rotated by RDS",
        "postgres",
        owner="billing",
    ),
    Sample(
        "search_logs",
        "elasticsearch://reader:demo-search@logs.<env>.example.internal:9200/https",
        "Task logs of the last 14 days",
        "elasticsearch",
    ),
)

PROD_ONLY = (
    Sample(
        "analytics--dashboards_db",
        "postgres://dashboards:demo-dash@dashboards.prod.example.internal:5432/dashboards",
        "Only for DAGs of the analytics team",
        "postgres",
        owner="analytics",
    ),
    Sample(
        "analytics--web_tracking",
        (
            '{"conn_type": "http", "host": "https://tracking.example.com", "password": '
            '"demo-tracking"}'
        ),
        "Page views, hourly export",
        "http",
        owner="analytics",
    ),
    Sample(
        "analytics_trino",
        "trino://airflow:demo-trino@trino.prod.example.internal:8443/hive?protocol=https",
        "Use <b>only</b> for reports & never for the nightly load",
        "trino",
        owner="analytics",
    ),
    Sample(
        "payments_gateway",
        "http://airflow:demo-pay-1@payments.prod.example.internal:443/https",
        "Settlement reports",
        "http",
        owner="payments",
        rolled_back="http://airflow:demo-pay-2@payments-v2.prod.example.internal:443/https",
    ),
    Sample(
        LONG_ID,
        "sftp://exchange:demo-exchange@files.exchange.example.com:22/settlement",
        "Settlement files of all partners in the region",
        "sftp",
        owner="payments",
    ),
    Sample(
        "warehouse_loader",
        "postgres://loader:demo-pw/with#slash@warehouse.prod.example.internal:5432/staging",
        "Loads staging tables",
        "postgres",
    ),
    Sample(
        "support_inbox",
        (
            '{"conn_type": "imap", "host": "imap.example.com", "login": "support", "password": '
            '"demo-imap"}'
        ),
        "",
        owner="",
    ),
    Sample(
        "java_keystore",
        b"\xfe\xed\xfe\xed demo keystore",
        "Keystore of the old scheduler",
        owner="",
    ),
    Sample(
        "old_orders_db",
        "mysql://reporting:demo-old@orders-old.prod.example.internal:3306/orders",
        "Replaced by orders_replica",
        "mysql",
        owner="shop",
        scheduled_days_ago=12,
    ),
)
