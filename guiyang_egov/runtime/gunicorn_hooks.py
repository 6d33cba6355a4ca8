"""Gunicorn's settings in production (`--config python:guiyang_egov.runtime.gunicorn_hooks`)."""

import os

bind = os.environ.get("GUIYANG_BIND") or "127.0.0.1:8000"
worker_class = "gthread"
workers = int(os.environ.get("GUIYANG_WEB_PROCESSES") or 2)
threads = 4
worker_tmp_dir = "/dev/shm"
preload_app = True
control_socket_disable = True
umask = 0o077
graceful_timeout = 20
timeout = 120
loglevel = "warning"


def post_worker_init(worker) -> None:
    """Every web process writes a heartbeat of its own; the parent of a preloaded application serves nobody."""
    from governance.jobs import heart

    heart.start("web")
