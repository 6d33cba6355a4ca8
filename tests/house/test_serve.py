"""The whole of ./run once, from an empty data folder to the last process gone."""

import json
import os
import signal
import socket
import subprocess
import time
import urllib.request
from pathlib import Path

import pytest

from tests import needs
from tests.house.test_run import ROOT, environment, run


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A data folder and a free port, with the environment that names them."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    return {"GUIYANG_DATA": tmp_path_factory.mktemp("data") / "of-its-own", "PORT": port}


@pytest.fixture
def served(place):
    """./run, ready; ended afterwards whatever happened."""
    process = subprocess.Popen(
        [ROOT / "run"], env=environment(**place), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    with process:
        line = process.stdout.readline()
        yield process, line
        process.kill()
        wait_for(lambda: not processes(place))


def processes(place):
    """pid → command line of every live process that works on this data folder."""
    mark = f"GUIYANG_DATA={place['GUIYANG_DATA']}\0".encode()
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if mark in (folder / "environ").read_bytes():
                found[int(folder.name)] = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            continue
    return {pid: command for pid, command in found.items() if command}


def worker(place):
    return next((pid for pid, command in processes(place).items() if " worker " in command), None)


def wait_for(claim, seconds=10.0):
    deadline = time.monotonic() + seconds
    while not (holds := claim()) and time.monotonic() < deadline:
        time.sleep(0.1)
    return holds


def ask(place, path):
    with urllib.request.urlopen(f"http://127.0.0.1:{place['PORT']}{path}", timeout=10) as answer:
        return answer.status, answer.read()


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason=needs.reason("/proc"))
class TestServe:
    """In this order: the first start makes the data folder that the others find."""

    def test_from_nothing_to_the_address_and_gone_within_ten_seconds(self, place, served):
        process, line = served
        assert line == f"http://127.0.0.1:{place['PORT']}/\n"
        status, body = ask(place, "/healthz")
        assert status == 200
        assert json.loads(body)["database"] == "ok"
        for path in [place["GUIYANG_DATA"], *place["GUIYANG_DATA"].rglob("*")]:
            assert path.stat().st_mode & 0o077 == 0, path
        began = time.monotonic()
        process.send_signal(signal.SIGTERM)
        rest, said = process.communicate(timeout=15)
        assert process.returncode == 0, said
        assert time.monotonic() - began < 10
        assert rest == ""
        assert "demo-cio" in said
        assert "WARNING" not in said
        assert not processes(place)

    def test_a_killed_worker_is_back_and_the_third_time_everything_stops(self, place, served):
        process, _ = served
        for _ in range(2):
            was = wait_for(lambda: worker(place))
            os.kill(was, signal.SIGKILL)
            assert wait_for(lambda was=was: worker(place) not in (None, was), 5)
        os.kill(worker(place), signal.SIGKILL)
        said = process.communicate(timeout=15)[1]
        assert process.returncode == 1
        assert "后台任务进程一分钟内第三次" in said
        assert not processes(place)

    def test_a_second_start_refuses_and_commands_work_beside_the_first(self, place, served):
        process, _ = served
        second = run(**place)
        assert (second.returncode, second.stdout) == (1, "")
        assert f"进程 {process.pid}" in second.stderr
        assert f"http://127.0.0.1:{place['PORT']}/" in second.stderr
        beside = run("check", cwd=place["GUIYANG_DATA"], **place)
        assert beside.returncode == 0, beside.stderr

    def test_nothing_outlives_a_killed_start_and_the_next_one_waits_for_that(self, place, served):
        process, _ = served
        process.kill()
        process.wait()
        again = subprocess.Popen(
            [ROOT / "run"], env=environment(**place), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        with again:
            assert again.stdout.readline() == f"http://127.0.0.1:{place['PORT']}/\n"
            again.send_signal(signal.SIGINT)
            assert again.wait(15) == 0
        assert wait_for(lambda: not processes(place))
