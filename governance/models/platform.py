"""Platform tables: people, audit, jobs and documents, files, notices, counters, idempotency."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
import uuid

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Now
from django.urls import reverse

from governance.basics import clock
from governance.basics.refs import Ref, ref
from governance.basics.roles import Permission
from governance.models.fields import Dated, Demonstrable


class Setting(models.Model):
    """One fact about this database: the demonstration's date, the production mark, the queue's prefix."""

    key = models.CharField(max_length=60, primary_key=True)
    value = models.TextField(blank=True)

    def __str__(self) -> str:
        return self.key


class HeartbeatQuerySet(models.QuerySet["Heartbeat"]):
    def alive(self) -> HeartbeatQuerySet:
        """Processes that wrote within the last 20 s by the database's clock; a stopped one takes its row away."""
        return self.filter(seen_at__gt=Now() - dt.timedelta(seconds=20))


class Heartbeat(models.Model):
    """A running process of the production form, written by itself every few seconds (governance.jobs.heart)."""

    KINDS = [("web", "网站"), ("worker", "后台任务"), ("beat", "定时任务")]

    kind = models.CharField(max_length=10, choices=KINDS)
    host = models.CharField(max_length=100)
    pid = models.PositiveIntegerField()
    started_at = models.DateTimeField(default=clock.now)
    seen_at = models.DateTimeField()
    worked_at = models.DateTimeField()

    objects = HeartbeatQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "host", "pid"], name="one_heartbeat_per_process")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}（{self.host} 进程 {self.pid}）"


class UserManager(BaseUserManager):
    """No superuser exists; rights come from appointments alone."""

    def create_user(self, username: str, password: str | None = None, **fields):
        user = self.model(username=username, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser, Demonstrable):
    """A person who logs in. What he may do follows from his appointments (governance.basics.roles)."""

    username = models.CharField("用户名", max_length=60, unique=True)
    full_name = models.CharField("姓名", max_length=60)
    email = models.EmailField("电子邮箱", blank=True)
    phone = models.CharField("办公电话", max_length=40, blank=True)
    is_active = models.BooleanField("可登录", default=True)
    password_is_temporary = models.BooleanField("密码只用一次", default=False)  # somebody else knows it
    created_at = models.DateTimeField("建立时间", default=clock.now)
    former_passwords = models.JSONField(default=list)  # hashes of the last four before this one

    hats_in_force: list  # his appointments of the day, kept by governance.kernel.access for the page's frame

    USERNAME_FIELD = "username"
    objects = UserManager()

    class Meta:
        verbose_name = "账号"

    def __str__(self) -> str:
        return self.full_name or self.username

    @property
    def is_disabled(self) -> bool:
        """Whether somebody took the account off; people who never had a login are not meant."""
        return not self.is_active and self.has_usable_password()

    @property
    def listed_name(self) -> str:
        """The name as lists of appointments show it: 张三（账号已停用）."""
        return f"{self}（账号已停用）" if self.is_disabled else str(self)

    @property
    def audit_key(self) -> Ref:
        return ref("user", self.pk)

    def renew_password(self, password: str) -> None:
        """Set a password and keep the one before among the former ones; the caller saves both."""
        if self.has_usable_password():
            self.former_passwords = [self.password, *self.former_passwords][:4]
        self.set_password(password)


def three_months_on() -> dt.datetime:
    """When a token made now ends, at the latest."""
    return clock.now() + dt.timedelta(days=ApiToken.DAYS)


class ApiToken(models.Model):
    """A token of the API; only its sha256 is kept. It reads, or reads and writes, all that its person may, or of the
    named resources alone; for at most 90 days."""

    DAYS = 90

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=60, default="接口令牌")
    digest = models.CharField(max_length=64, unique=True)
    can_write = models.BooleanField(default=True)
    resources = models.JSONField(default=list, blank=True)
    created_at = models.DateTimeField(default=clock.now)
    expires_at = models.DateTimeField(default=three_months_on)
    last_used_at = models.DateTimeField(null=True)
    last_address = models.CharField(max_length=45, blank=True)

    def __str__(self) -> str:
        return f"{self.user} {self.name}"

    @property
    def audit_key(self) -> Ref:
        return ref("token", self.pk)

    @classmethod
    def issue(cls, user: User, **values) -> str:
        """Make a token and return it; it cannot be shown again."""
        token = secrets.token_urlsafe(32)
        cls.objects.create(user=user, digest=cls.digest_of(token), **values)
        return token

    @staticmethod
    def digest_of(token: str) -> str:
        return hashlib.sha256(token.encode()).hexdigest()


class AuditRow(models.Model):
    """One verb that was done or refused: text only, chained by hash (governance.kernel.audit)."""

    seq = models.BigIntegerField(primary_key=True)
    day = models.DateField()
    recorded_at = models.DateTimeField()
    event = models.CharField(max_length=80)
    by_text = models.CharField(max_length=200)
    user_id = models.BigIntegerField(null=True)
    role = models.CharField(max_length=40)
    sentence = models.TextField(blank=True)
    was = models.TextField(blank=True)
    now = models.TextField(blank=True)
    ok = models.BooleanField(default=True)
    concerns = models.TextField(blank=True)
    address = models.CharField(max_length=300, blank=True)
    previous = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64)

    class Meta:
        verbose_name = "留痕"
        indexes = [models.Index(fields=["day"]), models.Index(fields=["user_id", "seq"])]

    def __str__(self) -> str:
        return f"#{self.seq} {self.event}"


class AuditConcern(models.Model):
    """Index of the audit: which rows name a record."""

    seq = models.BigIntegerField()
    key = models.CharField(max_length=80)

    class Meta:
        indexes = [models.Index(fields=["key", "seq"])]

    def __str__(self) -> str:
        return f"{self.key} #{self.seq}"


class AuditHead(models.Model):
    """The chain's last link; locked last in every transaction."""

    seq = models.BigIntegerField(default=0)
    hash = models.CharField(max_length=64, blank=True)

    def __str__(self) -> str:
        return f"#{self.seq}"


class OnceKey(models.Model):
    """A form token or Idempotency-Key with the address of its first result."""

    user_id = models.BigIntegerField()
    verb = models.CharField(max_length=80)
    key = models.CharField(max_length=100)
    address = models.CharField(max_length=300, blank=True)
    recorded_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user_id", "verb", "key"], name="once_per_user_and_verb")]

    def __str__(self) -> str:
        return f"{self.verb} {self.key}"


class Counter(models.Model):
    """Gapless numbers: locked, raised and stored in the verb's own transaction."""

    name = models.CharField(max_length=60, primary_key=True)
    value = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.name}={self.value}"


class StoredFile(Dated):
    """Bytes under a uuid; the owner's row points here and the owner's view serves it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    display_name = models.CharField(max_length=120)
    content_type = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64, db_index=True)
    by_text = models.CharField(max_length=200)

    def __str__(self) -> str:
        return self.display_name


class JobQuerySet(models.QuerySet):
    def visible_to(self, actor):
        """One's own jobs; operators see all."""
        return self if actor.scope(Permission.OPERATE_JOBS) else self.filter(requested_by_id=actor.user_id)

    def waiting(self):
        return self.filter(state="queued")


class Job(Dated):
    """The queue of record: a worker claims a row with a lease and an owner token; Redis is only the doorbell."""

    STATES = [
        ("queued", "排队中"),
        ("running", "进行中"),
        ("done", "已完成"),
        ("failed", "失败"),
        ("cancelled", "已取消"),
    ]

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    kind = models.CharField(max_length=40)
    params = models.JSONField(default=dict)
    title = models.CharField(max_length=200)
    state = models.CharField(max_length=10, choices=STATES, default="queued", db_index=True)
    percent = models.PositiveSmallIntegerField(default=0)
    doing = models.CharField(max_length=200, blank=True)
    error = models.TextField(blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    owner = models.CharField(max_length=64, blank=True)
    lease_until = models.DateTimeField(null=True)
    requested_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    by_text = models.CharField(max_length=200)
    on_schedule = models.BooleanField(default=False)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    cancel_asked = models.BooleanField(default=False)

    objects = JobQuerySet.as_manager()

    class Meta:
        verbose_name = "后台任务"
        ordering = ["-recorded_at"]

    def __str__(self) -> str:
        return self.title

    @property
    def is_under_way(self) -> bool:
        return self.state in ("queued", "running")

    @property
    def audit_key(self) -> Ref:
        return ref("job", self.pk)

    def get_absolute_url(self) -> str:
        return reverse("governance:documents")


class Document(Dated):
    """What a job made: one file in one format, with the snapshot it was printed from."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    job = models.ForeignKey(Job, null=True, on_delete=models.PROTECT, related_name="documents")
    kind = models.CharField(max_length=40)
    year = models.PositiveSmallIntegerField(null=True)
    title = models.CharField(max_length=200)
    format = models.CharField(max_length=8)
    file = models.OneToOneField(StoredFile, on_delete=models.PROTECT, related_name="+")
    snapshot = models.CharField(max_length=64)
    rule_set = models.CharField(max_length=60, blank=True)
    engine = models.CharField(max_length=100, blank=True)
    pages = models.PositiveIntegerField(null=True)
    by_text = models.CharField(max_length=200)
    is_demo = models.BooleanField(default=False)

    class Meta:
        verbose_name = "文档"
        ordering = ["-recorded_at"]
        constraints = [models.UniqueConstraint(fields=["job", "format"], name="one_file_per_job_and_format")]

    def __str__(self) -> str:
        return f"{self.title}.{self.format}"

    @property
    def audit_key(self) -> Ref:
        return ref("document", self.pk)

    def get_absolute_url(self) -> str:
        return reverse("governance:document", args=[self.pk])


class Notice(Dated, Demonstrable):
    """A sentence for a person (or a role of a unit), with the address that the caller gave."""

    user = models.ForeignKey(User, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    organisation_id = models.BigIntegerField(null=True, blank=True)
    role = models.CharField(max_length=40, blank=True)
    sentence = models.CharField(max_length=500)
    address = models.CharField(max_length=300, blank=True)
    topic = models.CharField(max_length=20, default="case")  # governance.notices.inbox.TOPICS
    read_at = models.DateTimeField(null=True, blank=True)
    posted_at = models.DateTimeField(null=True, blank=True, db_index=True)  # spread to those who want it by e-mail
    key = models.CharField(max_length=160, unique=True)

    class Meta:
        verbose_name = "通知"
        ordering = ["-recorded_at"]

    def __str__(self) -> str:
        return self.sentence


class Holiday(models.Model):
    """节假日 and 调休 as published; beyond the last published year Monday to Friday counts."""

    day = models.DateField(primary_key=True)
    is_off = models.BooleanField("放假", default=True)
    label = models.CharField("名称", max_length=60)

    def __str__(self) -> str:
        return f"{self.day} {self.label}"
