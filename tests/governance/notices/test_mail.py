"""Notices by e-mail: none before the commit, each exactly once to each person, as that person wants them."""

from __future__ import annotations

import datetime as dt
import threading

import pytest
from django.conf import settings
from django.core import mail as sent_mail
from django.core.mail.backends.locmem import EmailBackend
from django.db import connections, transaction

from governance import actions
from governance.basics import clock
from governance.basics.refusal import Invalid
from governance.kernel import access, verbs
from governance.models import Appointment, Delivery, Letter, Notice, NoticeChoice, Organisation, User
from governance.notices import inbox, mail
from tests import needs
from tests.conftest import log_in

MORNING = dt.datetime(2026, 3, 2, 9, 0, tzinfo=dt.timezone(dt.timedelta(hours=8)))
NIGHT = MORNING.replace(hour=3)


def tell(key: str, **more) -> None:
    with verbs.frame():
        inbox.tell(key=key, sentence=f"通知 {key}", address="/priorities/desk/", **more)


@pytest.fixture
def unit(db):
    return Organisation.objects.create(name="某局", key="unit-x")


def appointed(name: str, unit: Organisation, role: str) -> User:
    user = User.objects.create(username=name, full_name=name, email=f"{name}@example.cn")
    Appointment.objects.create(user=user, organisation=unit, role=role, from_day=dt.date(2006, 1, 1))
    return user


@pytest.fixture
def reviewer(unit):
    return appointed("zhou", unit, "reviewer")


def test_a_notice_is_mailed_once_with_its_sentence_and_address(reviewer):
    tell("a", user_id=reviewer.pk)
    for _ in range(3):
        mail.post(MORNING)
    [message] = sent_mail.outbox
    assert (message.to, "通知 a" in message.subject) == (["zhou@example.cn"], True)
    assert f"{settings.PUBLIC_ADDRESS}/priorities/desk/" in message.body
    assert Letter.objects.get().state == "sent"


def test_a_role_of_a_unit_is_everybody_who_holds_it_and_has_an_address(reviewer, unit):
    appointed("li", unit, "finance")
    User.objects.filter(pk=appointed("sun", unit, "auditor").pk).update(email="")
    tell("a", role="reviewer")
    tell("b", organisation_id=unit.pk, role="finance")
    tell("c", role="auditor")  # nobody there has an address
    mail.post(MORNING)
    assert sorted((m.to[0], m.subject[-1]) for m in sent_mail.outbox) == [
        ("li@example.cn", "b"),
        ("zhou@example.cn", "a"),
    ]


def test_nothing_is_mailed_of_a_transaction_that_did_not_commit(reviewer):
    with transaction.atomic():
        tell("a", user_id=reviewer.pk)
        transaction.set_rollback(True)
    mail.post(MORNING)
    assert sent_mail.outbox == []


def test_a_digest_is_one_letter_a_day_and_not_before_eight(reviewer):
    NoticeChoice.objects.create(user=reviewer, topic="case", how="digest")
    for key in "abc":
        tell(key, user_id=reviewer.pk)
    mail.post(NIGHT)
    assert sent_mail.outbox == []
    mail.post(MORNING)
    tell("d", user_id=reviewer.pk)
    mail.post(MORNING + dt.timedelta(hours=3))
    [message] = sent_mail.outbox
    assert "3 条通知" in message.subject
    mail.post(MORNING + dt.timedelta(days=1))
    assert [("1 条通知" in m.subject, "通知 d" in m.body) for m in sent_mail.outbox[1:]] == [(True, True)]


def test_whoever_wants_none_gets_none_and_documents_are_off_by_default(reviewer):
    NoticeChoice.objects.create(user=reviewer, topic="case", how="none")
    tell("a", user_id=reviewer.pk)
    tell("b", user_id=reviewer.pk, topic="document")
    mail.post(MORNING)
    assert (sent_mail.outbox, Delivery.objects.count()) == ([], 0)
    assert inbox.for_actor(access.actor_for(reviewer)).count() == 2


class Refusing(EmailBackend):
    refusals = 0

    def send_messages(self, messages):
        if Refusing.refusals > 0:
            Refusing.refusals -= 1
            raise OSError("no route")
        return super().send_messages(messages)


def test_a_server_that_refuses_is_asked_again_and_in_the_end_the_letter_says_so(reviewer, settings):
    settings.EMAIL_BACKEND = f"{__name__}.Refusing"
    Refusing.refusals = 1
    tell("a", user_id=reviewer.pk)
    mail.post(MORNING)
    mail.post(MORNING)
    assert (len(sent_mail.outbox), Letter.objects.get().state) == (1, "sent")
    Refusing.refusals = 99
    tell("b", user_id=reviewer.pk)
    for _ in range(8):
        mail.post(MORNING)
    failed = Letter.objects.get(state="failed")
    assert (failed.attempts, "no route" in failed.error) == (mail.MAX_ATTEMPTS, True)
    Refusing.refusals = 0


def test_a_letter_whose_sender_died_is_not_sent_a_second_time(reviewer):
    tell("a", user_id=reviewer.pk)
    mail.spread(MORNING)
    Letter.objects.update(state="sending", moved_at=MORNING)
    mail.post(MORNING + dt.timedelta(minutes=11))
    assert (Letter.objects.get().state, sent_mail.outbox) == ("unsure", [])


def test_the_choices_are_made_on_a_page_and_a_bad_address_keeps_what_was_typed(reviewer, client):
    log_in(client, reviewer)
    values = {topic: "digest" for topic in inbox.TOPICS} | {"email": "zhou@信息办"}
    answer = client.post("/governance/notices/choices/", values)
    assert answer.status_code == 422
    assert "zhou@信息办" in answer.content.decode()
    assert client.post("/governance/notices/choices/", values | {"email": "zhou@guiyang.gov.cn"}).status_code == 302
    assert User.objects.get(pk=reviewer.pk).email == "zhou@guiyang.gov.cn"
    assert set(NoticeChoice.objects.values_list("topic", "how")) == {(topic, "digest") for topic in inbox.TOPICS}
    with pytest.raises(Invalid):
        actions.choose_notices(by=access.actor_for(reviewer), choices={}, email="")


def test_settled_notices_are_never_mailed(reviewer):
    tell("a", user_id=reviewer.pk)
    assert mail.settle() == Notice.objects.count()
    mail.post(MORNING)
    assert sent_mail.outbox == []


def together(times: int, work) -> None:
    barrier = threading.Barrier(times)

    def run():
        try:
            barrier.wait()
            work()
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@pytest.mark.django_db(transaction=True)
@needs.postgresql
@pytest.mark.parametrize("is_claimed", [True, False], ids=["claimed", "control without the claim"])
def test_four_workers_at_once_mail_each_notice_once(monkeypatch, is_claimed):
    user = User.objects.create(username="somebody", email="a@example.cn")
    with verbs.frame():
        for n in range(40):
            inbox.tell(key=f"n{n}", sentence=f"通知 {n}", address="/", user_id=user.pk)
    if not is_claimed:
        monkeypatch.setattr(mail, "_claim", lambda letter, now: True)
        mail.spread(clock.now())
    together(4, lambda: mail.post(MORNING))
    bodies = [m.body for m in sent_mail.outbox]
    assert len(set(bodies)) == 40
    assert (len(bodies) == 40) is is_claimed
