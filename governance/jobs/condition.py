"""How the installation stands: database, queue, processes, post, audit trail, disk. For machines and administrators."""

from __future__ import annotations

import shutil
from dataclasses import dataclass

import redis
from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Count, Min
from django.utils import timezone

from governance.basics import clock
from governance.kernel import anchors, audit
from governance.models import Heartbeat, Job, Letter

WITHIN_A_SECOND = {"socket_timeout": 1, "socket_connect_timeout": 1, "retry": None}
LEAST_FREE_MIB = 500
LONGEST_WAIT_S = 900
LONGEST_SILENCE_S = 60


def broker() -> str:
    """ok, down, or none where no Redis is used. Never waits longer than a second."""
    if not settings.REDIS_URL:
        return "none"
    try:
        with redis.Redis.from_url(settings.REDIS_URL, **WITHIN_A_SECOND) as peer:
            return "ok" if peer.ping() else "down"
    except (redis.RedisError, ValueError):
        return "down"


def parts() -> dict[str, str]:
    """Each part as "ok" or one English word of what is wrong. Raises DatabaseError where there is no database."""
    works = {kind for kind, ago in work_ages_s().items() if ago <= LONGEST_SILENCE_S}
    found = {
        "database": "ok",
        "broker": broker(),
        "migrations": "pending" if pending_migrations() else "ok",
        "queue": "late" if oldest_wait_s() > LONGEST_WAIT_S else "ok",
        "disk": "full" if free_mib() < LEAST_FREE_MIB else "ok",
    }
    if not settings.EMBEDDED:  # `./run` looks after its own
        found |= {kind: "ok" if kind in works else "silent" for kind in ("worker", "beat")}
    return found


def pending_migrations() -> int:
    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def work_ages_s() -> dict[str, float]:
    """By kind of process that lives: seconds since one of it did its work."""
    found: dict[str, float] = {}
    for row in Heartbeat.objects.alive():
        ago = (row.seen_at - row.worked_at).total_seconds()
        found[row.kind] = min(ago, found.get(row.kind, ago))
    return found


def oldest_wait_s() -> float:
    """The age of the job that waits longest; 0 where none waits."""
    oldest = Job.objects.filter(state="queued", cancel_asked=False).aggregate(at=Min("recorded_at"))["at"]
    return (clock.now() - oldest).total_seconds() if oldest else 0.0


def free_mib() -> int:
    return shutil.disk_usage(settings.DATA_DIR).free // 1024 // 1024


def by_state(model: type[Job] | type[Letter]) -> dict[str, int]:
    return dict(model.objects.values_list("state").annotate(n=Count("pk")).order_by("state"))


def processes() -> dict[str, int]:
    """Living processes by kind; `./run`'s own write no heartbeat."""
    return dict(Heartbeat.objects.alive().values_list("kind").annotate(n=Count("pk")).order_by("kind"))


def trail_age_s() -> float:
    """Since the last row of the audit trail."""
    last = audit.trail().first()
    return (clock.now() - last.recorded_at).total_seconds() if last else 0.0


@dataclass(frozen=True)
class Line:
    """A part as an administrator reads it: `advice` is blank where nothing is to be done."""

    part: str
    state: str
    advice: str = ""


ADVICE = {
    "broker": "任务队列的 Redis 连不上：网页照常，后台任务等它恢复后自动继续；请检查 Redis 服务和 REDIS_URL。",
    "migrations": "数据库结构比程序旧：请停机备份后运行 manage.py migrate。",
    "queue": "最早的后台任务等了超过 15 分钟：请查看后台任务进程是否在运行，必要时增开一个。",
    "disk": "数据文件夹可用空间不足 500 MB：请清理或扩容，否则附件和报告存不进去。",
    "worker": "没有在工作的后台任务进程：报告和导出只排队、不生成；请启动 worker。",
    "beat": "没有在工作的定时任务进程：到期提醒和邮件不会发出；请启动 beat。",
}
BROKERS = {"ok": "Redis 正常", "down": "Redis 连不上", "none": "用文件夹，不用 Redis"}


def lines() -> list[Line]:
    """What the three administrators read, the parts of `parts` first."""
    states, ages, running = parts(), work_ages_s(), processes()
    head, jobs, letters = audit.chain_head().first(), by_state(Job), by_state(Letter)
    waits = f"；最早的等了 {round(oldest_wait_s() / 60)} 分钟" if jobs.get("queued") else ""
    anchored = max((seq for seq, _ in anchors.kept()), default=0)

    def told(part: str, title: str, state: str) -> Line:
        return Line(title, state, "" if states[part] in ("ok", "none") else ADVICE[part])

    found = [
        Line("程序版本", settings.PRODUCT_VERSION),
        Line("数据库", f"{connection.display_name} {'.'.join(str(n) for n in connection.get_database_version())}"),
        told("migrations", "数据库结构", "与程序一致" if states["migrations"] == "ok" else "有未执行的更新"),
        told("broker", "任务队列", BROKERS[states["broker"]]),
        told(
            "queue",
            "后台任务",
            f"排队 {jobs.get('queued', 0)} 个，在办 {jobs.get('running', 0)} 个，"
            f"失败 {jobs.get('failed', 0)} 个{waits}",
        ),
    ]
    for kind in ("worker", "beat"):
        if kind in states:
            state = f"{running.get(kind, 0)} 个，{round(ages[kind])} 秒前在工作" if kind in ages else "没有"
            found.append(told(kind, dict(Heartbeat.KINDS)[kind] + "进程", state))
    mail = f"待发 {letters.get('waiting', 0)} 封，发不出 {letters.get('failed', 0)} 封"
    trail = f"第 {head.seq} 条，{round(trail_age_s() / 60)} 分钟前" if head else "还没有"
    anchor = f"锚定到第 {anchored} 条" if anchored else "没有锚定"
    where = "" if settings.AUDIT_ANCHORS else "请设 GUIYANG_AUDIT_ANCHORS，把链头每天另存到别的机器。"
    return [
        *found,
        Line("邮件", mail, "请检查邮件服务器和收件地址。" if letters.get("failed") else ""),
        Line("留痕链", f"{trail}；{anchor}", where),
        told("disk", "可用空间", f"{free_mib():,} MB"),
        Line("时钟", f"业务日期 {clock.today()}，系统时间 {timezone.localtime():%Y-%m-%d %H:%M}"),
    ]
