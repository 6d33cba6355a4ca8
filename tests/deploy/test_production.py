"""The production form from nothing: image, compose file, HTTPS proxy, first administrators, first workbook, a proposal,
a report, a backup, everything destroyed, restored, the same bytes.

    ./run test -m deploy -s

needs podman (or Docker) as root, takes minutes and gigabytes, and is left out unless it is asked for.
"""

from __future__ import annotations

import os
import re
import secrets
import subprocess
import time
from pathlib import Path

import pytest

from tests.deploy.browser import Browser
from tests.deploy.stack import ROOT, Stack, find_engine
from tests.needs import reason
from tests.priorities import stories

pytestmark = pytest.mark.deploy

BEGAN = time.monotonic()
WEB, HTTPS, HTTP = 18000, 18443, 18080
SITE = f"https://localhost:{HTTPS}"
ADMINS = "系统管理员,xitong,钱进\n安全管理员,anquan,郑安\n审计,shenji,孙严\n"
# SIGKILL to the product's processes of a container, its init and this one apart.
KILL = "import os; [os.kill(int(p), 9) for p in os.listdir('/proc') if p.isdigit() and int(p) not in (1, os.getpid())]"
BOOKS = {
    "xitong": ("人员.csv", "用户名,姓名,办公电话,电子邮箱\nshenhe,周敏,,\nweisheng,陈立明,0851-5820101,\n"),
    "anquan": (
        "任职.csv",
        "用户名,单位,角色,方式,代哪个单位,起,止\n"
        "shenhe,市信息办,信息办审核人,,,2007-01-01,\nweisheng,市卫生局,部门CIO,,,2007-01-01,\n",
    ),
    "shenhe": ("申报窗口.csv", "计划年度,开始,截止\n2008,2007-07-01,2007-08-31\n"),
}


@pytest.fixture(scope="module")
def figures():
    """What was measured, printed at the end."""
    found: dict[str, str] = {}
    yield found
    print("\n" + "\n".join(f"{what}\t{value}" for what, value in found.items()))


@pytest.fixture(scope="module")
def stack():
    engine = find_engine()
    if not engine or os.geteuid() != 0:
        pytest.skip(reason("a container engine"))
    env = {
        "DJANGO_SECRET_KEY": secrets.token_urlsafe(50),
        "DJANGO_ALLOWED_HOSTS": "localhost",
        "POSTGRES_PASSWORD": secrets.token_hex(12),
        "GUIYANG_TODAY": "2007-08-20",
        "GUIYANG_SECOND_FACTOR": "offered",  # tests/governance/web/test_second_factor.py is about it
        "GUIYANG_ADDRESS": SITE,
        "WEB_ADDRESS": f"127.0.0.1:{WEB}",
    }
    made = Stack(engine, "guiyang-deploy-test", env)
    made.destroy()
    yield made
    made.destroy()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("tls")
    make = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    make += ["-addext", "subjectAltName=DNS:localhost", "-keyout", "egov.key", "-out", "egov.crt"]
    subprocess.run(make, cwd=folder, check=True, capture_output=True)
    return folder / "egov.crt"


def start(stack: Stack) -> None:
    for service in ("worker", "beat", "web"):
        stack.up(service)


def start_proxy(stack: Stack, certificate: Path) -> None:
    """deploy/nginx.conf with this test's ports, on the host's network as on a real host."""
    text = (ROOT / "deploy" / "nginx.conf").read_text(encoding="utf-8")
    text = text.replace("listen 443 ssl", f"listen 127.0.0.1:{HTTPS} ssl").replace(
        "listen 80", f"listen 127.0.0.1:{HTTP}"
    )
    text = text.replace("127.0.0.1:8000", f"127.0.0.1:{WEB}").replace("egov.example.gov.cn", "localhost")
    (certificate.parent / "default.conf").write_text(text, encoding="utf-8")
    mounts = {
        certificate.parent / "default.conf": "/etc/nginx/conf.d/default.conf",
        certificate: "/etc/nginx/egov.crt",
        certificate.with_name("egov.key"): "/etc/nginx/egov.key",
        ROOT / "deploy" / "maintenance.html": "/etc/nginx/guiyang-egov/maintenance.html",
    }
    volumes = [f"--volume={source}:{goal}:ro" for source, goal in mounts.items()]
    image = "nginx:stable"
    stack.call("run", "--detach", "--network=host", "--name", stack.container("proxy"), *volumes, image)


def import_book(stack: Stack, username: str) -> list[tuple[str, str]]:
    """Register one person's book; returns what was made for whom: addresses of links, codes."""
    name, text = BOOKS[username]
    script = f"cat > /tmp/{name} && python manage.py first_run /tmp/{name} --as {username} --register"
    done = stack.call("exec", "--interactive", stack.container("web"), "sh", "-c", script, input=text)
    return re.findall(r"第 \d+ 行 (\w+)：(?:设密码的链接|已任命，确认码) (\S+)", done.stdout)


def documents(browser: Browser) -> dict[str, bytes]:
    """Every document of the first page of 文档与报表, by its address."""
    page = browser.ask("/governance/documents/")[1].decode()
    addresses = sorted(set(re.findall(r'href="(/governance/documents/[0-9a-f-]{36}/)"', page)))
    return {address: browser.ask(address)[1] for address in addresses}


def wait(claim, seconds: float, what: str):
    deadline = time.monotonic() + seconds
    while not (found := claim()):
        assert time.monotonic() < deadline, f"{what}: not within {seconds:.0f} s"
        time.sleep(1)
    return found


class TestProduction:
    """In this order: each finds what the ones before have built."""

    people: dict[str, tuple[str, str]] = {}
    kept: dict = {}

    def test_the_image_is_built_and_every_process_becomes_healthy(self, stack, figures):
        began = time.monotonic()
        stack.bases()
        figures["基础映像（秒）"] = f"{time.monotonic() - began:.0f}"
        began = time.monotonic()
        stack.build()
        figures["构建映像（秒）"] = f"{time.monotonic() - began:.0f}"
        began = time.monotonic()
        stack.start_network()
        for service in ("postgres", "redis"):
            stack.up(service)
        stack.wait_healthy("postgres")
        stack.wait_healthy("redis")
        figures["PostgreSQL、Redis 就绪（秒）"] = f"{time.monotonic() - began:.0f}"
        began = time.monotonic()
        stack.run(*stack.file["services"]["migrate"]["command"], service="migrate")
        figures["升级数据库并装入规划（秒）"] = f"{time.monotonic() - began:.0f}"
        began = time.monotonic()
        start(stack)
        for service in ("web", "worker", "beat"):
            stack.wait_healthy(service)
        figures["网站、后台、定时就绪（秒）"] = f"{time.monotonic() - began:.0f}"

    @pytest.mark.parametrize("service", ["web", "worker", "beat"])
    def test_it_runs_without_any_right(self, stack, service):
        status = stack.inside(service, "cat", "/proc/1/status").stdout
        assert re.search(r"^CapEff:\t0+$", status, re.M)
        assert stack.inside(service, "id", "-u").stdout.strip() == "10001"
        assert "Read-only" in stack.inside(service, "touch", "/app/x", check=False).stderr
        modes = stack.inside(service, "find", "/data", "-perm", "/077", "!", "-type", "l").stdout
        assert modes == ""

    def test_the_first_administrators_are_three_and_only_the_first(self, stack):
        done = stack.run("first_admins", "-", input=ADMINS)
        rows = [line.split("\t") for line in done.stdout.strip().splitlines()]
        assert [row[0] for row in rows] == ["系统管理员", "安全管理员", "审计"]
        self.people.update({name: (password, f"{password}-Own") for _, name, password in rows})
        again = stack.run("first_admins", "-", input=ADMINS.replace("xitong", "other"), check=False)
        assert (again.returncode, again.stdout) == (1, "")
        assert "已经有" in again.stderr

    def test_people_come_by_book_and_log_in_through_the_proxy(self, stack, certificate, figures):
        start_proxy(stack, certificate)
        links: dict[str, list[str]] = {}
        for username in BOOKS:
            for name, given in import_book(stack, username):
                links.setdefault(name, []).append(given)
        wait(lambda: Browser(SITE, certificate).ask("/healthz")[0] == 200, 20, "the proxy")
        for username, (password, own) in self.people.items():
            Browser(SITE, certificate).login(username, password, own)
        for username, (link, code) in links.items():
            own = f"{secrets.token_urlsafe(12)}-Aa1"
            browser = Browser(SITE, certificate)
            browser.post(link, code=code, new=own, again=own)
            browser.post("/login/", username=username, password=own)
            assert "/login/" not in browser.address, username
            self.people[username] = ("", own)
        figures["从空机到人人登录（秒，含构建）"] = f"{time.monotonic() - BEGAN:.0f}"

    def test_a_proposal_is_filed_and_a_report_rendered(self, stack, certificate, figures):
        filer = Browser(SITE, certificate)
        filer.post("/login/", username="weisheng", password=self.people["weisheng"][1])
        status, draft = filer.send("/api/v1/submissions/", plan_year=2008, proposal=stories.proposal())
        assert status == 201, draft
        address = f"/api/v1/submissions/{draft['number']}/"
        status, filed = filer.send(f"{address}submit/", version=draft["version"])
        assert status == 200, filed
        reviewer = Browser(SITE, certificate)
        reviewer.post("/login/", username="shenhe", password=self.people["shenhe"][1])
        began = time.monotonic()
        status, _ = reviewer.post(
            "/governance/documents/request/",
            page="/governance/documents/",
            kind="annual_progress",
            year="2007",
            formats=["pdf", "xlsx", "json"],
        )
        assert status == 200
        wait(lambda: len(documents(reviewer)) >= 3, 240, "the report")
        figures["年度报告三种格式（秒）"] = f"{time.monotonic() - began:.0f}"
        found = documents(reviewer)
        assert any(content.startswith(b"%PDF-") for content in found.values())
        self.kept.update(documents=found, case=reviewer.ask(address)[1], address=address)

    @pytest.mark.parametrize("service", ["web", "worker", "beat"])
    def test_a_killed_process_is_back_and_healthy(self, stack, figures, service):
        stack.inside(service, "python", "-c", KILL, check=False)
        began = time.monotonic()
        stack.call("start", stack.container(service), check=False)  # where the engine has nobody to restart for it
        figures[f"{service} 被强行终止后恢复（秒）"] = f"{stack.wait_healthy(service):.0f}"
        assert time.monotonic() - began < 120

    def test_a_restore_beside_running_processes_is_refused(self, stack, tmp_path_factory, figures):
        backup = tmp_path_factory.mktemp("backup") / "guiyang.tar"
        began = time.monotonic()
        backup.write_bytes(stack.run("backup", "-", text=False).stdout)
        figures["备份（秒，字节）"] = f"{time.monotonic() - began:.0f}，{backup.stat().st_size}"
        assert stack.env["DJANGO_SECRET_KEY"].encode() not in backup.read_bytes()
        refused = stack.run("restore", "-", "--force", input=backup.read_bytes(), text=False, check=False)
        assert refused.returncode == 1
        assert "还有进程在运行" in refused.stderr.decode()
        self.kept["backup"] = backup

    def test_after_everything_was_destroyed_the_backup_gives_the_same_bytes(self, stack, certificate, figures):
        stack.destroy()
        stack.start_network()
        began = time.monotonic()
        stack.up("postgres")
        stack.up("redis")
        stack.wait_healthy("postgres")
        stack.run("restore", "-", input=self.kept["backup"].read_bytes(), text=False)
        figures["恢复（秒）"] = f"{time.monotonic() - began:.0f}"
        stack.run(*stack.file["services"]["migrate"]["command"], service="migrate")
        start(stack)
        for service in ("web", "worker", "beat"):
            stack.wait_healthy(service)
        start_proxy(stack, certificate)
        reviewer = Browser(SITE, certificate)
        wait(lambda: reviewer.ask("/healthz")[0] == 200, 20, "the proxy")
        reviewer.post("/login/", username="shenhe", password=self.people["shenhe"][1])
        assert documents(reviewer) == self.kept["documents"]
        assert reviewer.ask(self.kept["address"])[1] == self.kept["case"]
        assert '"ok": true' in stack.run("verify_audit").stdout
        figures["全部毁掉后恢复服务（秒）"] = f"{time.monotonic() - began:.0f}"

    def test_while_the_web_process_is_away_people_see_the_maintenance_page(self, stack, certificate):
        stack.stop("web")
        status, body = Browser(SITE, certificate).ask("/")
        assert status in (502, 503, 504)
        assert "系统正在维护" in body.decode()
