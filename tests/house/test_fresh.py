"""What has not changed is answered 304, and nothing is ever answered from an older state.

Three parts hold it: every verb's end moves the word of the database's state (by the audit chain or beside it), every
write outside verbs moves it or is shown on no page that may be kept, and a page that shows more than rows says so.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from governance import actions, jobs
from governance.basics import clock
from governance.jobs import queue
from governance.kernel import state
from governance.kernel.verbs import frame
from governance.models import Job, Setting
from governance.notices import mail
from priorities import actions as cases
from priorities.models import Submission
from priorities.rescreening import sweep
from priorities.rule_sets import repository
from projects import actions as register
from projects.models import PlanTask
from tests.house.conftest import told_verbs
from tests.house.test_addresses import PAGES, PATTERNS
from tests.house.test_floors import SOURCES
from tests.house.test_writes import NO_VERB

# Written outside every verb (tests/house/test_writes.py) and told to the state's word, or moving it by itself.
MOVES = {
    "governance/kernel/audit.py append": "the chain's head is the word",
    "governance/kernel/state.py move": "the word itself",
    "governance/jobs/queue.py _move": "pages of cases, sittings and outside money show whether their paper is printed",
    "guiyang_egov/demo/": "verbs, and `moved` where accounts alone are completed",
}
# Written outside every verb, and shown on no page that may be answered from before.
UNSEEN = {
    "governance/database/bulk.py insert": "the tool; its callers are verbs",
    "governance/database/bulk.py update": "the tool; its callers are verbs",
    "governance/database/bulk.py _copy": "the tool; its callers are verbs",
    "governance/models/platform.py UserManager.create_user": "the tool; its callers are verbs",
    "governance/models/platform.py ApiToken.issue": "the command opens a frame; the tokens' page is always drawn",
    "governance/storage/backups.py _load": "an old state comes back with its own word, drawn by lot",
    "governance/jobs/tasks.py daily": "sessions: the logins' page is always drawn",
    "governance/jobs/heart.py write": "health and the status page, which is always drawn",
    "governance/jobs/heart.py _write_all": "health",
    "governance/jobs/heart.py _end": "health",
    "governance/api/manners.py _used": "the tokens' page is always drawn",
    "governance/web/throttle.py count": "no page shows it",
    "governance/web/throttle.py forget": "no page shows it",
    "governance/kernel/demonstration.py keep_day": "the day is in the tag for itself",
    "governance/jobs/bell.py queue_name": "no page shows it",
    "governance/jobs/queue.py beat": "a lease, and progress by the second: the documents' pages are always drawn",
    "governance/notices/mail.py post": "letters: the choices' page is always drawn",
    "governance/notices/mail.py settle": "when notices were spread: no page shows it",
    "governance/notices/mail.py spread": "letters: the choices' page is always drawn",
    "governance/notices/mail.py digests": "letters",
    "governance/notices/mail.py send": "letters",
    "governance/notices/mail.py _claim": "letters",
}
# Always drawn, by address; the view says why.
ALWAYS_DRAWN = {
    "governance/accounts/",
    "governance/accounts/<int:pk>/",
    "governance/audit/",
    "governance/confirm/",
    "governance/documents/",
    "governance/documents/progress/",
    "governance/factor/",
    "governance/kept/",
    "governance/logins/",
    "governance/notices/choices/",
    "governance/password/",
    "governance/passwords/",
    "governance/status/",
    "governance/tokens/",
    "priorities/desk/bulk/<int:pk>/",
}
# Who asks for the real time, outside verbs, jobs, commands and files: what a page shows of it must be always drawn.
REAL_TIME = {
    "budgets/views/workbook.py": "a POST: how long a rehearsed file is kept",
    "budgets/workbook/import_booking.py": "when a booking is written",
    "governance/api/manners.py": "until when a token is good, before anything is read",
    "governance/basics/logs.py": "when a line is logged",
    "governance/kernel/anchors.py": "when an anchor is written",
    "governance/kernel/audit.py": "when a row is written",
    "governance/models/fields.py": "when a row is written",
    "governance/models/platform.py": "when a row is written; heartbeats, for health",
    "governance/models/post.py": "when a letter is written",
    "governance/models/trust.py": "one-time links: their page is always drawn",
    "governance/notices/mail.py": "letters: the choices' page is always drawn",
    "governance/people/factors.py": "whether a token is good, before the tag; a code that is typed",
    "governance/people/passwords.py": "whether a link was asked for lately: a verb's question",
    "governance/views/documents.py": "always drawn",
    "governance/views/session.py": "how long the login waits for a code: nobody is logged in",
    "governance/views/tokens.py": "always drawn",
    "governance/web/confirmation.py": "whether a POST may sign",
    "governance/web/kept.py": "always drawn",
    "governance/web/sessions.py": "whether a session goes on, before the tag; the logins' page is always drawn",
    "governance/web/throttle.py": "whether a POST may be tried",
    "priorities/rescreening/sweep.py": "when a row is written",
    "priorities/views/batches.py": "always drawn",
    "priorities/views/filing.py": "the answer to a POST",
}
CLOCKS = (".clock.now", ".timezone.now", ".time.time", ".localdate", ".localtime", ".datetime.now", ".Now")
AT_WORK = ("/actions/", "/jobs/", "/management/", "/runtime/", "/storage/", "governance/basics/clock.py")
ONE_SHOWING = re.compile(
    r'name="(?:csrfmiddlewaretoken|once)" value="\w+"|"X-CSRFToken": "\w+"|X-CSRFToken&quot;: &quot;\w+'
)


def drawn(answer) -> str:
    """A page without what differs from one showing to the next."""
    return ONE_SHOWING.sub("", answer.content.decode())


def ask(client: Client, address: str, tag: str = ""):
    return client.get(address, headers={"If-None-Match": tag} if tag else {})


# The state's word


def test_every_write_outside_verbs_moves_the_word_or_is_unseen():
    assert set(MOVES) | set(UNSEEN) == set(NO_VERB)
    assert not set(MOVES) & set(UNSEEN)


@pytest.mark.parametrize("place", ["governance/jobs/queue.py _move", "guiyang_egov/demo/loading.py load"])
def test_what_says_that_it_moves_the_word_does(place):
    file, name = place.split()
    tree = ast.parse((settings.BASE_DIR / file).read_text())
    function = next(n for n in tree.body if isinstance(n, ast.FunctionDef) and n.name == name)
    assert "state.moved()" in ast.unparse(function)


def test_every_verb_of_the_story_moves_the_word(told):
    """Hundreds of steps, each looked at as it ends (tests/house/conftest.py)."""
    assert [name for name, moved in told_verbs if not moved] == []
    assert len({name for name, _ in told_verbs}) > 80, "the story tells of nearly every verb"


def test_a_verb_without_an_audit_row_moves_the_word_and_one_that_only_reads_does_not(transactional_db):
    before = state.now()
    with frame():
        Setting.objects.create(key="x", value="y")
    assert (after := state.now()) != before
    with frame():
        assert Setting.objects.filter(key="x").exists()
    assert state.now() == after
    with pytest.raises(ZeroDivisionError), frame():
        Setting.objects.create(key="z", value=str(1 / 0))
    assert state.now() == after


# Pages


def test_what_is_always_drawn_is_named():
    found = {r.replace("^", "").replace("$", "") for r, p in PAGES if getattr(p.callback, "always_drawn", "")}
    assert found == ALWAYS_DRAWN
    polls = {r for r, p in PATTERNS if getattr(p.callback, "is_poll", False)}
    assert polls <= found, "what asks for itself shows what moves by itself"


def asks_the_time(path: Path) -> bool:
    names = (n for n in ast.walk(ast.parse(path.read_text())) if isinstance(n, ast.Attribute | ast.Name))
    return any(f".{ast.unparse(name)}".endswith(CLOCKS) for name in names)


def test_whoever_asks_for_the_real_time_is_named():
    """Pages show days; what shows the time of day changes without anything being written."""
    files = {path.relative_to(settings.BASE_DIR).as_posix(): path for path in SOURCES}
    found = {file for file, path in files.items() if not any(w in file for w in AT_WORK) and asks_the_time(path)}
    assert found == set(REAL_TIME)


@dataclass
class Reader:
    """A browser that keeps what it is allowed to, and asks with the tag for it again."""

    name: str
    client: Client
    kept: dict[str, tuple[str, str]] = field(default_factory=dict)  # address → tag, page
    spared: int = 0

    def read(self, address: str) -> str:
        """What the person sees. Fails where that is older than the page drawn anew."""
        tag, page = self.kept.pop(address, ("", ""))
        answer = ask(self.client, address, tag)
        if answer.status_code == 304:
            assert drawn(ask(self.client, address)) == page, f"{self.name} sees an older {address}"
            self.spared += 1
        else:
            assert answer.status_code == 200, (address, answer.status_code)
            tag, page = answer.get("ETag", ""), drawn(answer)
        if tag:
            self.kept[address] = tag, page
        return page


CASE, DRAFT = "SB2008-012", "draft-3"
READ = {
    "reviewer": ("/", "/projects/", "/projects/P01/", "/projects/tasks/T2-01/", f"/priorities/submissions/{CASE}/"),
    "health_cio": ("/governance/notices/", f"/priorities/submissions/{DRAFT}/edit/", "/api/v1/submissions/"),
    "finance": ("/budgets/2007/",),
    "secadmin": ("/governance/roles/",),
}


@pytest.fixture
def readers(offices) -> list[Reader]:
    """Four people, each with the pages of his that are looked at; read once."""
    found = [Reader(name, offices.client(name), dict.fromkeys(READ[name], ("", ""))) for name in READ]
    for reader in found:
        reader.client.get("/governance/logins/")  # the browser has its form secret
    look(found)
    return found


def look(readers: list[Reader]) -> None:
    for reader in readers:
        for address in READ[reader.name]:
            reader.read(address)


def submission(reference: str) -> Submission:
    return Submission.objects.by_reference(reference).get()


def read_notices(offices) -> None:
    assert actions.mark_read(by=offices.health_cio)


def save_draft(offices) -> None:
    row = submission(DRAFT)
    cases.save_draft(by=offices.health_cio, submission=row, version=row.version, patch={"title": "改过的题目"})


def set_task(offices) -> None:
    task = PlanTask.objects.get(code="T2-01")
    register.set_task_state(
        by=offices.reviewer, task=task, version=task.version, state="under_way", evidence="筑信办〔2007〕9号"
    )


def accept(offices) -> None:
    row = submission(CASE)
    cases.accept(by=offices.reviewer, submission=row, version=row.version)


def request_receipt(offices) -> None:
    row = submission(CASE)
    cases.request_receipt(by=offices.reviewer, submission=row, number=row.current_version)


def of_receipt() -> Job:
    return Job.objects.get(kind="receipt", params__submission=submission(CASE).pk)


def claim_and_lose(offices) -> None:
    job = queue.claim(of_receipt().pk)
    queue.fail(job, "办理进程中断", is_final=False)


def claim_and_take_back(offices) -> None:
    queue.claim(of_receipt().pk)
    Job.objects.filter(pk=of_receipt().pk).update(lease_until=clock.now() - clock.dt.timedelta(minutes=5))
    assert queue.reconcile()["returned"]


def cancel(offices) -> None:
    actions.cancel_job(by=offices.reviewer, job=of_receipt())


def print_receipt(offices) -> None:
    actions.retry_job(by=offices.reviewer, job=of_receipt())
    assert jobs.perform(of_receipt().pk) == "done"


def screen_again(offices) -> None:
    sweep.run(repository.in_force_on(clock.today()))


def end_appointment(offices) -> None:
    row = offices.user("ndrc").appointments.first()
    actions.end_appointment(by=offices.secadmin, appointment=row, last_day=clock.today(), to_unit=True)


def send_letters(offices) -> None:
    mail.post()


def log_in_and_out(offices) -> None:
    client = Client()
    client.post("/login/", {"username": "demo-leader", "password": "nein"})
    offices.client("leader").post("/logout/")


ACTS = (read_notices, save_draft, set_task, accept, request_receipt, claim_and_lose, claim_and_take_back, cancel)
ACTS += (print_receipt, screen_again, end_appointment, send_letters, log_in_and_out)


def test_nobody_is_ever_shown_an_older_page(offices, readers, media):
    """After each act everybody looks at everything: what is not drawn anew would have been the same."""
    look(readers)
    spared = sum(reader.spared for reader in readers)
    assert spared == sum(map(len, READ.values())), "nothing had happened"
    for act in ACTS:
        act(offices)
        try:
            look(readers)
        except AssertionError as older:
            raise AssertionError(f"{act.__name__}: {older}") from older


@pytest.mark.parametrize("act", [read_notices, claim_and_lose])
def test_with_the_counter_gone_the_look_finds_the_older_page(offices, readers, monkeypatch, act):
    request_receipt(offices)
    look(readers)
    monkeypatch.setattr(state, "move", lambda: None)
    act(offices)
    if act is claim_and_lose:
        queue.fail(queue.claim(of_receipt().pk), "办理进程中断", is_final=False)
        queue.give_up(queue.claim(of_receipt().pk))
    with pytest.raises(AssertionError, match="older"):
        look(readers)
