"""Notices by e-mail: none before its transaction has committed, each once to each person, as that person wants them.

`post` is what the beat asks for every minute, in three steps that may each stop and be taken up again:
committed notices are spread to persons, deliveries are put into letters (one a notice, or one a day),
waiting letters are sent. Of several workers one wins every row (conditional UPDATE). Times here are real time:
people read mail on real mornings.
"""

from __future__ import annotations

import datetime as dt
import logging

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import F

from governance.basics import clock
from governance.models import Appointment, Delivery, Letter, Notice, NoticeChoice, User
from governance.notices.inbox import TOPICS

logger = logging.getLogger("guiyang.mail")

DIGEST_HOUR = 8
MOST = 200  # of each step in one call
MAX_ATTEMPTS = 5
SENDER_DIED_AFTER = dt.timedelta(minutes=10)


def post(now: dt.datetime | None = None) -> dict[str, int]:
    """Spread, put into letters, send; returns counts for the log."""
    now = now or clock.now()
    Letter.objects.filter(state="sending", moved_at__lt=now - SENDER_DIED_AFTER).update(state="unsure", moved_at=now)
    counts = {"spread": spread(now), "digests": digests(now)}
    return counts | send(now)


def settle() -> int:
    """Let nothing that stands in the database now be sent (after loading a demonstration); returns how many notices."""
    return Notice.objects.filter(posted_at=None).update(posted_at=clock.now())


def wanted(users: list[int]) -> dict[tuple[int, str], str]:
    """`{(user, topic): how}` of what each person wants, defaults included."""
    found = {(user, topic): how for user in users for topic, (_, how) in TOPICS.items()}
    found |= {(c.user_id, c.topic): c.how for c in NoticeChoice.objects.filter(user_id__in=users)}
    return found


def recipients(notice: Notice) -> list[User]:
    """Whom a notice is for: the person, or those who hold its role (in its unit) today; with an address alone."""
    people = User.objects.filter(is_active=True).exclude(email="")
    if notice.user_id:
        return list(people.filter(pk=notice.user_id))
    hats = Appointment.objects.in_force(clock.today())
    if notice.organisation_id:
        hats = hats.filter(organisation_id=notice.organisation_id)
    if notice.role:
        hats = hats.filter(role=notice.role)
    elif not notice.organisation_id:
        return []
    return list(people.filter(pk__in=hats.values("user_id")).order_by("pk"))


def spread(now: dt.datetime) -> int:
    """A delivery for everybody whom a new notice concerns and who wants it; a letter at once where he wants that."""
    done = 0
    for notice in Notice.objects.filter(posted_at=None).order_by("pk")[:MOST]:
        with transaction.atomic():
            if not Notice.objects.filter(pk=notice.pk, posted_at=None).update(posted_at=now):
                continue  # another worker's
            people = recipients(notice)
            how = wanted([p.pk for p in people])
            for person in people:
                way = how.get((person.pk, notice.topic), "at_once")
                if way != "none":
                    letter = Letter.objects.create(user=person, made_at=now, moved_at=now) if way == "at_once" else None
                    Delivery.objects.create(notice=notice, user=person, letter=letter)
            done += 1
    return done


def digests(now: dt.datetime) -> int:
    """From eight in the morning: what waits for a person's digest becomes one letter, one a local day."""
    local = clock.timezone.localtime(now)
    if local.hour < DIGEST_HOUR:
        return 0
    morning = local.replace(hour=0, minute=0, second=0, microsecond=0)
    had = Letter.objects.filter(is_digest=True, made_at__gte=morning).values("user_id")
    made = 0
    waiting = Delivery.objects.filter(letter=None).exclude(user_id__in=had)
    for user_id in waiting.order_by("user_id").values_list("user_id", flat=True).distinct()[:MOST]:
        with transaction.atomic():
            User.objects.select_for_update().get(pk=user_id)  # of two workers the second finds the letter made
            if Letter.objects.filter(is_digest=True, made_at__gte=morning, user_id=user_id).exists():
                continue
            letter = Letter.objects.create(user_id=user_id, is_digest=True, made_at=now, moved_at=now)
            made += bool(Delivery.objects.filter(user_id=user_id, letter=None).update(letter=letter))
    return made


def send(now: dt.datetime) -> dict[str, int]:
    """Hand waiting letters to the mail server, each claimed before; a refusal of the server is tried again,
    five times."""
    counts = {"sent": 0, "failed": 0}
    for letter in Letter.objects.filter(state="waiting").select_related("user").order_by("made_at")[:MOST]:
        if not _claim(letter, now):
            continue
        try:
            _message(letter).send()
        except Exception as error:  # a mail server fails in many ways, and none of them is the notice's
            logger.warning("letter %s: %s", letter.pk, type(error).__name__)
            last = letter.attempts + 1 >= MAX_ATTEMPTS
            Letter.objects.filter(pk=letter.pk).update(
                state="failed" if last else "waiting", error=f"{type(error).__name__}: {error}"[:300], moved_at=now
            )
            counts["failed"] += 1
        else:
            Letter.objects.filter(pk=letter.pk).update(state="sent", error="", moved_at=now)
            counts["sent"] += 1
    return counts


def _claim(letter: Letter, now: dt.datetime) -> bool:
    waiting = Letter.objects.filter(pk=letter.pk, state="waiting")
    return bool(waiting.update(state="sending", moved_at=now, attempts=F("attempts") + 1))


def _message(letter: Letter) -> EmailMessage:
    rows = [d.notice for d in letter.deliveries.select_related("notice").order_by("notice_id")]
    if letter.is_digest:
        subject = f"【{settings.PRODUCT_NAME}】{len(rows)} 条通知"
    else:
        subject = f"【{settings.PRODUCT_NAME}】{rows[0].sentence[:60]}" if rows else settings.PRODUCT_NAME
    lines = [f"{letter.user}：", ""]
    for number, notice in enumerate(rows, 1):
        head = f"{number}. " if len(rows) > 1 else ""
        lines += [
            f"{head}{notice.sentence}",
            f"   {settings.PUBLIC_ADDRESS}{notice.address}" if notice.address else "",
            "",
        ]
    lines += ["打开网址须登录。不想收到这类邮件，请在“通知”页的“邮件设置”里改："]
    lines += [f"{settings.PUBLIC_ADDRESS}/governance/notices/choices/"]
    message = EmailMessage(
        " ".join(subject.split()), "\n".join(lines), settings.DEFAULT_FROM_EMAIL, [letter.user.email]
    )
    message.extra_headers["Message-ID"] = f"<{letter.pk}@{settings.DEFAULT_FROM_EMAIL.rpartition('@')[2]}>"
    return message
