"""The one command: what it says when it cannot go on, what it passes on, and that it leaves nothing behind."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from guiyang_egov import __main__ as command_line
from guiyang_egov.management.commands import serve
from guiyang_egov.runtime import healthy
from guiyang_egov.runtime.supervise import Child
from tests import needs

ROOT = Path(__file__).resolve().parents[2]
CHINESE_SENTENCE = re.compile(r"[\u4e00-\u9fff].*。")


def run(*args, cwd=ROOT, script=ROOT / "run", **env):
    """Run ./run with `env` over a clean environment; returns the finished process."""
    return subprocess.run([str(script), *args], cwd=cwd, env=environment(**env), capture_output=True, text=True)


def environment(**env):
    left_out = ("PYTHON", "GUIYANG_", "DJANGO_", "DATABASE_URL", "REDIS_URL", "HOST", "PORT", "PYTEST")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(left_out)}
    return kept | {"NO_APT": "1"} | {name: str(value) for name, value in env.items()}


@pytest.fixture
def bare_product(tmp_path):
    """./run with its lock files in a folder whose name has a space, and a PATH that holds only what we put there."""
    folder, tools = tmp_path / "电子 政务", tmp_path / "bin"
    folder.mkdir()
    tools.mkdir()
    for name in ("run", "requirements.lock", "requirements-dev.lock"):
        shutil.copy(ROOT / name, folder / name)
    for name in ["sh", "readlink", "dirname", "cksum", "mktemp", "rm", "mkdir", "cat", "grep", "tail", "uname", "id"]:
        (tools / name).symlink_to(shutil.which(name))
    return folder, tools


def fake_python(tools, name, facts, venv="exit 0"):
    """A `python3.x` that answers ./run's question with `facts` and its other calls with `venv`."""
    file = tools / name
    file.write_text(f'#!/bin/sh\ncase "$*" in *ensurepip*) echo "{facts}";; *) {venv};; esac\n')
    file.chmod(0o755)
    return file


def refused(bare_product, *args):
    folder, tools = bare_product
    done = run(*args, script=folder / "run", cwd=folder, PATH=tools)
    assert done.returncode == 1, done.stderr
    assert done.stdout == ""
    assert CHINESE_SENTENCE.search(done.stderr), done.stderr
    return done.stderr


def test_the_script_is_plain_posix_shell():
    dash = needs.program("dash", "dash")
    assert subprocess.run([dash, "-n", ROOT / "run"], capture_output=True).stderr == b""


def test_without_any_python_the_sentence_says_which_to_install(bare_product):
    assert "没有找到 Python 3.11 至 3.13" in refused(bare_product)


def test_a_python_too_old_or_too_new_is_named(bare_product):
    fake_python(bare_product[1], "python3", "wrong 3.14 /x")
    assert "找到的 Python 是 3.14" in refused(bare_product)


def test_a_python_without_venv_gets_the_line_to_type(bare_product):
    fake_python(bare_product[1], "python3.11", "bare 3.11 /x")
    assert "sudo apt-get install -y python3-venv" in refused(bare_product)


def test_where_dnf_installs_the_line_to_type_is_its(bare_product):
    tools = bare_product[1]
    (tools / "dnf").write_text("#!/bin/sh\n")
    (tools / "dnf").chmod(0o755)
    assert "sudo dnf install -y python3.11" in refused(bare_product)
    fake_python(tools, "python3.12", "bare 3.12 /x")
    assert "sudo dnf install -y python3.12-pip" in refused(bare_product)


def test_a_half_made_environment_is_made_again_and_does_not_look_finished(bare_product):
    folder, tools = bare_product
    (folder / ".venv" / "bin").mkdir(parents=True)
    fake = fake_python(tools, "python3.12", f"usable 3.12 {tools / 'python3.12'}", venv="exit 1")
    fake.write_text(fake.read_text().replace("*) exit 1", "*flock*|*ctypes*) exit 0;; *) exit 1"))
    said = refused(bare_product)
    assert "不完整" in said
    assert "无法建立运行环境" in said
    assert not (folder / ".venv").exists()


def test_without_network_the_sentence_names_the_cure_and_the_next_try_starts_again(bare_product):
    folder, tools = bare_product
    body = (
        'mkdir -p "$4/bin"; printf "#!/bin/sh\\n[ \\$1 = -c ] && exit 0\\n'
        'echo ERROR: No matching distribution found for x >&2; exit 1\\n" > "$4/bin/python"; chmod 755 "$4/bin/python"'
    )
    (tools / "chmod").symlink_to(shutil.which("chmod"))
    fake = fake_python(tools, "python3.12", f"usable 3.12 {tools / 'python3.12'}", venv=body)
    fake.write_text(fake.read_text().replace("*) mkdir", "*flock*|*ctypes*) exit 0;; *) mkdir"))
    said = refused(bare_product)
    assert "网络" in said
    assert "PIP_FIND_LINKS" in said
    assert (folder / ".venv" / ".unfinished").exists()
    assert not (folder / ".venv" / ".stamp").exists()
    assert "不完整" in refused(bare_product)


def test_missing_pango_gets_the_one_line_and_does_not_stop_the_command(bare_product):
    folder, tools = bare_product
    body = (
        'mkdir -p "$4/bin"; printf "#!/bin/sh\\ncase \\"\\$*\\" in *guiyang_egov*) echo went on;; esac\\n" '
        '> "$4/bin/python"; chmod 755 "$4/bin/python"'
    )
    (tools / "chmod").symlink_to(shutil.which("chmod"))
    fake = fake_python(tools, "python3.12", f"usable 3.12 {tools / 'python3.12'}", venv=body)
    fake.write_text(fake.read_text().replace("*) mkdir", "*flock*) exit 0;; *ctypes*) exit 1;; *) mkdir"))
    done = run("load_plan", script=folder / "run", cwd=folder, PATH=tools)
    assert (done.returncode, done.stdout) == (0, "went on\n")
    assert "libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0" in done.stderr


def test_the_locks_name_no_package_index_and_hash_every_line():
    for name in ("requirements.lock", "requirements-dev.lock"):
        text = (ROOT / name).read_text()
        assert "://" not in text
        pins = text.replace("\\\n", " ").splitlines()
        assert all("==" in pin and "--hash=sha256:" in pin for pin in pins)


def test_the_development_lock_holds_every_line_of_the_other():
    def pins(name):
        return set((ROOT / name).read_text().replace("\\\n", " ").splitlines())

    assert pins("requirements.lock") <= pins("requirements-dev.lock")


def test_the_locks_hold_the_versions_that_the_requirements_name():
    for name in ("requirements", "requirements-dev"):
        wanted = re.findall(r"^([\w.-]+==[\w.]+)", (ROOT / f"{name}.txt").read_text(), re.MULTILINE)
        locked = set(re.findall(r"^([\w.-]+==[\w.]+)", (ROOT / f"{name}.lock").read_text(), re.MULTILINE))
        assert wanted
        assert set(wanted) <= locked


def test_an_unknown_command_is_a_call_that_cannot_be_understood():
    assert "是不是要用 migrate？" in command_line.sentence_for_unknown("migrat")
    assert command_line.main(["migrat"]) == 2


def test_paths_given_to_the_tests_are_seen_from_the_callers_folder():
    args = command_line.pytest_arguments(["house/test_run.py::test_x", "-k", "house", "-q"], ROOT / "tests")
    assert args == ["-n", "2", f"{ROOT}/tests/house/test_run.py::test_x", "-k", "house", "-q"]


@pytest.mark.parametrize("args", [[], ["-q"], ["-x", "-m"]])
def test_the_tests_run_in_two_processes_without_a_word_more(args):
    assert command_line.pytest_arguments(args, ROOT) == ["-n", "2", *args]


@pytest.mark.parametrize("args", [["-n", "0"], ["-n4"], ["-m", "drill"], ["-m", "deploy"], ["--pdb"]])
def test_two_processes_are_only_the_default(args):
    assert command_line.pytest_arguments(args, ROOT) == args


@pytest.mark.parametrize("port", ["abc", "0", "65536", "-1", "８０００", "8000 "])
def test_a_port_that_is_none_is_refused_as_not_understood(port, monkeypatch):
    monkeypatch.setenv("PORT", port)
    with pytest.raises(serve.CannotServe, match="不是端口号") as refusal:
        serve._port()
    assert refusal.value.code == 2


@pytest.mark.parametrize(
    ("host", "shown"),
    [
        ("127.0.0.1", "http://127.0.0.1:8000/"),
        ("0.0.0.0", "http://127.0.0.1:8000/"),
        ("::1", "http://[::1]:8000/"),
        ("10.1.2.3", "http://10.1.2.3:8000/"),
    ],
)
def test_the_address_is_one_that_a_browser_here_can_open(host, shown):
    assert serve.address(host, 8000) == shown


@pytest.mark.parametrize(
    ("allowed", "asked"),
    [("", "localhost"), ("egov.gov.cn,b.cn", "egov.gov.cn"), (".gov.cn", "gov.cn"), ("*", "localhost")],
)
def test_health_is_asked_by_a_name_that_the_site_answers_to(allowed, asked, monkeypatch):
    monkeypatch.setenv("DJANGO_ALLOWED_HOSTS", allowed)
    assert healthy.host() == asked


def test_production_is_not_served_by_the_trial_command(settings):
    settings.EMBEDDED = False
    with pytest.raises(serve.CannotServe, match="docker compose"):
        serve.serve()


def test_a_taken_port_is_named_with_another_to_try():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with (
            pytest.raises(serve.CannotServe, match=f"端口 {port} 已被另一个程序占用"),
            serve._listen("127.0.0.1", port),
        ):
            pass


def test_the_third_death_counts_only_within_a_minute():
    child = Child("x", [])
    assert [child.died_too_often(at) for at in (0, 30, 61, 89, 91, 150)] == [False, False, False, True, True, False]
    calm = Child("x", [])
    assert not any(calm.died_too_often(at) for at in range(0, 600, 31))


SUPERVISED = """
import os, sys, time
from guiyang_egov.runtime.supervise import Child, Supervisor
one = Child("甲", ["sh", "-c", "sleep 600 & wait"])
two = Child("乙", ["sleep", "600"])
supervisor = Supervisor()
supervisor.start(one)
supervisor.start(two)
print(one.process.pid, two.process.pid, supervisor._guard.pid, flush=True)
code = 0
while not supervisor.stopping:
    if not supervisor.watch(0.2):
        code = 1
        break
    print(two.process.pid, flush=True)
supervisor.end()
sys.exit(code)
"""


@pytest.fixture
def supervised():
    """A supervisor with two children, one of which has a child itself; yields (process, its children's groups)."""
    process = subprocess.Popen(
        [sys.executable, "-c", SUPERVISED], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    with process:
        pids = [int(pid) for pid in process.stdout.readline().split()]
        yield process, pids
        process.kill()
        for pid in pids:
            if is_running(pid):
                os.killpg(pid, signal.SIGKILL)


def is_running(group):
    """Whether the process group has a live member; one that is dead and not yet reaped by init is not live."""
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, its_group = stat.read_text().rpartition(") ")[2].split()[:3]
        except OSError:
            continue
        if int(its_group) == group and state not in "ZX":
            return True
    return False


def wait_until(claim, seconds=8.0):
    deadline = time.monotonic() + seconds
    while not (holds := claim()) and time.monotonic() < deadline:
        time.sleep(0.05)
    return holds


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_ends_every_child_and_grandchild(supervised, number):
    process, pids = supervised
    process.send_signal(number)
    assert process.wait(10) == 0
    assert not any(is_running(pid) for pid in pids)


def test_nothing_outlives_a_supervisor_that_is_killed(supervised):
    process, pids = supervised
    process.kill()
    process.wait(10)
    assert wait_until(lambda: not any(is_running(pid) for pid in pids))


def test_a_killed_child_is_started_again_and_the_third_death_ends_all(supervised):
    process, pids = supervised
    latest = pids[1]
    for _ in range(2):
        os.kill(latest, signal.SIGKILL)
        was = latest
        latest = next(int(line) for line in process.stdout if int(line) != was)
    os.kill(latest, signal.SIGKILL)
    said = process.communicate(timeout=10)[1]
    assert process.returncode == 1
    assert "第三次" in said
    assert not any(is_running(pid) for pid in (*pids, latest))


def test_a_killed_guard_is_replaced(supervised):
    process, (one, two, guard) = supervised
    os.killpg(guard, signal.SIGKILL)
    process.stdout.readline()
    time.sleep(0.6)
    process.kill()
    process.wait(10)
    assert wait_until(lambda: not is_running(one) and not is_running(two))


def test_a_second_start_on_the_same_folder_says_who_holds_it(settings, tmp_path):
    settings.DATA_DIR = tmp_path / "data"
    with (
        serve._hold_data_folder("127.0.0.1", 8000),
        pytest.raises(serve.CannotServe, match=f"进程 {os.getpid()}，地址 http://127.0.0.1:8000/"),
        serve._hold_data_folder("127.0.0.1", 8001),
    ):
        pass
    assert (tmp_path / "data").stat().st_mode & 0o777 == 0o700
    with serve._hold_data_folder("127.0.0.1", 8001):
        holder = json.loads((tmp_path / "data" / "serve.lock").read_text())
    assert holder == {"pid": os.getpid(), "address": "http://127.0.0.1:8001/"}
