"""An application for outside money, drafted from what is known (9.6.2), and printed as a paper: everything on it comes
from the register, the ledger of goals and the budget, or was typed by the applicant; what is unknown says 未填."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import uuid
from decimal import Decimal

from django.conf import settings
from django.template.loader import render_to_string

from budgets.funds import fit
from budgets.ledger import decided
from budgets.models import SOURCES, FundingApplication
from governance import jobs
from governance.basics import clock
from governance.documents import printing
from governance.jobs import Produced, Progress
from governance.jobs.queue import enqueue
from governance.kernel.access import Actor
from governance.kernel.verbs import step
from governance.models import Document, Job
from projects.benefits import ledger
from projects.labels import CONSTRUCTIONS, INVESTMENT_TYPES, STATES
from projects.lifecycle import period_text
from projects.models import Project

KIND, FORM = "fund_application", "ZX-2007-1"
CLAUSE = "9.6.2"
UNKNOWN = "未填"


def purpose_of(project: Project) -> str:
    """What the form starts with: the project's own content and goals, in their words."""
    row = project.plan_item
    listed = f"本项目列入《规划》10.4 第 {row.order} 行。" if row else ""
    goals = "；".join(
        f"{b.indicator}{'由 ' + b.baseline if b.baseline else ''}达到 {b.target}"
        for b in project.benefits.in_force().order_by("due", "pk")
    )
    return f"{listed}{project.content}" + (f"\n可度量的目标：{goals}。" if goals else "")


def content_of(application: FundingApplication) -> dict:
    """The application as JSON, as it stands today."""
    project, call, day = application.project, application.call, clock.today()
    by_source, labels = decided.approved(project.pk), dict(SOURCES)
    leads = [lead.as_named for lead in project.leads.all()]
    return {
        "day": day.isoformat(),
        "code": project.code,
        "call": {
            "issuer": call.issuer,
            "title": call.title,
            "number": call.document_number,
            "kind": call.get_kind_display(),
            "closes": call.closes.isoformat(),
        },
        "project": {
            "编号": project.code,
            "项目名称": project.name,
            "牵头单位": "、".join(leads) or UNKNOWN,
            "建设周期": period_text.say(project.latest_start, project.latest_end, project.precision) or UNKNOWN,
            "建设类型": CONSTRUCTIONS.get(project.construction, UNKNOWN),
            "投资类型": INVESTMENT_TYPES.get(project.investment_type, UNKNOWN),
            "谁要求建设": fit.MANDATES.get(project.mandate, UNKNOWN),
            "安全保护等级": f"{project.protection_level} 级" if project.protection_level else UNKNOWN,
            "现在的状态": STATES[project.state],
            "概算": UNKNOWN if project.estimate_wan is None else f"{project.estimate_wan:,.2f} 万元",
        },
        "content": project.content,
        "quote": _quote(project),
        "goals": [_goal(one) for one in ledger.lines(day, [project])],
        "money": [{"label": labels[s], "wan": f"{wan:,.2f}"} for s, wan in by_source.items()],
        "money_wan": f"{sum(by_source.values(), Decimal(0)):,.2f}" if by_source else "",
        "form": application.get_form_display(),
        "asked_wan": f"{application.asked_wan:,.2f}",
        "purpose": application.purpose,
        "preparation": application.preparation,
        "checks": [{"asked": c.asked, "known": c.known, "word": c.word} for c in fit.fits(call, [project])[0].checks],
    }


def _quote(project: Project) -> str:
    row = project.plan_item
    return f"《规划》10.4 第 {row.order} 行（原文第 {row.line} 行）：{row.content}" if row else ""


def _goal(one: ledger.Line) -> dict:
    goal = one.benefit
    return {
        "indicator": goal.indicator,
        "baseline": goal.baseline or UNKNOWN,
        "target": goal.target,
        "due": one.due.isoformat() if one.due else UNKNOWN,
        "value": one.latest.value if one.latest else "未测",
    }


def shown(application: FundingApplication) -> dict:
    """What a page or a paper shows: frozen since it was sent, today's while it is drafted."""
    return application.content or content_of(application)


@step
def issue(*, by: Actor, application: FundingApplication) -> Job:
    """Let the paper be printed; the same content finds the job that has printed it."""
    content = shown(application)
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    digest = hashlib.sha256(text.encode()).hexdigest()
    key = uuid.uuid5(uuid.NAMESPACE_URL, f"{KIND}:{application.pk}:{digest}")
    if (known := Job.objects.filter(pk=key).first()) is not None:
        return known
    params = {
        "application": application.pk,
        "project": application.project.code,
        "state": application.get_state_display(),
        "sha256": digest,
        "content": content,
    }
    return enqueue(by=by, kind=KIND, params=params, key=key)


def printed(application: FundingApplication) -> list[Document]:
    """Papers of an application, newest first."""
    jobs_of = Job.objects.filter(kind=KIND, params__application=application.pk)
    return list(Document.objects.filter(job__in=jobs_of).select_related("job").order_by("-pk"))


def _run(params: dict, progress: Progress) -> list[Produced]:
    progress.step(5, 100, "取数")
    content = params["content"]
    day = dt.date.fromisoformat(content["day"])
    html = render_to_string(
        "report/fund_application.html",
        {"a": content, "day": day, "city": settings.CITY_NAME, "form": FORM, "state": params["state"]}
        | {"sha256": params["sha256"], "clause": CLAUSE},
    )
    made, pages = printing.pdf(html, day=day, progress=progress.part(10, 95))
    name = f"专项资金申请书_{params['project']}_{content['day']}.pdf"
    return [Produced("pdf", made, name, params["sha256"], FORM, printing.engine(), pages)]


def _may_see(actor: Actor, params: dict) -> bool:
    return bool(params) and FundingApplication.objects.visible_to(actor).filter(pk=params.get("application")).exists()


def register() -> None:
    """Offer the kind of job; from AppConfig.ready()."""
    jobs.register(
        jobs.JobKind(
            key=KIND,
            title="专项资金申请书",
            run=_run,
            may_request=_may_see,
            may_download=lambda actor, document: document.job_id is not None and _may_see(actor, document.job.params),
            formats=("pdf",),
            is_report=False,
            wall_s=60,
            memory_mib=1024,
            order=210,
            label=lambda params: f"专项资金申请书 {params['project']} {params['content']['call']['title']}",
            address=lambda params: f"/budgets/funds/applications/{params['application']}/",
        )
    )
