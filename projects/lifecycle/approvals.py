"""How technical documents are approved (9.1.1), as rows.

领导小组“审批电子政务项目建设方案”，电子政务管理部门“预审批电子政务项目技术方案”，专家工作组“审批业务应用系统的需求说明书、
概要设计”. The plan does not say before which step of the works: 建设方案 before 采购, the other two before 开工
(D04: after 立项); 系统默认. What the network centre and the experts say of a scheme comes with its filing (D04).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from projects.models import TechnicalDocument


@dataclass(frozen=True)
class Step:
    """A step of an approval. `body`: whose seat decides (key of a body of 9.1); "" where experts speak in person and
    nothing is decided. `round_kind`: of its round."""

    key: str
    body: str
    round_kind: str

    @property
    def label(self) -> str:
        return LABELS[self.key]

    @property
    def decides(self) -> bool:
        return bool(self.body)


LABELS = dict(TechnicalDocument.STEPS)
VIEW = Step("view", "", "document_view")
GROUP = Step("group", "expert-group", "document_group")
PRE = Step("pre", "egov-department", "document_pre")
APPROVE = Step("approve", "leading-group", "document_approve")
STEPS: Mapping[str, Step] = {s.key: s for s in (VIEW, GROUP, PRE, APPROVE)}
CHAINS: Mapping[str, tuple[Step, ...]] = {
    "scheme": (PRE, APPROVE),
    "requirements": (VIEW, GROUP),
    "outline": (VIEW, GROUP),
}
ROUND_KINDS = tuple(s.round_kind for s in STEPS.values())
# From this state on a document may be filed: the scheme while the project is still to be approved, the others after it.
FROM_REGISTERED = ("scheme",)


def after(kind: str, step: str) -> Step | None:
    """The step that follows in the document's chain; None after the last."""
    chain = CHAINS[kind]
    place = [s.key for s in chain].index(step) + 1
    return chain[place] if place < len(chain) else None


def not_asked(kind: str, origin: str, level_922: str) -> str:
    """Why a document of this project needs no approval; empty where it does."""
    if origin == "district":
        return "区县项目实行备案制，不经审批（9.1.1、D50）"
    if kind != "scheme" and level_922 == "1":
        return "总体工程（一级），9.1.1 只对业务应用系统要求"
    return ""
