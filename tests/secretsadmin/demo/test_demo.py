"""`make demo` serves a whole site from any folder, and ends with all that it started."""

import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import requests
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

from secretsadmin.demo import site
from secretsadmin.demo.__main__ import FOLDER

PATIENCE = 120
LAST_LINE = "Ctrl-C ends it."


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


@contextmanager
def demo(port: int) -> Iterator[str]:
    """Its address, once it has said what it has to say."""
    command = [sys.executable, "-m", "secretsadmin.demo", "--port", str(port)]
    with subprocess.Popen(command, cwd=site.ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        try:
            assert any(LAST_LINE in line for line in process.stdout)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(PATIENCE)
            shutil.rmtree(FOLDER / str(port))


def is_ready(url: str) -> bool:
    until_it_listens = Retry(PATIENCE, backoff_factor=1, backoff_max=1)
    with requests.Session() as session:
        session.mount("http://", HTTPAdapter(max_retries=until_it_listens))
        return session.get(f"{url}/health/ready", timeout=PATIENCE).text == "ready"


def test_leaves_another_demo_of_the_same_folder_alone() -> None:
    with ExitStack() as stack:
        urls = [stack.enter_context(demo(free_port())) for _ in range(2)]

        assert [is_ready(url) for url in urls] == [True, True]
