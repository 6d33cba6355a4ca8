"""`python -m tests.governance.drill.broker [--kills N] [--flushes N] [--hangs N] [--seed N]`:
the real broker in trouble.

On a migrated database of its own (GUIYANG_DATA or DATABASE_URL) with a Redis server of its own: real Celery workers in
process groups of their own, a beat and the web server. Jobs are requested over HTTP all the while. The workers' groups
are killed with SIGKILL; Redis is emptied, killed and started again; Redis hangs (SIGSTOP). Every request must be
answered, and at the end every job must be done once. Prints one JSON line, exit 1 where anything was lost or doubled,
or where the slowest requests (the 99th of 100) took longer than 300 ms and twice as long without Redis as with it.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import json
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
PASSWORD = "Guiyang-2006"
SLOWEST_P99_MS = 300


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


class House:
    """Redis, web server, workers and beat of one drill; every process in a group of its own."""

    def __init__(self, environment: dict[str, str], folder: Path) -> None:
        self.redis_port, self.web_port, self.folder = free_port(), free_port(), folder
        self.environment = environment | {
            "REDIS_URL": f"redis://127.0.0.1:{self.redis_port}/0",
            "DRILL_HURRY": "1",
            "PYTHONPATH": str(ROOT),
            "DJANGO_SETTINGS_MODULE": "tests.governance.drill.settings",
            "GUIYANG_MODE": "embedded",
            "PYTHONUTF8": "1",
        }
        self.log = open(folder / "drill.log", "ab")  # noqa: SIM115 - closed in end()
        self.processes: list[subprocess.Popen] = []

    def start(self, *command: str) -> subprocess.Popen:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=self.environment,
            stdout=self.log,
            stderr=self.log,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
        self.processes.append(process)
        return process

    def redis(self) -> subprocess.Popen:
        process = self.start(
            "redis-server",
            "--port",
            str(self.redis_port),
            "--bind",
            "127.0.0.1",
            "--save",
            "",
            "--appendonly",
            "no",
            "--dir",
            str(self.folder),
        )
        until(lambda: self.tell_redis("PING") == "PONG", 10)
        return process

    def tell_redis(self, *words: str) -> str:
        done = subprocess.run(
            ["redis-cli", "-p", str(self.redis_port), *words], capture_output=True, text=True, timeout=10
        )
        return done.stdout.strip()

    def celery(self, *args: str) -> subprocess.Popen:
        return self.start(
            sys.executable, "-P", "-W", "ignore", "-m", "celery", "--quiet", "--app", "guiyang_egov", *args
        )

    def worker(self) -> subprocess.Popen:
        return self.celery(
            "worker", "--pool=threads", "--concurrency=2", "--without-gossip", "--without-mingle", "--loglevel=ERROR"
        )

    def web(self) -> subprocess.Popen:
        process = self.start(
            sys.executable,
            "-m",
            "gunicorn",
            "guiyang_egov.wsgi",
            "--bind",
            f"127.0.0.1:{self.web_port}",
            "--worker-class",
            "gthread",
            "--threads",
            "4",
            "--log-level",
            "error",
        )
        until(self._answers, 60)
        return process

    def _answers(self) -> bool:
        with contextlib.suppress(OSError):
            link = http.client.HTTPConnection("127.0.0.1", self.web_port, timeout=5)
            link.request("GET", "/healthz")
            return link.getresponse().status == 200
        return False

    def end(self) -> None:
        for process in self.processes:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGCONT)
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        self.log.close()


def until(question, seconds: float) -> None:
    """Wait until the answer is yes; TimeoutError after so many seconds."""
    end = time.monotonic() + seconds
    while not question():
        if time.monotonic() > end:
            raise TimeoutError(question)
        time.sleep(0.05)


class Visitor(threading.Thread):
    """Somebody who logs in and asks for a report and reads the page, again and again;
    remembers how long each answer took."""

    def __init__(self, port: int) -> None:
        super().__init__(daemon=True)
        self.port, self.cookies, self.asked, self.bad = port, {}, 0, []
        self.times: list[tuple[str, float]] = []  # (what Redis was, seconds)
        self.redis_is, self.over = "up", False

    def call(self, method: str, path: str, fields: dict | None = None) -> tuple[int, str]:
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        headers = {
            "Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items()),
            "Referer": f"http://127.0.0.1:{self.port}/",
        }
        if fields is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        link.request(method, path, urllib.parse.urlencode(fields or {}), headers)
        answer = link.getresponse()
        for value in answer.headers.get_all("Set-Cookie", []):
            name, _, rest = value.partition("=")
            self.cookies[name] = rest.split(";")[0]
        body = answer.read().decode()
        link.close()
        return answer.status, body

    def log_in(self) -> None:
        _, page = self.call("GET", "/login/")
        status, _ = self.call("POST", "/login/", {"username": "demo-office", "password": PASSWORD, **self.token(page)})
        assert status == 302, status

    @staticmethod
    def token(page: str) -> dict[str, str]:
        return {"csrfmiddlewaretoken": re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page).group(1)}

    def run(self) -> None:
        _, page = self.call("GET", "/governance/documents/")
        fields = self.token(page) | {"kind": "quick", "year": "2007", "formats": "json"}
        while not self.over:
            for method, path, form in [("POST", "/governance/documents/request/", fields)] + [
                ("GET", "/governance/documents/", None)
            ] * 4:
                was, began = self.redis_is, time.monotonic()
                status, _ = self.call(method, path, form)
                if was == self.redis_is:  # it stayed what it was for the whole answer
                    self.times.append((was, time.monotonic() - began))
                self.asked += method == "POST" and status == 302
                if status not in (200, 302):
                    self.bad.append((path, status))
                time.sleep(0.25)


def drill(house: House, kills: int, flushes: int, hangs: int, seed: int) -> dict:
    chance, began = random.Random(seed), time.monotonic()
    redis = house.redis()
    house.web()
    house.celery("beat", "--schedule", str(house.folder / "beat"), "--loglevel=ERROR")
    crew = [house.worker(), house.worker()]
    visitor = Visitor(house.web_port)
    visitor.log_in()
    visitor.start()
    todo = ["kill"] * kills + ["flush"] * flushes + ["hang"] * hangs
    chance.shuffle(todo)
    for what in todo:
        time.sleep(chance.uniform(0.5, 2.5))
        if what == "kill":
            one = chance.randrange(2)
            os.killpg(crew[one].pid, signal.SIGKILL)
            crew[one].wait()
            crew[one] = house.worker()
        elif what == "flush":
            house.tell_redis("FLUSHALL")
            redis.kill()
            redis.wait()
            visitor.redis_is = "down"
            time.sleep(chance.uniform(1, 3))
            visitor.redis_is = "up"
            redis = house.redis()
        else:
            os.kill(redis.pid, signal.SIGSTOP)
            visitor.redis_is = "down"
            time.sleep(chance.uniform(2, 5))
            visitor.redis_is = "up"
            os.kill(redis.pid, signal.SIGCONT)
    visitor.over = True
    visitor.join(60)
    return (
        {
            "kills": kills,
            "flushes": flushes,
            "hangs": hangs,
            "asked": visitor.asked,
            "bad_answers": visitor.bad[:5],
            **latencies(visitor.times),
        }
        | settle(house, visitor.asked)
        | {"seconds": round(time.monotonic() - began)}
    )


def latencies(times: list[tuple[str, float]]) -> dict:
    found = {}
    for state in ("up", "down"):
        some = sorted(seconds for was, seconds in times if was == state)
        found[f"requests_{state}"] = len(some)
        found[f"p99_{state}_ms"] = round(some[int(len(some) * 0.99)] * 1000) if some else None
    return found


def settle(house: House, asked: int) -> dict:
    """Wait until nothing is under way, then count with a process of the same house."""

    def look() -> dict:
        done = subprocess.run(
            [sys.executable, "-m", "tests.governance.drill.broker", "--count"],
            cwd=ROOT,
            env=house.environment,
            capture_output=True,
            text=True,
            check=True,
        )
        return json.loads(done.stdout.strip().splitlines()[-1])

    end = time.monotonic() + 600
    while (found := look())["open"] and time.monotonic() < end:
        time.sleep(2)
    return found | {"lost": asked - found["done"]}


def count() -> dict:
    import django

    django.setup()
    from django.db.models import Count

    from governance.models import Document, Job, Notice

    rows = Job.objects.filter(kind="quick")
    twice = Document.objects.filter(kind="quick").values("job").annotate(n=Count("pk")).filter(n__gt=1).count()
    return {
        "jobs": rows.count(),
        "done": rows.filter(state="done").count(),
        "open": rows.filter(state__in=("queued", "running")).count(),
        "doubled": twice,
        "notices": Notice.objects.filter(key__startswith="job:").count(),
    }


def prepare(environment: dict[str, str]) -> None:
    """Tables, the plan and its people."""
    program = (
        "import django; django.setup(); from django.core.management import call_command as c;"
        "c('migrate', verbosity=0); c('load_plan', verbosity=0);"
        "from guiyang_egov.demo.accounts import create_accounts; create_accounts()"
    )
    subprocess.run([sys.executable, "-c", program], cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL)


def is_good(found: dict) -> bool:
    """Every request answered in time, every job done once and told once."""
    whole = found["asked"] == found["jobs"] == found["done"] == found["notices"]
    right = whole and not found["lost"] and not found["doubled"] and not found["bad_answers"]
    return right and found["p99_down_ms"] <= max(SLOWEST_P99_MS, 2 * found["p99_up_ms"])


def main() -> int:
    words = argparse.ArgumentParser()
    words.add_argument("--kills", type=int, default=30)
    words.add_argument("--flushes", type=int, default=10)
    words.add_argument("--hangs", type=int, default=10)
    words.add_argument("--seed", type=int, default=2006)
    words.add_argument("--count", action="store_true", help="count the jobs of the house and end")
    asked = words.parse_args()
    if asked.count:
        print(json.dumps(count()))
        return 0
    if not shutil.which("redis-server"):
        print("redis-server is not installed: apt-get install redis-server", file=sys.stderr)
        return 2
    folder = Path(tempfile.mkdtemp(prefix="drill-"))
    house = House(dict(os.environ), folder)
    try:
        prepare(house.environment)
        found = drill(house, asked.kills, asked.flushes, asked.hangs, asked.seed)
    finally:
        house.end()
        shutil.rmtree(folder, ignore_errors=True)
    print(json.dumps(found))
    return 0 if is_good(found) else 1


if __name__ == "__main__":
    sys.exit(main())
