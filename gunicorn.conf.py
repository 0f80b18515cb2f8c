"""What gunicorn serves, and how. Its command line may say otherwise, such as `--bind 0.0.0.0:8000`."""

wsgi_app = "secretsadmin.wsgi"
worker_class = "secretsadmin.serving.Worker"
workers = 2
threads = 8
# Each may send 1 MiB before anybody looks at it.
worker_connections = 200
# The site is set up once, and told once if it is set up wrongly.
preload_app = True
# It would lie in the user's home, where two sites of one user meet.
control_socket_disable = True
