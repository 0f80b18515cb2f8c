"""Import this before Airflow, which reads its settings and creates its home when imported."""

import atexit
import logging
import os
import shutil
import tempfile
from contextlib import suppress

# Airflow logs what it can't read, with the text, and Airflow 3 not all through one library.
logging.disable()
with suppress(ImportError):
    import structlog

    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))

home = tempfile.mkdtemp(prefix="airflow-home-")
atexit.register(shutil.rmtree, home, ignore_errors=True)

os.environ.update(
    AIRFLOW_HOME=home,
    AIRFLOW__CORE__LOAD_EXAMPLES="false",
    # Airflow wants the name of a database, and nothing here opens one that has tables.
    AIRFLOW__DATABASE__SQL_ALCHEMY_CONN=f"sqlite:///{home}/empty.sqlite3",
    AIRFLOW__LOGGING__LOGGING_LEVEL="CRITICAL",
    AIRFLOW__SECRETS__BACKEND="airflow.providers.amazon.aws.secrets.secrets_manager.SecretsManagerBackend",
)
