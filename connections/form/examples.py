"""Examples for the fields of common types, where the provider has none or only repeats the label.

A masked field has none, because people could take it for a secret. Only the first line of a key's
file is no secret.
"""

from collections.abc import Mapping

Examples = Mapping[str, str]

_UUID = "00000000-0000-0000-0000-000000000000"
_KEY = "-----BEGIN OPENSSH PRIVATE KEY-----"
_DATABASE = {"schema": "analytics", "login": "airflow"}
_SSH = {
    "login": "airflow",
    "key_file": "/opt/airflow/.ssh/id_ed25519",
    "private_key": _KEY,
    "conn_timeout": "10",
}
_AWS = {"login": "AKIA…", "password": "", "aws_session_token": ""}
_AZURE = {
    "login": _UUID,
    "password": "",
    "tenantId": _UUID,
    "managed_identity_client_id": _UUID,
    "workload_identity_tenant_id": _UUID,
}
_AZURE_SUBSCRIPTION = {**_AZURE, "subscriptionId": _UUID}
_AZURE_STORAGE = {
    "password": "",
    "connection_string": "",
    "managed_identity_client_id": _UUID,
    "workload_identity_tenant_id": _UUID,
}
_GOOGLE = {
    "project": "my-project",
    "key_path": "/opt/airflow/google.json",
    "scope": "https://www.googleapis.com/auth/cloud-platform",
    "key_secret_name": "airflow-google-key",
    "key_secret_project_id": "my-project",
    "num_retries": "5",
    "impersonation_chain": "loader@my-project.iam.gserviceaccount.com",
    "idp_issuer_url": "https://login.example.com/oauth2/token",
    "client_id": "airflow",
    "quota_project_id": "my-project",
}
_QUERY_ENGINE = {"schema": "default", "login": "airflow", "catalog": "hive", "protocol": "https"}
_SPARK = {"host": "spark://spark.example.com", "port": "7077", "queue": "default"}

EXAMPLES: Mapping[str, Examples] = {
    # Databases, warehouses and query engines.
    "postgres": {**_DATABASE, "application_name": "airflow"},
    "mysql": {**_DATABASE, "charset": "utf8mb4", "unix_socket": "/var/run/mysqld/mysqld.sock"},
    "mssql": _DATABASE,
    "oracle": {"login": "AIRFLOW", "schema": "SALES", "service_name": "ORCLPDB1", "sid": "ORCL"},
    "vertica": _DATABASE,
    "redshift": {
        "host": "my-cluster.abc123.eu-central-1.redshift.amazonaws.com",
        "schema": "dev",
        "login": "airflow",
        "cluster_identifier": "my-cluster",
    },
    "snowflake": {
        "schema": "PUBLIC",
        "login": "AIRFLOW_LOADER",
        "password": "",
        "account": "xy12345.eu-central-1",
        "warehouse": "LOAD_WH",
        "database": "ANALYTICS",
        "region": "eu-central-1",
        "role": "LOADER",
        "private_key_file": "/opt/airflow/snowflake.p8",
        "private_key_content": "-----BEGIN ENCRYPTED PRIVATE KEY-----",
        "proxy_host": "proxy.example.com",
        "proxy_port": "8080",
        "proxy_user": "airflow",
        "proxy_password": "",
    },
    "athena": {**_AWS, "schema": "analytics"},
    "trino": _QUERY_ENGINE,
    "presto": _QUERY_ENGINE,
    "hive_cli": {
        "schema": "default",
        "login": "airflow",
        "proxy_user": "airflow",
        "principal": "hive/_HOST@EXAMPLE.COM",
    },
    "hiveserver2": {"schema": "default", "login": "airflow"},
    "impala": {"schema": "default", "login": "airflow"},
    "druid": {"endpoint": "druid/v2/sql", "login": "airflow"},
    "pinot": {"endpoint": "query/sql", "login": "airflow"},
    "exasol": {"schema": "ANALYTICS", "login": "airflow"},
    "teradata": {
        "host": "teradata.example.com",
        "schema": "analytics",
        "login": "airflow",
        "password": "",
    },
    "ibmdb2": {"host": "db2.example.com", "schema": "SAMPLE", "login": "airflow", "password": ""},
    "ydb": {"login": "airflow", "password": "", "token": ""},
    "arangodb": {"host": "https://arangodb.example.com:8529", "login": "airflow", "password": ""},
    "mongo": {"port": "27017", "schema": "shop", "login": "airflow"},
    "redis": {"login": "airflow", "db": "0", "ssl_ca_certs": "/etc/ssl/certs/ca.pem"},
    "cassandra": {
        "host": "cassandra-1.example.com,cassandra-2.example.com",
        "schema": "shop",
        "login": "airflow",
    },
    "neo4j": {"schema": "neo4j", "login": "neo4j"},
    "influxdb": {"port": "8086", "org": "my-org"},
    "elasticsearch": {"schema": "https", "login": "airflow"},
    "opensearch": {"login": "airflow"},
    "jdbc": {
        "login": "airflow",
        "driver_class": "org.postgresql.Driver",
        "driver_path": "/opt/airflow/postgresql.jar",
    },
    "odbc": {**_DATABASE, "driver": "ODBC Driver 18 for SQL Server"},
    # Clouds, and what stores files in them.
    "aws": _AWS,
    "google_cloud_platform": _GOOGLE,
    "gcpbigquery": {
        **_GOOGLE,
        "location": "EU",
        "priority": "INTERACTIVE",
        "labels": '{"team": "analytics"}',
    },
    "gcpcloudsql": {"project": "my-project"},
    "gcpcloudsqldb": {
        **_DATABASE,
        "project_id": "my-project",
        "location": "europe-west3",
        "instance": "shop",
    },
    "gcpspanner": {"project_id": "my-project", "instance_id": "shop", "database_id": "orders"},
    "gcpssh": {"instance_name": "my-instance", "zone": "europe-west3-a"},
    "azure": {**_AZURE_SUBSCRIPTION, "key_path": "/opt/airflow/azure.json"},
    "azure_compute": _AZURE_SUBSCRIPTION,
    "azure_container_instance": _AZURE_SUBSCRIPTION,
    "azure_synapse": {**_AZURE_SUBSCRIPTION, "host": "https://my-workspace.dev.azuresynapse.net"},
    "azure_data_factory": {
        **_AZURE_SUBSCRIPTION,
        "resource_group_name": "my-resource-group",
        "factory_name": "my-data-factory",
    },
    "azure_data_lake": {
        "login": _UUID,
        "password": "",
        "tenant": _UUID,
        "account_name": "mydatalake",
    },
    "azure_batch": {
        "login": "mybatchaccount",
        "account_url": "https://mybatchaccount.westeurope.batch.azure.com",
        "managed_identity_client_id": _UUID,
        "workload_identity_tenant_id": _UUID,
    },
    "azure_cosmos": {
        "login": "https://mycosmos.documents.azure.com:443/",
        "password": "",
        "database_name": "shop",
        "collection_name": "orders",
        "subscription_id": _UUID,
        "resource_group_name": "my-resource-group",
    },
    "azure_container_registry": {
        "host": "myregistry.azurecr.io",
        "login": "myregistry",
        "password": "",
        "subscription_id": _UUID,
        "resource_group": "my-resource-group",
    },
    "azure_service_bus": {"fully_qualified_namespace": "my-namespace.servicebus.windows.net"},
    "azure_data_explorer": {
        "host": "https://mycluster.westeurope.kusto.windows.net",
        "login": _UUID,
        "password": "",
    },
    "azure_fileshare": {**_AZURE_STORAGE, "login": "mystorageaccount", "sas_token": ""},
    "wasb": {
        **_AZURE_STORAGE,
        "host": "https://mystorageaccount.blob.core.windows.net",
        "login": "mystorageaccount",
        "tenant_id": _UUID,
        "sas_token": "",
    },
    "adls": {**_AZURE_STORAGE, "host": "mystorageaccount", "login": _UUID, "tenant_id": _UUID},
    "powerbi": {"login": _UUID, "tenant_id": _UUID},
    "msgraph": {"login": _UUID, "tenant_id": _UUID},
    # Files and servers.
    "ssh": _SSH,
    "sftp": _SSH,
    "ftp": {"login": "airflow"},
    "samba": {"schema": "reports", "login": "airflow"},
    "webhdfs": {"login": "airflow"},
    "fs": {"path": "/data/incoming"},
    "git": {"login": "airflow", "key_file": "/opt/airflow/.ssh/id_ed25519", "private_key": _KEY},
    "package_index": {
        "host": "https://pypi.example.com/simple",
        "login": "airflow",
        "password": "",
    },
    # Compute, queues and streams.
    "kubernetes": {
        "kube_config_path": "/opt/airflow/.kube/config",
        "namespace": "airflow",
        "cluster_context": "production",
        "xcom_sidecar_container_image": "registry.example.com/alpine:3",
    },
    "spark": {
        **_SPARK,
        "namespace": "spark-jobs",
        "principal": "airflow@EXAMPLE.COM",
        "keytab": "",
    },
    "spark_sql": _SPARK,
    "spark_connect": {"port": "15002", "login": "airflow"},
    "livy": {"login": "airflow", "timeout": "60"},
    "databricks": {"schema": "default", "login": _UUID, "azure_tenant_id": _UUID},
    "docker": {"host": "registry.example.com", "login": "airflow", "email": "airflow@example.com"},
    "jenkins": {"port": "8080", "login": "airflow"},
    "kafka": {
        "bootstrap.servers": "kafka-1.example.com:9092",
        "group.id": "airflow",
        "sasl.username": "airflow",
    },
    # Mail, chat, alerts and applications.
    "http": {"login": "airflow", "timeout": "30"},
    "smtp": {
        "host": "smtp.example.com",
        "port": "465",
        "login": "airflow@example.com",
        "from_email": "airflow@example.com",
        "timeout": "30",
        "retry_limit": "5",
    },
    "email": {"host": "smtp.example.com", "port": "465", "login": "airflow@example.com"},
    "imap": {"host": "imap.example.com", "login": "airflow@example.com"},
    "slack": {"password": ""},
    "slackwebhook": {"password": ""},
    "chime": {"password": ""},
    "opsgenie": {"host": "https://api.eu.opsgenie.com"},
    "datadog": {"api_host": "https://api.datadoghq.eu", "source_type_name": "airflow"},
    "airbyte": {
        "host": "https://api.airbyte.com/v1/",
        "schema": "v1/applications/token",
        "login": _UUID,
    },
    "dbt_cloud": {"host": "cloud.getdbt.com", "login": "12345"},
    "tableau": {"login": "airflow", "site_id": "marketing"},
    "salesforce": {
        "login": "airflow@example.com",
        "domain": "test",
        "instance_url": "https://example.my.salesforce.com",
        "version": "59.0",
    },
    "jira": {"host": "https://example.atlassian.net", "login": "airflow@example.com"},
    "zendesk": {"host": "example.zendesk.com", "login": "airflow@example.com"},
    "asana": {"password": ""},
    "github": {"host": "https://github.example.com/api/v3"},
    "openai": {"host": "https://api.openai.com/v1"},
}


def example(conn_type: str, name: str, provided: str) -> str:
    """The placeholder of a field: our example, if there is one, or what its provider says."""
    return EXAMPLES.get(conn_type, {}).get(name, provided)
