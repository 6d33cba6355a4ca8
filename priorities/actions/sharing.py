"""The resource department's answers to what 8.3 asks about sharing (9.1.2.2)."""

from __future__ import annotations

from collections.abc import Iterable

from governance.basics.refusal import Invalid
from governance.basics.roles import Permission
from governance.kernel import access
from governance.kernel.access import Actor
from governance.kernel.verbs import verb
from priorities.actions.screening import clean_fact, put_facts
from priorities.actions.telling import tell_office
from priorities.case import guards
from priorities.models import Submission
from priorities.rules.facts import SHARING_FACTS
from priorities.screening import sharing


@verb("priorities.submission.answer_sharing")
def answer_sharing(*, by: Actor, submission: Submission, version: int, facts: Iterable[dict]) -> Submission:
    """Answer facts about sharing, many at once: {"fact", "value", "evidence", "component"}. They count before what the
    applicant stated, who is told of a difference and may answer it; the reviewer does not change them."""
    access.require(by, Permission.ANSWER_SHARING, submission)
    row = guards.enter(by=by, submission=submission, verb="answer_sharing", version=version)
    given = [clean_fact(row, item, i) for i, item in enumerate(facts)]
    if strangers := [fact for _, fact, _, _ in given if fact not in set(map(str, SHARING_FACTS))]:
        raise Invalid(f"信息资源管理部门只回答共享事实，不回答 {'、'.join(strangers)}。")
    if not given:
        raise Invalid("没有要回答的事实。", fields={"facts": ["至少回答一项"]})
    was_disputed = len(sharing.disputes(row))
    put_facts(by, row, given, verb="answer_sharing")
    settled = was_disputed - len(sharing.disputes(row))
    more = f"，与目录不一致的 {settled} 项已有答复" if settled else ""
    text = f"{by.organisation_name}回答了 {row.number}“{row.title}”的共享事实 {len(given)} 项{more}。"
    tell_office(row, f"sharing:{row.pk}:{row.version}", text)
    return row
