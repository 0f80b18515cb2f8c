"""The common connection types: what Airflow's own pages call each, and the icon that draws it.

Any other type is as good; it goes by its own name.
"""

from typing import NamedTuple


class ConnType(NamedTuple):
    title: str
    icon: str = "database"


COMMON = {
    "postgres": ConnType("Postgres"),
    "mysql": ConnType("MySQL"),
    "mssql": ConnType("Microsoft SQL Server"),
    "oracle": ConnType("Oracle"),
    "snowflake": ConnType("Snowflake", "snowflake"),
    "redshift": ConnType("Amazon Redshift"),
    "gcpbigquery": ConnType("Google BigQuery", "cloud"),
    "databricks": ConnType("Databricks"),
    "trino": ConnType("Trino"),
    "aws": ConnType("Amazon Web Services", "cloud"),
    "google_cloud_platform": ConnType("Google Cloud", "cloud"),
    "azure": ConnType("Azure", "cloud"),
    "wasb": ConnType("Azure Blob Storage", "cloud"),
    "http": ConnType("HTTP", "globe"),
    "ssh": ConnType("SSH", "key-round"),
    "sftp": ConnType("SFTP", "folder"),
    "ftp": ConnType("FTP", "folder"),
    "fs": ConnType("File (path)", "folder"),
    "smtp": ConnType("SMTP", "mail"),
    "imap": ConnType("IMAP", "mail"),
    "email": ConnType("Email", "mail"),
    "slack": ConnType("Slack API", "message-square"),
    "slackwebhook": ConnType("Slack Incoming Webhook", "message-square"),
    "kafka": ConnType("Apache Kafka", "radio"),
    "redis": ConnType("Redis"),
    "mongo": ConnType("MongoDB"),
    "elasticsearch": ConnType("Elasticsearch"),
    "opensearch": ConnType("OpenSearch"),
    "cassandra": ConnType("Cassandra"),
    "neo4j": ConnType("Neo4j"),
    "athena": ConnType("Amazon Athena"),
    "clickhouse": ConnType("ClickHouse"),
    "druid": ConnType("Apache Druid"),
    "duckdb": ConnType("DuckDB"),
    "exasol": ConnType("Exasol"),
    "hive_cli": ConnType("Hive Client Wrapper"),
    "hiveserver2": ConnType("Hive Server 2 Thrift"),
    "ibmdb2": ConnType("IBM Db2"),
    "impala": ConnType("Impala"),
    "jdbc": ConnType("JDBC"),
    "odbc": ConnType("ODBC"),
    "presto": ConnType("Presto"),
    "sqlite": ConnType("SQLite"),
    "teradata": ConnType("Teradata"),
    "vertica": ConnType("Vertica"),
    "spark": ConnType("Spark", "zap"),
    "kubernetes": ConnType("Kubernetes", "ship-wheel"),
    "docker": ConnType("Docker", "container"),
    "git": ConnType("Git", "git-branch"),
    "tableau": ConnType("Tableau", "chart-column"),
    "salesforce": ConnType("Salesforce", "cloud"),
}


def title(conn_type: str) -> str:
    known = COMMON.get(conn_type)
    return known.title if known else conn_type


def icon(conn_type: str) -> str:
    known = COMMON.get(conn_type)
    return known.icon if known else "plug"
