"""The production form: a setting that is too weak is refused in a sentence, and what it reads is passed to it."""

from __future__ import annotations

import os
import re
import stat
import subprocess
import sys

import pytest
from django.conf import settings

from tests import needs

ROOT = settings.BASE_DIR
GOOD = {
    "GUIYANG_MODE": "production",
    "DJANGO_SECRET_KEY": "k1y2-" * 12,
    "DJANGO_ALLOWED_HOSTS": "egov.example.gov.cn",
    "DATABASE_URL": "postgres://nobody@127.0.0.1:1/none",
}
# Read by the code, and not an operator's of the compose form: what the image sets, and what only ./run knows.
NOT_OF_COMPOSE = {"DJANGO_DEBUG", "GUIYANG_STATIC", "GUIYANG_BIND", "HOST", "PORT"}
NOT_IN_ENV_FILE = {"GUIYANG_MODE", "DATABASE_URL", "REDIS_URL", "GUIYANG_DATA"}


def manage(*args: str, umask: int = 0o022, **changed) -> subprocess.CompletedProcess:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("DJANGO_", "GUIYANG_", "DATABASE", "REDIS"))}
    environment = kept | {"PYTHONUTF8": "1"} | {k: str(v) for k, v in (GOOD | changed).items()}
    command = [sys.executable, "manage.py", *args]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, umask=umask)


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"DJANGO_SECRET_KEY": "12345"}, "DJANGO_SECRET_KEY 太弱"),
        ({"DJANGO_SECRET_KEY": "a" * 60}, "DJANGO_SECRET_KEY 太弱"),
        ({"DJANGO_SECRET_KEY": ""}, "必须设置环境变量 DJANGO_SECRET_KEY"),
        ({"DJANGO_ALLOWED_HOSTS": ""}, "DJANGO_ALLOWED_HOSTS"),
        ({"DATABASE_URL": ""}, "DATABASE_URL"),
    ],
)
def test_what_is_too_weak_is_refused_in_one_sentence(tmp_path, changed, says):
    done = manage("check", GUIYANG_DATA=tmp_path, **changed)
    assert done.returncode == 2
    assert says in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("command", ["migrate", "prepare"])
def test_without_its_database_a_command_says_so(tmp_path, command):
    done = manage(command, GUIYANG_DATA=tmp_path)
    assert done.returncode == 1
    assert "数据库没有" in done.stderr
    assert "Traceback" not in done.stderr


def test_preloading_of_hsts_can_be_turned_off(tmp_path):
    say = "from django.conf import settings as s; print(s.SECURE_HSTS_PRELOAD, s.SECURE_HSTS_SECONDS)"
    done = manage("shell", "-v", "0", "-c", say, GUIYANG_DATA=tmp_path, GUIYANG_HSTS_PRELOAD=0, GUIYANG_HSTS_SECONDS=60)
    assert done.stdout.strip() == "False 60", done.stderr


def test_what_root_collects_another_user_can_read(tmp_path):
    """The image collects as root under umask 077 and serves as somebody else."""
    goal = tmp_path / "static"
    done = manage(
        "collectstatic",
        *("--noinput", "-v", "0", "-i", "vendor"),
        umask=0o077,
        GUIYANG_MODE="embedded",
        GUIYANG_DATA=tmp_path / "data",
        GUIYANG_STATIC=goal,
        DATABASE_URL="",
    )
    assert done.returncode in (0, 1), done.stderr
    found = [p for p in goal.rglob("*") if p.suffix not in (".gz", ".br")]
    assert found
    for path in found:
        wanted = stat.S_IROTH | (stat.S_IXOTH if path.is_dir() else 0)
        assert path.stat().st_mode & wanted == wanted, path


def test_every_variable_of_the_settings_reaches_the_containers_and_the_guide():
    sources = ("settings.py", "runtime/gunicorn_hooks.py")
    code = "".join((ROOT / "guiyang_egov" / path).read_text() for path in sources)
    names = set(re.findall(r'env\.\w+\(\s*"([A-Z_]+)"', code)) | set(re.findall(r'environ\.get\("([A-Z_]+)"', code))
    compose = (ROOT / "docker-compose.yml").read_text() + (ROOT / "Dockerfile").read_text()
    example, guide = (ROOT / ".env.example").read_text(), (ROOT / "docs/deploy.md").read_text()
    assert {n for n in names - NOT_OF_COMPOSE if n not in compose} == set()
    assert {n for n in names - NOT_OF_COMPOSE - NOT_IN_ENV_FILE if n not in example} == set()
    told = {n for n in names if not n.startswith("EMAIL_")}  # `EMAIL_HOST` 等
    assert {n for n in told if f"`{n}`" not in guide} == set()


def test_health_checks_ask_what_the_processes_write_themselves():
    compose = (ROOT / "docker-compose.yml").read_text()
    for kind in ("worker", "beat"):
        assert f'"guiyang_egov.runtime.healthy", "{kind}"]' in compose
    assert "HOSTNAME" not in compose
    done = subprocess.run(
        [sys.executable, "-m", "guiyang_egov.runtime.healthy", "worker"], cwd=ROOT, env=os.environ | GOOD
    )
    assert done.returncode == 1  # no database, no heartbeat


@needs.postgresql
@pytest.mark.django_db(transaction=True)
def test_a_worker_is_healthy_while_its_own_row_is_fresh(monkeypatch):
    from django.db import connection

    from governance.jobs import heart
    from guiyang_egov.runtime import healthy

    chosen = connection.settings_dict
    place = f"{chosen['HOST']}:{chosen['PORT'] or 5432}/{chosen['NAME']}"
    monkeypatch.setenv("DATABASE_URL", f"postgres://{chosen['USER']}:{chosen['PASSWORD']}@{place}")
    assert not healthy.works("worker")
    heart.write("worker")
    assert healthy.works("worker")
    assert not healthy.works("beat")


UNITS = sorted((ROOT / "deploy/systemd").glob("*.service"))


def test_the_units_of_systemd_run_what_the_containers_run_with_equal_care():
    parts = {unit.stem: unit.read_text(encoding="utf-8").split("User=guiyang\n") for unit in UNITS}
    assert len({part[1].partition("\n[Install]")[0].strip() for part in parts.values()}) == 1
    compose = (ROOT / "docker-compose.yml").read_text() + (ROOT / "Dockerfile").read_text()
    told = {"web": "gunicorn_hooks", "worker": "--pool=threads", "beat": "--schedule=", "prepare": "prepare"}
    for name, words in told.items():
        assert words in parts[f"guiyang-egov-{name}"][0]
        assert words in compose
