"""Every write is a verb: it stands in a @verb or a @step, in a `with frame()`,
or in what only those of its module call.

What is written otherwise is named below with its reason, and so is who opens a frame without being a verb: a house that
writes in a new way says so here.
"""

from __future__ import annotations

import ast
import re
from collections import defaultdict

import pytest
from django.conf import settings

from tests.house.test_floors import SOURCES

# A write outside every verb, by file and function.
NO_VERB = {
    "governance/kernel/audit.py append": "the trail itself, a verb's last statement",
    "governance/kernel/state.py move": "that something was written beside the trail",
    "governance/database/bulk.py insert": "the tool; its callers count as writing",
    "governance/database/bulk.py update": "the tool",
    "governance/database/bulk.py _copy": "the tool",
    "governance/models/platform.py UserManager.create_user": "Django's own word for making a user",
    "governance/models/platform.py ApiToken.issue": "a model cannot know the verbs; the command opens the frame",
    "governance/storage/backups.py _load": "a restored database, before anybody works with it",
    "governance/jobs/tasks.py daily": "sessions that have ended",
    "governance/jobs/heart.py write": "the process's own heartbeat",
    "governance/jobs/heart.py _write_all": "heartbeats of processes long gone",
    "governance/jobs/heart.py _end": "the process's own heartbeat",
    "governance/api/manners.py _used": "when a token was last used",
    "governance/web/throttle.py count": "how often something was tried, whoever tried it",
    "governance/web/throttle.py forget": "it was right at last",
    "governance/kernel/demonstration.py keep_day": "the demonstration's date",
    "governance/jobs/bell.py queue_name": "the name of the database's queue, made once",
    "governance/jobs/queue.py _move": "a job's state: one conditional UPDATE decides",
    "governance/jobs/queue.py beat": "a job's lease and progress",
    "governance/notices/mail.py post": "letters whose sender died",
    "governance/notices/mail.py settle": "notices of a demonstration, which are nobody's post",
    "governance/notices/mail.py spread": "letters: the notice is the verb's, its way by e-mail is not",
    "governance/notices/mail.py digests": "letters",
    "governance/notices/mail.py send": "letters",
    "governance/notices/mail.py _claim": "letters",
    "guiyang_egov/demo/": "the demonstration comes and goes as a whole",
}

# Who opens a frame without being a verb: nobody in person acts, or the verb stands inside.
FRAMES = {
    "governance/kernel/verbs.py verb": "a verb",
    "governance/kernel/once.py once": "a form's token and its verb are one transaction",
    "governance/actions/first_administrators.py appoint_first_administrators": "nobody may act before them",
    "governance/actions/reforms.py apply_successions": "a reform's day has come",
    "governance/actions/passwords.py use_password_link": "the person sets his password; he is nobody yet",
    "governance/actions/trail.py tell_head": "daily",
    "governance/actions/retention.py purge": "daily",
    "governance/jobs/queue.py request_scheduled": "the schedule requests",
    "governance/jobs/queue.py finish": "a worker's job is done",
    "governance/jobs/queue.py fail": "a worker's job has failed",
    "governance/management/commands/api_token.py Command.handle": "the command line",
    "budgets/hooks/daily.py daily": "daily",
    "budgets/workbook/importing.py commit": "reads its file before the transaction; an unclean plan takes itself back",
    "budgets/workbook/export.py export_csv": "a snapshot is kept before its rows are read",
    "budgets/workbook/export.py _keep": "the snapshot of an export",
    "projects/hooks/daily.py daily": "daily",
    "priorities/actions/batches.py _run": "a worker takes a batch",
    "priorities/actions/batches.py _item": "the case's verb and what came of it are one transaction",
    "priorities/actions/batches.py _finish": "a worker is done with a batch",
    "priorities/actions/side_lanes.py re_review_due": "daily",
    "priorities/rescreening/sweep.py run": "a batch of cases a transaction, so that nobody waits long",
    "priorities/rescreening/sweep.py renew": "stored bits of another layout, before they are read",
    "priorities/hooks/reminders.py remind": "daily",
    "guiyang_egov/management/commands/load_plan.py load": "the command line",
    "guiyang_egov/first_run/importing.py bring": "each row is a verb; all of them or none",
    "guiyang_egov/demo/loading.py remove": "the demonstration goes",
}

ITS_OWN = {"governance/kernel/audit.py", "governance/kernel/anchors.py", "governance/database/append_only.py"}
TRAIL = {"AuditRow", "AuditConcern", "AuditHead"}
ANYWAY = {"create", "bulk_create", "bulk_update", "get_or_create", "update_or_create", "clear_expired"}
SQL = re.compile(r"\s*(INSERT INTO|UPDATE|DELETE FROM|COPY|TRUNCATE|MERGE INTO)\b")


def is_write(node: ast.AST) -> bool:
    if isinstance(node, ast.Constant):
        return isinstance(node.value, str) and bool(SQL.match(node.value)) and len(node.value.split()) > 1
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return False
    name, of = node.func.attr, node.func.value
    plain = [a for a in node.args if not isinstance(a, ast.Starred)]
    return (
        name in ANYWAY
        or (name in ("save", "delete") and not plain and not _is(of, "super"))
        or (name == "update" and not plain and bool(node.keywords))  # a set's and a dict's take something plain
        or (name in ("insert", "update") and _is(of, "bulk"))
    )


def _is(node: ast.AST, name: str) -> bool:
    """Whether it is that name, or a call of it."""
    return getattr(getattr(node, "func", node), "id", "") == name


class Module:
    """One file: its writes, frames and calls, each with the functions and `with` blocks round it."""

    def __init__(self, text: str):
        self.writes: list[tuple[ast.AST, ...]] = []
        self.frames: list[tuple[ast.AST, ...]] = []
        self.calls: dict[str, list[tuple[ast.AST, ...]]] = defaultdict(list)
        self.tree = ast.parse(text)
        self._walk(self.tree, ())

    def _walk(self, node: ast.AST, around: tuple[ast.AST, ...]) -> None:
        if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.With):
            around = (*around, node)
            if isinstance(node, ast.With) and _opens_frame(node):
                self.frames.append(around)
        if is_write(node):
            self.writes.append(around)
        if isinstance(node, ast.Call):
            self.calls[getattr(node.func, "id", getattr(node.func, "attr", ""))].append(around)
        for child in ast.iter_child_nodes(node):
            self._walk(child, around)

    def is_verbs(self, around: tuple[ast.AST, ...], seen: tuple[str, ...] = ()) -> bool:
        """Whether a place is inside a verb: by itself, or since all that call its private function are."""
        functions = [a for a in around if isinstance(a, ast.FunctionDef)]
        if any(isinstance(a, ast.With) and _opens_frame(a) for a in around):
            return True
        if any(_word(d) in ("verb", "step") for f in functions for d in f.decorator_list):
            return True
        if not functions or not functions[0].name.startswith("_") or functions[0].name in seen:
            return False
        calls = self.calls[functions[0].name]
        return bool(calls) and all(self.is_verbs(call, (*seen, functions[0].name)) for call in calls)


def _opens_frame(node: ast.With) -> bool:
    return any(ast.unparse(item.context_expr) in ("frame()", "verbs.frame()") for item in node.items)


def _word(decorator: ast.expr) -> str:
    named = decorator.func if isinstance(decorator, ast.Call) else decorator
    return getattr(named, "id", getattr(named, "attr", ""))


def _name(file: str, around: tuple[ast.AST, ...]) -> str:
    if file.startswith("guiyang_egov/demo/"):
        return "guiyang_egov/demo/"
    outer = around[: 2 if around and isinstance(around[0], ast.ClassDef) else 1]
    return f"{file} {'.'.join(a.name for a in outer)}"


@pytest.fixture(scope="module")
def modules() -> dict[str, Module]:
    return {path.relative_to(settings.BASE_DIR).as_posix(): Module(path.read_text()) for path in SOURCES}


def test_every_write_is_a_verbs_or_is_named(modules):
    found = {_name(file, w) for file, module in modules.items() for w in module.writes if not module.is_verbs(w)}
    assert found - set(NO_VERB) == set(), "neither verb nor step, and not named with a reason"
    assert set(NO_VERB) - found == set(), "named, and needs it no longer"


def test_whoever_opens_a_frame_is_named(modules):
    found = {
        f"{file} {'.'.join(a.name for a in around if not isinstance(a, ast.With))}".removesuffix(".decorate.run")
        for file, module in modules.items()
        for around in module.frames
    }
    assert found == set(FRAMES)


@pytest.mark.parametrize(
    ("source", "is_named"),
    [
        ("def f(row):\n    row.save()", True),
        ("@verb('a.b.c')\ndef f(*, by, row):\n    row.save()", False),
        ("@verbs.step\ndef f(row):\n    _g(row)\ndef _g(row):\n    row.save()", False),
        ("@step\ndef f(row):\n    _g(row)\ndef _g(row):\n    row.save()\ndef h(row):\n    _g(row)", True),
        ("def f(row):\n    with frame():\n        row.delete()", False),
        ("def f(row):\n    with transaction.atomic():\n        Row.objects.filter(pk=1).update(a=2)", True),
        ("def f(rows):\n    bulk.insert(Row, ('a',), rows)", True),
        ("def f(cursor):\n    cursor.execute(f'DELETE FROM {t}')", True),
    ],
)
def test_a_write_is_seen_where_it_stands(source, is_named):
    module = Module(source)
    assert len(module.writes) == 1
    assert module.is_verbs(module.writes[0]) is not is_named


@pytest.mark.parametrize("source", ["found.update(rows)", "digest.update(b'')", "book.save(file)", "super().save()"])
def test_what_is_no_write(source):
    assert Module(source).writes == []


def test_only_the_audit_module_touches_the_trail(modules):
    """Rows are read through its functions; an annotation may name their class."""
    wrong = set()
    for file, module in modules.items():
        if file in ITS_OWN or file.startswith("governance/models"):
            continue
        for node in ast.walk(module.tree):
            if isinstance(node, ast.ImportFrom) and node.module != "governance.kernel.audit":
                wrong |= {file for a in node.names if a.name in TRAIL}
            if isinstance(node, ast.Attribute) and (node.attr in TRAIL or getattr(node.value, "id", "") in TRAIL):
                wrong.add(file)
            if isinstance(node, ast.Constant) and "governance_audit" in str(node.value):
                wrong.add(file)
    assert wrong == set()
