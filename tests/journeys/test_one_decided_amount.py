"""What was decided on a case stands everywhere the same: random cases travel by the verbs from filing to the budget
line, and every place that names their money is compared with what the signers signed."""

from __future__ import annotations

import datetime as dt
import html
import io
import re
from decimal import Decimal

import openpyxl
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from budgets import actions as money_actions
from budgets.ledger.booking import LineKey
from budgets.models import BudgetLine
from budgets.workbook import export
from governance.basics.refusal import Refused
from governance.documents import printing
from governance.models import Notice
from priorities import actions
from priorities.annual_plan import plan_document
from priorities.models import AnnualPlan
from tests.priorities.stories import MINUTES, Stories, proposal

pytestmark = pytest.mark.django_db

YEARS, OTHERS = (2008, 2009), ("county", "state", "own")
ZERO = Decimal(0)

cents = st.integers(1, 90_000).map(lambda n: Decimal(n) / 100)


@st.composite
def cases(draw):
    """Amounts by (component, source, year) as filed and as settled, what the leading group takes off the city's money,
    and who requires the project: where the city does, the county's share is open (D12)."""
    filed, settled = {("c1", "city", 2008): draw(cents) + 2}, {}
    for part in [f"c{n}" for n in range(1, draw(st.integers(1, 3)) + 1)]:
        keys = st.tuples(st.sampled_from(("city", *OTHERS)), st.sampled_from(YEARS))
        for source, year in draw(st.lists(keys, unique=True, min_size=1, max_size=3)):
            filed.setdefault((part, source, year), draw(cents))
    for key, amount in filed.items():
        cut = draw(
            st.one_of(st.just(ZERO), st.just(amount), st.integers(0, int(amount * 100)).map(lambda n: Decimal(n) / 100))
        )
        spared = key[1] != "city" and draw(st.booleans())
        settled[key] = amount if spared else amount - cut
    settled["c1", "city", 2008] = max(settled["c1", "city", 2008], Decimal("1.50"))
    return filed, settled, draw(st.sampled_from((ZERO, Decimal("0.75")))), draw(st.sampled_from(("own", "city")))


def total(amounts: dict, source: str = "") -> Decimal:
    return sum((a for key, a in amounts.items() if source in ("", key[1])), ZERO)


def said(filed: Decimal, decided: Decimal) -> str:
    """Where nothing was cut, nothing is said of it."""
    return f"{decided:,.2f}" + (f"（申报 {filed:,.2f}，核减 {filed - decided:,.2f}）" if filed != decided else "")


def read(client, path: str) -> str:
    """The words of a page, without tags and blanks between Chinese words."""
    answer = client.get(path)
    assert answer.status_code == 200, path
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", answer.content.decode())).split())


def row_with(page: str, client, words: str) -> str:
    """The words of the table row that holds `words`."""
    answer = client.get(page).content.decode()
    rows = [r for r in re.findall(r"<tr.*?</tr>", answer, re.S) if words in r]
    assert rows, (page, words)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", " ".join(rows))).split())


def report_row(kind: str, year: int, table: str, key: str, value: str) -> dict:
    found = printing.build(kind, year).as_json()["sections"]
    rows = [r for s in found for t in s["tables"] if t["id"] == table for r in t["rows"]]
    return next(r for r in rows if r.get(key) == value)


# A failure is told as it was found: to shrink it would drive hundreds of cases.
@settings(max_examples=3, deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.reuse, Phase.generate])
@given(case=cases(), data=st.data())
def test_the_decided_amount_is_one_number_from_the_filing_to_the_budget_line(cast, case, data):
    filed, settled, less, mandate = case
    stories, n = Stories(cast), AnnualPlan.objects.count()
    title = f"多来源业务系统（{n}）"
    parts = sorted({key[0] for key in filed})
    document = proposal(
        title=title,
        investment_type="government",
        mandate=mandate,
        components=[
            {
                "id": part,
                "name": f"部分{part}",
                "kind": "business_system",
                "facts": {},
                "money": [
                    {"source": s, "fiscal_year": y, "amount_wan": f"{a:.2f}"}
                    for (p, s, y), a in filed.items()
                    if p == part
                ],
            }
            for part in parts
        ],
    )
    row = stories.judged(document=document)
    amounts = [
        {
            "component": p,
            "source": s,
            "fiscal_year": y,
            "approved_wan": f"{a:.2f}",
            "clause": "概算审核",
            "reason": "询价",
        }
        for (p, s, y), a in settled.items()
    ]
    payers = {"county": "12.34"} if mandate == "city" and all(key[1] != "county" for key in filed) else {}
    row = actions.propose_conclusion(
        by=cast.reviewer, submission=row, version=row.version, kind="candidate", amounts=amounts, payers=payers
    )
    row = stories.without_papers(row)
    row = actions.send(by=cast.reviewer, submission=row, version=row.version)
    city, whole = (total(filed, "city"), total(settled, "city")), (total(filed), total(settled))
    office, applicant, finance = cast.client("reviewer"), cast.client("health_cio"), cast.client("finance")

    def api(path: str) -> tuple:
        found = office.get(path).json()
        return tuple(
            None if found[f"{k}_wan"] is None else Decimal(found[f"{k}_wan"]) for k in ("filed", "decided", "cut")
        )

    def triple() -> tuple:
        return (whole[0], whole[1], whole[0] - whole[1])

    # What the county finds beside what was filed is in no sum, and is said wherever the sums are (D12).
    beside_it = "另由县（市、区）财政出 12.34" if payers else ""

    # Before it is signed: the signing page says first what is signed, and so do the desk and the applicant's own page.
    words = f"审定市财政 {said(*city)}"
    assert words in read(finance, f"/priorities/approvals/{row.number}/")
    desk = read(office, f"/priorities/desk/{row.number}/")
    assert words in desk
    assert beside_it in desk
    assert "成立。核减" in desk or whole[0] == whole[1]  # the deciding clause stands before the money
    signing = finance.get(f"/priorities/approvals/{row.number}/").content.decode()
    assert (signing.count('class="strip strip-info"'), "下一步" in signing) == (1, True)
    assert words in read(applicant, f"/priorities/submissions/{row.number}/")
    assert api(f"/api/v1/submissions/{row.number}/") == triple()
    beside = "，".join(filter(None, (f"{whole[1]:,.2f} 拟定", filed_words(whole))))
    assert beside in row_with("/priorities/approvals/", finance, title)
    assert f"拟审定 {said(*whole)} 万元" in read(office, "/priorities/sittings/")
    called = {"title": f"第 {n} 次会签会", "held_on": dt.date(2007, 8, 21), "submissions": [row]}
    sitting = actions.convene(by=cast.reviewer, **called)
    assert beside in row_with(sitting.get_absolute_url(), finance, title)
    for by in (cast.finance, cast.ndrc, cast.industry, cast.office_head):
        row = actions.sign(by=by, submission=row, version=row.version)
    assert Notice.objects.filter(sentence__contains=f"“{title}”联合会签通过").filter(sentence__contains=words).exists()

    # The candidate, in the scenario and in the draft of the plan.
    assert filed_words(whole) in row_with("/priorities/plan/2008/scenarios/", office, title)
    plan = actions.create_plan(by=cast.reviewer, plan_year=2008)
    if less:  # the leading group takes some off
        kept = {}
        for (_, s, y), a in settled.items():
            kept[y, s] = kept.get((y, s), ZERO) + a
        kept[2008, "city"] -= less
        entry = [{"source": s, "fiscal_year": y, "amount_wan": f"{a:.2f}"} for (y, s), a in kept.items() if a]
        actions.put_entry(
            by=cast.reviewer,
            plan=plan,
            version=plan.version,
            submission=row,
            decision="adjusted",
            amounts=entry,
            reason="压减",
        )
        plan.refresh_from_db()
        city, whole = (city[0], city[1] - less), (whole[0], whole[1] - less)
    assert filed_words(whole) in row_with("/priorities/plan/2008/", office, title)
    preview = row_with("/priorities/plan/2008/preview/", office, title)
    assert f"审定 {whole[1]:,.2f}" in preview
    assert filed_words(whole) in preview

    actions.adopt(by=cast.leader, plan=plan, version=plan.version, **MINUTES)
    row.refresh_from_db()
    plan.refresh_from_db()
    entry = next(e for e in plan.document["entries"] if e["title"] == title)
    assert (Decimal(entry["filed_wan"]), Decimal(entry["decided_wan"])) == whole
    assert plan_document.digest(plan.document) == plan.sha256
    listed = report_row("annual_plan", 2008, "listed", "title", title)
    assert (Decimal(listed["filed"]), Decimal(listed["total"])) == whole
    words = f"审定市财政 {said(*city)}"
    assert f"审定 {whole[1]:,.2f}" in row_with("/priorities/mine/", applicant, title)
    assert Notice.objects.filter(sentence__contains=f"“{title}”列入").filter(sentence__contains=words).exists()
    assert words in read(applicant, f"/priorities/submissions/{row.number}/")
    assert api(f"/api/v1/submissions/{row.number}/") == triple()

    # The register.
    project = row.project
    if payers:
        assert "12.34" in read(finance, f"/projects/{project.code}/")
        assert "12.34" in read(applicant, f"/priorities/submissions/{row.number}/decision/")
    assert (project.estimate_wan, project.filed_wan, project.decided_wan) == (whole[1], *whole)
    assert api(f"/api/v1/projects/{project.code}/") == triple()
    assert Decimal(office.get(f"/api/v1/projects/{project.code}/").json()["estimate_wan"]) == whole[1]
    beside = filed_words(whole)
    assert beside in read(office, f"/projects/{project.code}/")
    assert beside in row_with(f"/projects/?q={project.code}", office, project.code)
    assert f"{whole[1]:,.2f} {beside}".strip() in row_with(f"/projects/{project.code}/?part=cases", office, row.number)
    cut_whole = [p for p in parts if not total({k: a for k, a in settled.items() if k[0] == p})]
    assert all(f"部分{p} 不列入" in project.content for p in cut_whole)

    # The budget: lines, tables, workbook, reports.
    lines = BudgetLine.objects.filter(project=project)
    assert sum((x.approved_wan for x in lines), ZERO) == whole[1]
    assert sum((x.approved_wan for x in lines if x.source == "city"), ZERO) == city[1]
    api_lines = finance.get(f"/api/v1/budget-lines/?project={project.code}").json()["results"]
    assert sum((Decimal(x["approved_wan"]) for x in api_lines), ZERO) == whole[1]
    for page in ("/budgets/2008/?stage=approved&open=all", "/budgets/all/?stage=approved&open=all"):
        line = row_with(page, finance, project.code if "2008" in page else project.name)
        assert f"{whole[1]:,.2f}" in line
        assert beside in line
    content, _ = export.export("all", cast.finance, dt.date(2007, 8, 20))
    sheet = openpyxl.load_workbook(io.BytesIO(content))["预算"]
    heads = {cell.value: cell.column - 1 for cell in sheet[3]}
    own = [r for r in sheet.iter_rows(min_row=4, values_only=True) if r[heads["编号"]] == project.code]
    assert [Decimal(str(own[0][heads[h]])) for h in ("申报", "总概算")] == list(whole)
    assert sum((Decimal(str(r[heads["批复"]] or 0)) for r in own), ZERO) == whole[1]
    by_project = report_row("annual_budget", 2008, "by_project", "code", project.code)
    assert (Decimal(by_project["filed"]), Decimal(by_project["plan"])) == whole
    screened = report_row("screening_summary", 2008, "cases", "number", row.number)
    assert (Decimal(screened["city"]), Decimal(screened["approved"])) == city

    # A cent more than was decided is refused, with what lifts it.
    line = lines.get(fiscal_year=2008, source="city")
    with pytest.raises(Refused, match="超过审定的.*变更（预算）或追加"):
        money_actions.set_cell(
            by=cast.finance,
            at=LineKey(project, 2008, "city"),
            stage="approved",
            typed=f"{line.approved_wan + Decimal('0.01')}",
            version=line.version,
        )


def filed_words(whole: tuple[Decimal, Decimal]) -> str:
    """What stands beside a decided amount that is less than what was asked for."""
    return f"申报 {whole[0]:,.2f}，核减 {whole[0] - whole[1]:,.2f}" if whole[0] != whole[1] else ""
