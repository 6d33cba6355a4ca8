"""Who sees a case, by role and state: the same answer in the list, the counts, the search, the API and every page."""

from __future__ import annotations

import re

import pytest

from priorities import actions
from priorities.models import Submission

PDF = b"%PDF-1.4 something"
# Who may see a case of the health bureau in a state: the unit, whoever reads the whole city once it is
# filed, and who has a seat in its round.
OWN = {"health_cio"}
CITY = {"reviewer", "office_head", "finance", "ndrc", "industry", "leader", "auditor"}
SEES = {"draft": OWN, "submitted": OWN | CITY, "joint_approval": OWN | CITY, "returned": OWN | CITY}
BLIND = ("sysadmin", "secadmin")  # no business at all
NAMES = (*sorted(OWN | CITY), "district", "expert", "network")


@pytest.fixture
def cases(stories, cast, media) -> dict[str, Submission]:
    found = {}
    for number, state in enumerate(SEES):
        row = stories.in_state(state) if state != "draft" else stories.draft()
        title = f"可见性测试项目{'甲乙丙丁'[number]}"
        Submission.objects.filter(pk=row.pk).update(title=title, search_text=f"{(row.number or '').lower()}{title}")
        kind = "scheme" if state == "draft" else "scan"
        if state not in ("joint_approval", "returned"):
            actions.attach(
                by=cast.health_cio, submission=row, kind=kind, name="文件.pdf", content=PDF + bytes([number])
            )
        row.refresh_from_db()
        found[state] = row
    return found


def without_token(answer) -> str:
    return re.sub(r'"[A-Za-z0-9]{64}"', "", answer.content.decode())


def test_a_case_is_seen_everywhere_or_nowhere_by_role_and_state(cases, cast):
    for name in NAMES:
        client, seen = cast.client(name), {state: name in who for state, who in SEES.items()}
        listed = client.get("/api/v1/submissions/?page_size=500").json()
        assert listed["count"] == sum(seen.values()), name
        found = {row["title"] for row in listed["results"]}
        searched = re.sub("</?mark>", "", client.get("/search/?q=可见性测试项目").content.decode())
        others = "".join(client.get(a).content.decode() for a in ("/", "/calendar/", "/governance/notices/"))
        missing = client.get("/priorities/submissions/SB2008-999/")
        assert missing.status_code == 404
        for state, row in cases.items():
            may = seen[state]
            assert (row.title in found) is may, (name, state)
            assert (row.title in searched) is may, (name, state)
            assert may or row.title not in others, (name, state)
            assert client.get(f"/api/v1/submissions/{row.reference}/").status_code == (200 if may else 404), (
                name,
                state,
            )
            page = client.get(f"/priorities/submissions/{row.reference}/")
            assert page.status_code == (200 if may else 404), (name, state)
            assert may or without_token(page) == without_token(missing)
            for part in ("versions/", *(f"attachments/{a.pk}/" for a in row.attachments.all())):
                answer = client.get(f"/priorities/submissions/{row.reference}/{part}")
                assert answer.status_code == (200 if may else 404), (name, state, part)
                assert not answer.streaming or b"".join(answer.streaming_content).startswith(PDF)
    client = cast.client("district")  # a filter or a page number shows nothing more
    for query in ("?state=draft", "?state=joint_approval", "?search=可见性", "?page=1&page_size=1", "?kind=new"):
        assert client.get(f"/api/v1/submissions/{query}").json()["count"] == 0, query
    for name in BLIND:
        client = cast.client(name)
        assert client.get("/api/v1/submissions/").status_code == 403
        for row in cases.values():
            assert client.get(f"/priorities/submissions/{row.reference}/").status_code == 403


def test_the_same_post_twice_makes_one_object_and_answers_alike(stories, cast):
    client = cast.client("health_cio")
    first, second = (client.post("/priorities/submissions/new/", {"kind": "new", "once": "abc"}) for _ in range(2))
    assert Submission.objects.count() == 1
    assert (
        (first.status_code, first["Location"]) == (second.status_code, second["Location"]) == (302, second["Location"])
    )
    row = stories.draft()
    values = {"version": row.version, "once": "def"}
    answers = [client.post(f"/priorities/submissions/{row.reference}/review/", values) for _ in range(3)]
    assert {a["Location"] for a in answers} == {f"/priorities/submissions/{Submission.objects.get(pk=row.pk).number}/"}
    assert row.versions.count() == 1
    headers = {"Idempotency-Key": "k1"}
    made = [
        client.post("/api/v1/submissions/", {"kind": "new"}, content_type="application/json", headers=headers)
        for _ in range(2)
    ]
    assert [a.status_code for a in made] == [201, 201]
    assert Submission.objects.count() == 3
