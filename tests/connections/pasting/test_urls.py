"""Pasting a URL ... (each test finishes the sentence)."""

import json
from typing import Any

import pytest

from connections.pasting import paste
from tests.connections.pasting.pasted import fields

KEY_FILE = json.dumps(
    {"type": "service_account", "project_id": "acme", "private_key": "-----BEGIN\n", "x": [1]}
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "snowflake://ann:pw@acme-eu/SALES/PUBLIC?warehouse=WH&role=R",
            {"conn_type": "snowflake", "login": "ann", "password": "pw", "schema": "PUBLIC"}
            | {
                "extra": {"account": "acme-eu", "database": "SALES", "warehouse": "WH", "role": "R"}
            },
        ),
        (
            "jdbc:snowflake://acme.eu-west-1.snowflakecomputing.com/?db=SALES&schema=PUBLIC&warehouse=WH&role=R&user=ann",
            {"conn_type": "snowflake", "login": "ann", "schema": "PUBLIC"}
            | {
                "extra": {
                    "account": "acme.eu-west-1",
                    "database": "SALES",
                    "warehouse": "WH",
                    "role": "R",
                }
            },
        ),
        (
            "snowflake://ann:pw@/PUBLIC?account=acme",
            {
                "conn_type": "snowflake",
                "login": "ann",
                "password": "pw",
                "schema": "PUBLIC",
                "extra": {"account": "acme"},
            },
        ),
        (
            "snowflake://ann:pw@acme.snowflakecomputing.com/PUBLIC?extra__snowflake__account=acme&warehouse=WH",
            {
                "conn_type": "snowflake",
                "login": "ann",
                "password": "pw",
                "host": "acme.snowflakecomputing.com",
            }
            | {
                "schema": "PUBLIC",
                "extra": {"extra__snowflake__account": "acme", "warehouse": "WH"},
            },
        ),
        (
            "snowflake://ann:pw@acme.snowflakecomputing.com/PUBLIC?database=SALES",
            {
                "conn_type": "snowflake",
                "login": "ann",
                "password": "pw",
                "host": "acme.snowflakecomputing.com",
            }
            | {"schema": "PUBLIC", "extra": {"database": "SALES"}},
        ),
        (
            "mysql+pymysql://ann@db/sales",
            {"conn_type": "mysql", "login": "ann", "host": "db", "schema": "sales"},
        ),
        (
            "mssql+pyodbc://ann:pw@MyDsn",
            {"conn_type": "mssql", "login": "ann", "password": "pw", "host": "MyDsn"},
        ),
        (
            "redshift+redshift_connector://db:5439/x",
            {"conn_type": "redshift", "host": "db", "port": 5439, "schema": "x"},
        ),
        (
            "oracle+oracledb://ann:pw@db:1521/?service_name=sales",
            {"conn_type": "oracle", "login": "ann", "password": "pw", "host": "db", "port": 1521}
            | {"extra": {"service_name": "sales"}},
        ),
        (
            "databricks+connector://token:pw@acme.cloud.databricks.com:443/default?http_path=/sql/1",
            {
                "conn_type": "databricks",
                "password": "pw",
                "host": "acme.cloud.databricks.com",
                "port": 443,
            }
            | {"schema": "default", "extra": {"http_path": "/sql/1"}},
        ),
        ("bigquery://acme/sales", {"conn_type": "gcpbigquery", "extra": {"project": "acme"}}),
        (
            "trino://ann@db:8080/hive/sales",
            {"conn_type": "trino", "login": "ann", "host": "db", "port": 8080, "schema": "sales"}
            | {"extra": {"catalog": "hive"}},
        ),
        (
            "trino://ann@db/sales",
            {"conn_type": "trino", "login": "ann", "host": "db", "schema": "sales"},
        ),
        ("clickhouse+native://db/x", {"conn_type": "clickhouse", "host": "db", "schema": "x"}),
        ("sqlite:////var/x.db", {"conn_type": "sqlite", "host": "/var/x.db"}),
        (
            "awsathena+rest://AK:SK@athena.eu-west-1.amazonaws.com:443/sales?s3_staging_dir=s3://b/",
            {"conn_type": "athena", "login": "AK", "password": "SK", "schema": "sales"}
            | {"extra": {"region_name": "eu-west-1", "s3_staging_dir": "s3://b/"}},
        ),
        (
            "mongodb+srv://ann:pw@db/sales?retryWrites=true",
            {
                "conn_type": "mongo",
                "login": "ann",
                "password": "pw",
                "host": "db",
                "schema": "sales",
            }
            | {"extra": {"srv": True, "retryWrites": "true"}},
        ),
        ("https://api.example.com/v1", {"conn_type": "http", "host": "https://api.example.com/v1"}),
        (
            "jdbc:sqlserver://db:1433;databaseName=sales;user=ann;password={p;}}w};encrypt=true",
            {
                "conn_type": "mssql",
                "host": "db",
                "port": 1433,
                "schema": "sales",
                "login": "ann",
                "password": "p;}w",
            },
        ),
        (
            "jdbc:oracle:thin:@//db:1521/sales",
            {"conn_type": "oracle", "host": "db", "port": 1521, "extra": {"service_name": "sales"}},
        ),
        (
            "jdbc:oracle:thin:ann/pw@db:1521:orcl",
            {"conn_type": "oracle", "host": "db", "port": 1521, "login": "ann", "password": "pw"}
            | {"extra": {"sid": "orcl"}},
        ),
        ("jdbc:oracle:thin:@sales_high", {"conn_type": "oracle", "extra": {"dsn": "sales_high"}}),
        (
            "jdbc:mysql://db/x?sslMode=REQUIRED",
            {"conn_type": "mysql", "host": "db", "schema": "x", "extra": {"ssl_mode": "REQUIRED"}},
        ),
        (
            "jdbc:redshift:iam://db:5439/x",
            {
                "conn_type": "redshift",
                "host": "db",
                "port": 5439,
                "schema": "x",
                "extra": {"iam": True},
            },
        ),
        (
            "jdbc:redshift://db:5439/x;UID=ann;PWD=pw",
            {
                "conn_type": "redshift",
                "host": "db",
                "port": 5439,
                "schema": "x",
                "login": "ann",
                "password": "pw",
            },
        ),
        (
            "jdbc:trino://db:443/hive/sales?user=ann&SSL=true",
            {"conn_type": "trino", "host": "db", "port": 443, "login": "ann", "schema": "sales"}
            | {"extra": {"catalog": "hive", "protocol": "https"}},
        ),
        (
            "jdbc:databricks://db:443/default;transportMode=http;httpPath=/sql/1;AuthMech=3;UID=token;PWD=pw",
            {
                "conn_type": "databricks",
                "host": "db",
                "port": 443,
                "schema": "default",
                "password": "pw",
            }
            | {"extra": {"http_path": "/sql/1"}},
        ),
        (
            "jdbc:unheard://db:1/x?user=ann&password=p%2Fw&a=1",
            {
                "conn_type": "jdbc",
                "host": "jdbc:unheard://db:1/x?a=1",
                "login": "ann",
                "password": "p/w",
            },
        ),
        (
            "jdbc:teradata://db/DATABASE=x,USER=ann,PASSWORD=pw",
            {
                "conn_type": "jdbc",
                "host": "jdbc:teradata://db/DATABASE=x",
                "login": "ann",
                "password": "pw",
            },
        ),
        (
            KEY_FILE,
            {
                "conn_type": "google_cloud_platform",
                "extra": {"project": "acme", "keyfile_dict": KEY_FILE},
            },
        ),
    ],
)
def test_puts_each_part_where_the_hook_looks_for_it(text: str, expected: dict[str, Any]) -> None:
    assert fields(paste(text)) == expected
