"""`./run`: everything in the foreground, web and a real separate worker with its beat, until Ctrl-C."""

import contextlib
import errno
import fcntl
import json
import os
import socket
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import connections

from governance.models import User
from governance.storage.data_folder import SERVE_LOCK
from guiyang_egov.demo.accounts import ACCOUNTS
from guiyang_egov.runtime import prepare
from guiyang_egov.runtime.healthy import is_healthy
from guiyang_egov.runtime.supervise import Child, Supervisor, say

READY_WITHIN_S = 90.0
PREDECESSOR_ENDS_WITHIN_S = 10.0


class CannotServe(Exception):
    """Serving cannot begin; str(e) is shown as it stands, `code` is the exit code."""

    def __init__(self, sentence: str, code: int = 1) -> None:
        super().__init__(sentence)
        self.code = code


class Command(BaseCommand):
    help = "准备数据文件夹，启动网站、后台任务与定时任务，直到 Ctrl-C。"
    requires_system_checks = ()

    def handle(self, *args, **options) -> None:
        try:
            code = serve()
        except CannotServe as reason:
            say(str(reason))
            code = reason.code
        except prepare.CannotPrepare as reason:
            say(str(reason))
            code = 1
        sys.exit(code)


def serve() -> int:
    """Serve until a signal (0) or until a child has died for the third time in a minute (1)."""
    if not settings.EMBEDDED:
        raise CannotServe("正式方式由 docker compose 启动（见 docs/deploy.md）；试用与演示请用 ./run。", code=2)
    os.umask(0o077)
    host, port = os.environ.get("HOST", "") or "127.0.0.1", _port()
    with _hold_data_folder(host, port) as lock, _listen(host, port) as listener:
        settings.STATIC_ROOT.mkdir(mode=0o700, parents=True, exist_ok=True)
        prepare.database(serving=True)
        supervisor = Supervisor(keep_open=(lock,))
        try:
            return _run(supervisor, listener, host, port)
        finally:
            supervisor.end()


def _run(supervisor: Supervisor, listener: socket.socket, host: str, port: int) -> int:
    os.chdir(settings.BASE_DIR)
    supervisor.start(Child("网站进程", gunicorn(listener.fileno()), pass_fds=(listener.fileno(),)))
    supervisor.start(Child("后台任务进程", celery("worker", "--pool=threads", "--concurrency=2", *QUIET_WORKER)))
    deadline = time.monotonic() + READY_WITHIN_S
    while not supervisor.stopping and not is_healthy(f"{address(host, port)}healthz"):
        if time.monotonic() > deadline:
            say("网站没有在 90 秒内就绪，全部停止。请查看上面的错误信息。")
            return 1
        if not supervisor.watch(0.1):
            return 1
    if supervisor.stopping:
        return 0
    supervisor.start(Child("定时任务进程", celery("beat", f"--schedule={settings.DATA_DIR / 'beat-schedule'}")))
    print(address(host, port), flush=True)
    _announce()
    connections.close_all()  # nothing more is asked here; a restarted database must not find us in its way
    while not supervisor.stopping:
        if not supervisor.watch(1.0):
            return 1
    say("正在停止……")
    return 0


def gunicorn(descriptor: int) -> list[str]:
    """The web server on an already listening socket: the port stays ours while a dead server is started again."""
    return [
        *(sys.executable, "-P", "-m", "gunicorn", "guiyang_egov.wsgi:application"),
        *("--bind", f"fd://{descriptor}", "--worker-class", "gthread", "--workers", "2", "--threads", "4"),
        *("--preload", "--no-control-socket", "--graceful-timeout", "5", "--timeout", "120"),
        *("--log-level", "warning", "--umask", "0o077"),
    ]


QUIET_WORKER = ("--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel=WARNING")


def celery(*args: str) -> list[str]:
    return [
        # Root is who runs in a container or a trial machine; messages are JSON, so Celery's warning has no object.
        *(sys.executable, "-P", "-W", "ignore::UserWarning:celery.platforms"),
        *("-m", "celery", "--quiet", "--app", "guiyang_egov", *args),
    ]


def _port() -> int:
    text = os.environ.get("PORT", "") or "8000"
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 65535:
        raise CannotServe(f"PORT={text} 不是端口号。请用 1 至 65535 之间的整数，例如 PORT=8001 ./run。", code=2)
    return int(text)


def address(host: str, port: int) -> str:
    """What to type into a browser on this machine."""
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)
    return f"http://{host}:{port}/"


@contextlib.contextmanager
def _hold_data_folder(host: str, port: int) -> Iterator[int]:
    """Hold the data folder; yields the descriptor of the lock that the guard shares until every child has ended.

    Both locks are the system's (flock): a killed process never leaves one behind. `serve.lock` names its holder; the
    second one tells when the children of a killed holder are gone too.
    """
    folder = settings.DATA_DIR
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _open_lock(folder / SERVE_LOCK) as own, _open_lock(folder / "serve-children.lock") as children:
        if not _try_lock(own):
            holder = _holder(own)
            who = f"进程 {holder.get('pid', '不明')}，地址 {holder.get('address', '不明')}"
            raise CannotServe(
                f"数据文件夹 {folder} 正由另一个 ./run 使用（{who}）。请先停止它，"
                "或另设 GUIYANG_DATA 与 PORT 再启动一份，例如 GUIYANG_DATA=var2 PORT=8001 ./run。"
            )
        deadline = time.monotonic() + PREDECESSOR_ENDS_WITHIN_S
        while not _try_lock(children):
            if time.monotonic() > deadline:
                raise CannotServe(f"数据文件夹 {folder} 上一次启动的进程还没有结束。请稍等片刻再运行。")
            time.sleep(0.1)
        os.ftruncate(own, 0)
        os.pwrite(own, json.dumps({"pid": os.getpid(), "address": address(host, port)}).encode(), 0)
        yield children
        os.ftruncate(own, 0)


@contextlib.contextmanager
def _open_lock(path: Path) -> Iterator[int]:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _try_lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _holder(descriptor: int) -> dict:
    try:
        return json.loads(os.pread(descriptor, 1000, 0))
    except ValueError:
        return {}


@contextlib.contextmanager
def _listen(host: str, port: int) -> Iterator[socket.socket]:
    try:
        family, kind, protocol, _, where = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except OSError:
        raise CannotServe(f"HOST={host} 不是本机的地址。请用 127.0.0.1 或本机的 IP 地址。", code=2) from None
    with socket.socket(family, kind, protocol) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(where)
        except OSError as error:
            raise CannotServe(_why_not_bound(error, host, port)) from None
        listener.listen(256)
        yield listener


def _why_not_bound(error: OSError, host: str, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        other = port + 1 if port < 65535 else port - 1
        return f"端口 {port} 已被另一个程序占用。请停止那个程序，或换一个端口：PORT={other} ./run。"
    if error.errno == errno.EACCES:
        return f"没有权限使用端口 {port}（1024 以下需要管理员）。请换一个端口：PORT=8000 ./run。"
    return f"不能在 {host} 上监听。请用 127.0.0.1 或本机的 IP 地址：HOST=127.0.0.1 ./run。"


def _announce() -> None:
    """Tell people at the terminal what they can do now; scripts read the address on standard output."""
    say(f"{settings.PRODUCT_NAME}已就绪，按 Ctrl-C 停止。数据文件夹：{settings.DATA_DIR}")
    present = set(User.objects.filter(is_demo=True).values_list("username", flat=True))
    shown = [f"  {a.username:<14} {a.title}（{a.organisation}）" for a in ACCOUNTS if a.username in present]
    if shown:
        say("\n".join([f"演示帐号（只能从本机登录，口令都是 {settings.DEMO_PASSWORD}）：", *shown]))
