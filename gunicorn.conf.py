"""What gunicorn serves, and how.

Its command line may say otherwise, such as `--bind 0.0.0.0:8000`.
"""

from importlib import import_module
from types import ModuleType

wsgi_app = "secretsadmin.wsgi"
worker_class = "secretsadmin.server.worker.Worker"
workers = 2
threads = 8
# Each may send 1 MiB before anybody looks at it, and 6 MiB to the address of an import.
worker_connections = 200
# The site is set up once, and told once if it is set up wrongly.
preload_app = True
# It would lie in the user's home, where two sites of one user meet.
control_socket_disable = True


def post_worker_init(worker: object) -> None:
    del worker
    housekeeping().start()


def worker_exit(server: object, worker: object) -> None:
    """Gunicorn's main process calls this too, for a worker that was killed, and stops nothing."""
    del server, worker
    runs().stop_all()
    housekeeping().stop()


def housekeeping() -> ModuleType:
    """The module needs Django's settings, which are there when the site has been loaded."""
    return import_module("secretsadmin.housekeeping")


def runs() -> ModuleType:
    return import_module("secretsadmin.transfer.running")
