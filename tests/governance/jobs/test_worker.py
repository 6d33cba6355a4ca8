"""Jobs in real processes on a data folder of their own: limits, kills, races."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(__file__).resolve().parents[3]


def a_house(folder: Path) -> dict[str, str]:
    """The environment of processes on a data folder of their own (SQLite in a file: they share it)."""
    return {k: v for k, v in os.environ.items() if k not in ("DATABASE_URL", "REDIS_URL", "GUIYANG_TODAY")} | {
        "GUIYANG_DATA": str(folder),
        "GUIYANG_MODE": "embedded",
        "PYTHONPATH": str(ROOT),
        "PYTHONUTF8": "1",
        "DJANGO_SETTINGS_MODULE": "tests.governance.drill.settings",
    }


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    """A migrated data folder; the environment that names it."""
    environment = a_house(tmp_path_factory.mktemp("jobs"))
    subprocess.run([sys.executable, "manage.py", "migrate", "-v", "0"], cwd=ROOT, env=environment, check=True)
    return environment


def start(house, *args: str, **more) -> subprocess.Popen:
    command = [sys.executable, "-m", "tests.governance.drill.play", *args]
    return subprocess.Popen(
        command, cwd=ROOT, env=house, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **more
    )


def answer(process: subprocess.Popen, within: float = 60):
    out, err = process.communicate(timeout=within)
    assert process.returncode == 0, err
    return json.loads(out.strip().splitlines()[-1])


def play(house, *args: str):
    return answer(start(house, *args))


def job_of(house, pk: str) -> dict:
    found = play(house, "look")
    return found["jobs"][-1]


def test_every_kind_of_trouble_ends_its_job_alone(house):
    """A good one, one that wants 3 GiB, one that kills itself, one that never ends, and a good one behind them."""
    kinds = ["good", "greedy", "suicidal", "endless", "good"]
    ids = [play(house, "make", kind)[0] for kind in kinds]
    states = play(house, "perform", *ids)
    assert states == ["done", "failed", "queued", "queued", "done"]
    rows = play(house, "look")["jobs"][-5:]
    assert "内存超过" in rows[1]["error"]
    assert "意外中断" in rows[2]["error"]
    assert "超过 2 秒" in rows[3]["error"]
    assert [r["attempts"] for r in rows] == [1] * 5


def test_a_poison_job_fails_after_three_attempts(house):
    pk = play(house, "make", "suicidal")[0]
    assert play(house, "perform", pk, pk, pk, pk) == ["queued", "queued", "failed", ""]


def test_of_two_processes_that_claim_at_once_each_job_goes_to_one(house):
    ids = play(house, "make", "good", "40")
    moment = str(time.time() + 3)
    racers = [start(house, "race", moment, *ids) for _ in range(2)]
    won = [answer(racer) for racer in racers]
    assert sum(won) == 40, won


def test_a_child_whose_worker_was_killed_ends_by_itself(house):
    pk = play(house, "make", "good", "1", '{"pause_s": 30}')[0]
    worker = start(house, "perform", pk, start_new_session=True)
    children: list[int] = []
    end = time.monotonic() + 20
    while time.monotonic() < end and len(children) < 1:
        children = children_of(worker.pid)
        time.sleep(0.05)
    assert children
    time.sleep(1.5)
    children = children_of(worker.pid) or children
    worker.kill()
    worker.communicate()
    end = time.monotonic() + 10
    while time.monotonic() < end and any(Path(f"/proc/{pid}").exists() for pid in children):
        time.sleep(0.1)
    assert [pid for pid in children if Path(f"/proc/{pid}").exists()] == []


def children_of(pid: int) -> list[int]:
    try:
        return [int(p) for p in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def kill_drill(house, jobs: int, kills: int, seed: int) -> dict:
    """Two workers, killed at random moments until the kills are used up; then one finishes what is left."""
    chance = random.Random(seed)
    play(house, "make", "good", str(jobs))
    crew: list[subprocess.Popen] = [start(house, "work", "600", start_new_session=True) for _ in range(2)]
    for _ in range(kills):
        time.sleep(chance.uniform(0.5, 6.0))
        victim = chance.randrange(2)
        os.killpg(crew[victim].pid, signal.SIGKILL)
        crew[victim].communicate()
        crew[victim] = start(house, "work", "600", start_new_session=True)
    for worker in crew:
        worker.communicate(timeout=600)
    return play(house, "look")


@pytest.mark.drill
def test_workers_killed_again_and_again_lose_nothing_and_make_nothing_twice(house):
    before = play(house, "look")
    after = kill_drill(house, jobs=60, kills=20, seed=2006)
    made = after["jobs"][len(before["jobs"]) :]
    ended = [row["state"] for row in made]
    assert set(ended) <= {"done", "failed"}
    assert len(ended) == 60
    done = ended.count("done")
    assert after["documents"] - before["documents"] == done
    assert after["notices"] - before["notices"] == 60
    whole = [name for name in after["files"] if not name.endswith(".part")]
    assert len(whole) >= after["documents"]


def drilled(program: str, environment: dict[str, str], seconds: int, **counts: int) -> dict:
    """What a drill's program found; its own judgement is its exit code. The programs' own counts are the large ones."""
    command = [sys.executable, "-m", f"tests.governance.drill.{program}", *(f"--{k}={n}" for k, n in counts.items())]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=seconds)
    assert done.returncode == 0, done.stdout + done.stderr[-3000:]
    return json.loads(done.stdout.strip().splitlines()[-1])


@pytest.mark.drill
@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_kills_of_two_racing_workers_lose_double_and_break_nothing(database, tmp_path, empty_databases):
    environment = a_house(tmp_path)
    if database == "postgresql":
        if not settings.ON_POSTGRESQL:
            pytest.skip("needs PostgreSQL: DATABASE_URL is not set")
        environment["DATABASE_URL"] = empty_databases()
    subprocess.run([sys.executable, "manage.py", "migrate", "-v", "0"], cwd=ROOT, env=environment, check=True)
    found = drilled("kills", environment, 900, jobs=250, kills=250)
    assert found["kills"] == 250
    assert found["done"] == found["jobs"] >= 250


@pytest.mark.drill
def test_killed_workers_and_a_lost_emptied_or_hung_redis_lose_nothing_and_block_no_request(tmp_path, empty_databases):
    if not shutil.which("redis-server"):
        pytest.fail("redis-server is not installed: apt-get install redis-server")
    environment = a_house(tmp_path) | ({"DATABASE_URL": empty_databases()} if settings.ON_POSTGRESQL else {})
    found = drilled("broker", environment, 900, kills=8, flushes=4, hangs=4)
    assert (found["kills"], found["flushes"], found["hangs"]) == (8, 4, 4)
