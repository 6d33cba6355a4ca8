"""What each gate of a project's life asks for: material lists, trial run, assessments. Pure.

The plan orders approval of schemes (9.1.1), supervision and acceptance (9.2.7) and synchronous security (9.3.8)
without a list of papers, nor which step of the works each comes before; lists and places are the field's and marked
系统默认. A requirement is met by its paper, by a contract of its kind, by what the register itself recorded (an
approval, one of the four 同步, an assessment, a filed grading, a first acceptance), or recorded as 不适用 with a reason
where it may be.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass

TRIAL_DAYS = 30  # 试运行一般 1—6 个月
DOCUMENTS, SECURITY = "documents/", "security/"  # pages of a project on which a record is made
PAGES = {DOCUMENTS: "技术文件", SECURITY: "安全"}
RECORD_DAYS = 15  # working days to record a conclusion


@dataclass(frozen=True)
class Requirement:
    """One thing that must be there before the gate's transition. `contract`: a contract of this kind meets it as well;
    `record`: so does this record of the register (projects.lifecycle.proofs), and where `at` names the page of the
    project on which that record is made, nothing else does. `source`: who makes out the paper."""

    key: str
    label: str
    gate: str  # a verb of life.TRANSITIONS
    may_not_apply: bool = False
    source: str = "牵头单位"
    contract: str = ""
    record: str = ""
    clause: str = ""
    at: str = ""

    @property
    def page(self) -> str:
        """The name of the page on which its record is made; empty where it is recorded by its paper."""
        return PAGES.get(self.at, "")


def _approved(key: str, label: str, gate: str, source: str, may_not_apply: bool = False) -> Requirement:
    return Requirement(
        f"{key}_approved", label, gate, may_not_apply, source, record=f"{key}_approved", clause="9.1.1", at=DOCUMENTS
    )


def _sync(item: str, label: str, gate: str) -> Requirement:
    return Requirement(f"sync_{item}", label, gate, record=f"sync_{item}", clause="9.3.8", at=SECURITY)


REQUIREMENTS: tuple[Requirement, ...] = (
    _approved("scheme", "建设方案（技术方案）经预审批和审批", "procure", "电子政务管理部门和领导小组"),
    _approved("requirements", "需求说明书经专家工作组审批", "build", "专家工作组", may_not_apply=True),
    _approved("outline", "概要设计经专家工作组审批", "build", "专家工作组", may_not_apply=True),
    _sync("planning", "安全同步规划", "build"),
    _sync("design", "安全同时设计", "build"),
    Requirement("build_contract", "建设合同", "build", may_not_apply=True, contract="build"),
    Requirement("supervisor", "监理合同或监理单位委托", "build", may_not_apply=True, contract="supervision"),
    Requirement("contract_done", "合同内容完成，实施工作报告", "accept_first", source="承建单位"),
    Requirement("contracts_list", "合同与采购清单", "accept_first"),
    Requirement("manuals", "需求、设计、测试、用户手册", "accept_first", source="承建单位"),
    Requirement("supervision_report", "监理报告", "accept_first", may_not_apply=True, source="监理单位"),
    _sync("construction", "安全同时施工", "accept_first"),
    Requirement("first_opinion", "初验意见", "try", source="验收单位", record="first_acceptance"),
    Requirement("application", "终验申请", "accept_finally"),
    Requirement("approvals", "立项与变更批复", "accept_finally"),
    Requirement("trial_report", "试运行报告与用户意见（无重大故障）", "accept_finally", source="使用单位"),
    Requirement("third_party_test", "第三方测试报告", "accept_finally", may_not_apply=True, source="测试机构"),
    Requirement(
        "security_assessment",
        "安全测评或风险评估报告",
        "accept_finally",
        source="测评机构",
        record="assessment",
        clause="9.3.3",
    ),
    Requirement(
        "protection_filing",
        "等级保护备案证明",
        "accept_finally",
        may_not_apply=True,
        source="备案机关",
        record="filing",
        clause="9.3.2",
    ),
    Requirement(
        "sharing_test",
        "信息共享测评（提供的目录实际可用）",
        "accept_finally",
        may_not_apply=True,
        source="政府信息资源管理部门",
        clause="9.2.8",
    ),
    Requirement("training", "培训完成", "accept_finally", may_not_apply=True, clause="9.5.2"),
    Requirement("accounts", "财务决算或审计报告", "accept_finally", source="财务或审计"),
    Requirement("assets", "资产清单", "accept_finally"),
    Requirement("handover", "源代码与数据目录移交", "accept_finally", may_not_apply=True, source="承建单位"),
    Requirement("archive", "档案归档", "accept_finally"),
    Requirement("self_evaluation", "绩效自评", "accept_finally"),
    _sync("use", "安全同时投入使用", "operate"),
)
BY_KEY = {r.key: r for r in REQUIREMENTS}
GATES = tuple(dict.fromkeys(r.gate for r in REQUIREMENTS))


SECURITY_BINDS = ("", "new", "rebuild")  # D52: 新建、改建; a project whose kind nobody stated is read as 新建


def security_binds(construction: str) -> bool:
    """Whether 9.3.8 binds this kind of works; of 扩建、升级、运维 the four are only advised (D52)."""
    return construction in SECURITY_BINDS


def of_gate(gate: str) -> tuple[Requirement, ...]:
    return tuple(r for r in REQUIREMENTS if r.gate == gate)


@dataclass(frozen=True)
class Record:
    """What the register itself holds for a requirement: in words, with its day and address."""

    text: str
    day: dt.date | None
    address: str


@dataclass(frozen=True)
class Standing:
    """A requirement as it stands: `met` by a paper, a contract, a record of the register, or 不适用."""

    requirement: Requirement
    item: object | None  # models.GateItem
    contracts: tuple = ()
    record: Record | None = None

    @property
    def met(self) -> bool:
        return self.item is not None or bool(self.contracts) or self.record is not None


def standing(
    items: Mapping[str, object], contracts: Collection, gate: str, records: Mapping[str, Record]
) -> list[Standing]:
    """Requirements of a gate with what is there: items in force by key, contracts in force, records by key."""
    return [
        Standing(
            r, items.get(r.key), tuple(c for c in contracts if r.contract and c.kind == r.contract), records.get(r.key)
        )
        for r in of_gate(gate)
    ]


def lacking(gate: str, keys: Collection[str], contract_kinds: Collection[str]) -> list[Requirement]:
    """Requirements of a gate that neither a paper or record (by key) nor a contract (by kind) meets."""
    return [r for r in of_gate(gate) if r.key not in keys and not (r.contract and r.contract in contract_kinds)]


def by_page(lacking: Collection[Requirement]) -> list[tuple[str, list[Requirement]]]:
    """What lacks by the page on which it is recorded, in the order of the requirements."""
    pages: dict[str, list[Requirement]] = {}
    for one in lacking:
        pages.setdefault(one.at, []).append(one)
    return list(pages.items())


def sources(lacking: Collection[Requirement]) -> str:
    """Who makes out what is lacking, each once: 承建单位、监理单位."""
    return "、".join(dict.fromkeys(r.source for r in lacking))


def trial_ends(since: dt.date | None) -> dt.date | None:
    """The first day on which a trial run that began `since` is long enough for the final acceptance."""
    return since + dt.timedelta(days=TRIAL_DAYS) if since else None
