"""Cases brought to any state by the verbs themselves, the way people would."""

from __future__ import annotations

import copy
import datetime as dt

from governance.kernel import access
from governance.models import Organisation
from priorities import actions
from priorities import proposal as proposals
from priorities.models import Submission

FULL = {
    "title": "社区卫生服务信息系统",
    "construction": "new",
    "start": "2008-03",
    "end": "2009-06",
    "mandate": "own",
    "investment_type": "public_good",
    "investment_reason": "面向社区居民的公共卫生服务，不收费。",
    "service_objects": "社区居民和 62 个社区卫生服务中心",
    "goals": [{"indicator": "建档人数", "present": "0", "target": "60 万", "year": 2009}],
    "evaluation": "卫生局每年按目标表自评，信息产业局复核。",
    "content": "建设社区卫生服务业务系统，与市级共享交换平台对接。",
    "components": [
        {
            "id": "c1",
            "name": "业务系统",
            "kind": "business_system",
            "facts": {},
            "money": [
                {"source": "city", "fiscal_year": 2008, "amount_wan": "60"},
                {"source": "city", "fiscal_year": 2009, "amount_wan": "20"},
                {"source": "own", "fiscal_year": 2008, "amount_wan": "10"},
            ],
        },
        {
            "id": "c2",
            "name": "终端设备",
            "kind": "equipment",
            "facts": {},
            "money": [{"source": "city", "fiscal_year": 2008, "amount_wan": "30"}],
        },
    ],
    "facts": {
        "integrates_existing": "no",
        "highly_shared": "yes",
        "highly_integrated": "yes",
        "managed_by_resource_department": "no",
        "strengthens_supervision": "no",
        "raises_tax_revenue": "no",
        "greatly_improves_office_efficiency": "no",
        "easy_to_use": "yes",
        "serves_leaders_decisions": "no",
        "markedly_improves_public_service": {"value": "yes", "evidence": "方案第 3 章"},
        "improves_investment_climate": "no",
        "drives_economic_development": "no",
        "broad_benefit": "yes",
        "social_supervision": "no",
        "protects_livelihood": "no",
        "protects_production": "no",
        "supports_quality_city": "no",
        "public_culture_education": "no",
        "broadly_raises_skills_of_disadvantaged_or_farmers": "no",
        "required_by_state": "no",
        "important": "no",
        "partly_funded_by_government": "no",
        "urgently_needed": "no",
        "clear_benefit": "yes",
        "leadership_committed": "yes",
        "operators_qualified": "yes",
        "technical_environment_ready": "yes",
        "business_system": "yes",
        "exchangeable": "yes",
        "needs_cross_department_support": "no",
        "department_informatised": "yes",
        "vertical_network": "no",
        "closed_and_independent": "no",
        "pure_database": "no",
        "has_application": "yes",
        "shareable": "yes",
        "new_department_machine_room": "no",
    },
    "security": {"level": 2, "plan": "见建设方案第 6 章", "commitments": ["plan", "design", "construct", "use"]},
    "contact": {"name": "陈立明", "phone": "0851-5820101"},
}
POINTS = {"shared_network": True, "exchange": True, "ca": True, "security": True}
MINUTES = {
    "meeting_title": "市信息化领导小组会议",
    "held_on": dt.date(2007, 8, 20),
    "minutes_number": "筑信领纪〔2007〕3号",
}


def proposal(**changes) -> dict:
    """A complete proposal with a clear 优先建设 verdict (8.3.1(4))."""
    return copy.deepcopy(FULL) | changes


def components(city: str = "100", **facts) -> list[dict]:
    """One component with city money of 2008 (none where `city` is 0) and its facts."""
    source = "city" if city != "0" else "own"
    money = [{"source": source, "fiscal_year": 2008, "amount_wan": city if city != "0" else "50"}]
    return [{"id": "c1", "name": "系统", "kind": "business_system", "facts": facts, "money": money}]


def save(cast, row, **changes):
    """The health bureau's case, saved with these fields changed."""
    document = proposals.clean(row.proposal | changes)[0]
    return actions.save_draft(by=cast.health_cio, submission=row, version=row.version, proposal=document)


def small() -> dict:
    """A case whose papers may be waived for one reason: one component, 60 万元."""
    return proposal(investment_type="government", components=components("60"))


class Stories:
    """Brings cases to a state. `cast` are the named people of tests/conftest.py."""

    def __init__(self, cast):
        self.cast = cast

    def draft(self, *, by=None, kind: str = "new", document: dict | None = None, **more) -> Submission:
        by = by or (self.cast.district if kind == "district" else self.cast.health_cio)
        if document is None:
            document = proposal()
            if kind in ("self_funded", "district"):
                document["components"] = components("0")
        return actions.create_draft(by=by, kind=kind, plan_year=2008, proposal=document, **more)

    def submitted(self, **more) -> Submission:
        row = self.draft(**more)
        by = access.actor_for(row.author)
        return actions.submit(by=by, submission=row, version=row.version)

    def under_review(self, **more) -> Submission:
        row = self.submitted(**more)
        return actions.accept(by=self.cast.reviewer, submission=row, version=row.version)

    def returned(self, *, points=(("evaluation", "写明由谁评估"),), **more) -> Submission:
        row = self.under_review(**more)
        return actions.return_for_correction(by=self.cast.reviewer, submission=row, version=row.version, points=points)

    def judged(self, *, facts=(), **more) -> Submission:
        """Facts and verdict confirmed."""
        row = self.under_review(**more)
        by = self.cast.reviewer
        row = actions.confirm_facts(by=by, submission=row, version=row.version, facts=facts, nothing_to_object=True)
        return actions.confirm_verdict(by=by, submission=row, version=row.version)

    def ready(self, *, conclusion: str = "candidate", **more) -> Submission:
        """Everything that send asks for is there."""
        if conclusion == "no_city_funding" and "facts" not in more:
            more["facts"] = [{"fact": "process_stability_unclear", "value": "yes", "evidence": "流程在调整"}]
        row = self.judged(**more)
        by, extra = self.cast.reviewer, {}
        if conclusion == "deferred":
            extra = {"lacking": "业务流程尚未确定", "re_review_on": dt.date(2008, 2, 20)}
        asked = {m["source"] for c in row.proposal["components"] for m in c["money"]}
        if row.proposal["investment_type"] == "public_good" and "own" not in asked:
            extra["payers"] = {"own": "0"}  # 公益型: the department's share is settled (D11)
        row = actions.propose_conclusion(by=by, submission=row, version=row.version, kind=conclusion, **extra)
        return self.without_papers(row)

    def without_papers(self, row: Submission) -> Submission:
        """Its opinions and its scan waived, each for its own reason."""
        for what in ("network_centre", "expert", "scan"):
            more = {"version": row.version, "reason": f"{what}：另有书面材料", "what": what}
            row = actions.waive_opinion(by=self.cast.reviewer, submission=row, **more)
        return row

    def joint_approval(self, **more) -> Submission:
        row = self.ready(**more)
        return actions.send(by=self.cast.reviewer, submission=row, version=row.version)

    def concluded(self, conclusion: str = "candidate", **more) -> Submission:
        row = self.joint_approval(conclusion=conclusion, **more)
        for by in (self.cast.finance, self.cast.ndrc, self.cast.industry, self.cast.office_head):
            row = actions.sign(by=by, submission=row, version=row.version)
        return row

    def withdrawn(self) -> Submission:
        row = self.submitted()
        return actions.withdraw(by=self.cast.health_cio, submission=row, version=row.version)

    def self_funded(self) -> Submission:
        row = self.under_review(kind="self_funded")
        return actions.check_self_funded(by=self.cast.reviewer, submission=row, version=row.version, **POINTS)

    def filed(self) -> Submission:
        row = self.submitted(kind="district")
        return actions.acknowledge(by=self.cast.reviewer, submission=row, version=row.version)

    def adopted(self) -> Submission:
        row = self.concluded()
        plan = actions.create_plan(by=self.cast.reviewer, plan_year=2008)
        actions.adopt(by=self.cast.leader, plan=plan, version=plan.version, **MINUTES)
        row.refresh_from_db()
        return row

    def in_state(self, state: str) -> Submission:
        """A case in the state, by the shortest way."""
        if state in ("candidate", "pool", "deferred", "no_city_funding"):
            return self.concluded(state)
        return getattr(self, state)()


def unit(name: str) -> Organisation:
    return Organisation.objects.get(name=name)
