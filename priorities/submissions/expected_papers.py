"""Which attachments a proposal usually needs and which are not there yet: advice of field practice (系统默认), not the
plan's rule; only the stamped scan is asked for later, before the joint approval. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from priorities import proposal as proposals
from priorities.labels import ATTACHMENTS

_DATA_KINDS = ("business_system", "database", "platform")


@dataclass(frozen=True)
class Paper:
    """A kind of attachment that is expected, why, and whether it is there."""

    kind: str
    label: str
    why: str
    is_there: bool


def expected(document: dict, kinds_there: set[str], *, is_filed: bool = False) -> list[Paper]:
    """The papers that this proposal calls for, in the order of the list of kinds."""
    reasons = {"application": "每件申报"}
    if document["construction"] in ("", "new", "rebuild", "extend"):
        reasons["scheme"] = "新建、改建、扩建（方案代项目建议书）"
    if document["mandate"] in ("state", "province", "city"):
        reasons["basis"] = f"{proposals.MANDATES[document['mandate']]}要求建设"
    if document["components"]:
        reasons["estimate"] = "有组成部分和资金"
    if any(part["kind"] in _DATA_KINDS for part in document["components"]):
        reasons["catalogue"] = "有业务系统、数据库或平台"
    if document["construction"] in ("new", "rebuild"):
        reasons["security"] = "新建或改建（9.3.8）"
    if is_filed:
        reasons["scan"] = "送会签前"
    return [Paper(k, label, reasons[k], k in kinds_there) for k, label in ATTACHMENTS.items() if k in reasons]
