"""What a gate asks for: recorded with its paper, or as not applying; contracts with whoever carries them out."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from governance.basics.refusal import Invalid, Refused
from governance.basics.roles import Permission
from governance.basics.text import MAX_WAN, quantise
from governance.kernel import access, audit
from governance.kernel.access import Actor
from governance.kernel.verbs import verb
from projects import steps
from projects.actions.checks import past_day, reporting, words
from projects.lifecycle import gates, life
from projects.models import Contract, GateItem, Phase, Project


@verb("projects.gate.record")
def record_gate_item(
    *,
    by: Actor,
    project: Project,
    key: str,
    document: str,
    status: str = "provided",
    dated: dt.date | None = None,
    phase: Phase | None = None,
    is_demo: bool = False,
) -> GateItem:
    """Record that a requirement (a key of gates.BY_KEY) is there with its paper, or `not_applicable` with a reason.

    A later record replaces the one in force; the earlier row stays. That something does not apply is the office's say.
    """
    access.require(by, Permission.MANAGE_PROJECT if status == "not_applicable" else reporting(by), project)
    row = steps.lock(project)
    _open(row, phase)
    requirement = gates.BY_KEY.get(key)
    if requirement is None:
        raise Invalid("没有这项关口材料。", fields={"key": ["请从列出的各项中选择"]})
    if status not in dict(GateItem.STATUSES):
        raise Invalid("请选择已具备或不适用。", fields={"status": ["请选择一项"]})
    if status == "not_applicable" and not requirement.may_not_apply:
        sentence = f"“{requirement.label}”是必备材料，不能记为不适用。"
        raise Invalid(sentence, fields={"status": [sentence]})
    if requirement.at and status == "provided":
        sentence = f"“{requirement.label}”随“{requirement.page}”里的记录生效，不在这里另填。"
        raise Invalid(sentence, fields={"status": [sentence]})
    needed = "请写明材料名称及文号。" if status == "provided" else "不适用要写明理由。"
    document = words(document, "document", "材料名称及文号", limit=300, needed=needed)
    dated = past_day(dated, "dated", "材料日期") if dated else None
    for old in row.gate_items.filter(phase=phase, key=key, withdrawn=""):
        old.withdrawn = "由新的登记替换"
        old.save(update_fields=["withdrawn"])
    item = GateItem.objects.create(
        project=row,
        phase=phase,
        key=key,
        status=status,
        document=document,
        dated=dated,
        by_text=by.text,
        is_demo=is_demo or row.is_demo,
    )
    audit.record(
        by=by,
        about=row,
        now=status,
        sentence=f"{_of(row, phase)} {requirement.label}：{item.get_status_display()}，{document}"[:500],
    )
    return item


@verb("projects.gate.withdraw")
def withdraw_gate_item(*, by: Actor, item: GateItem, reason: str) -> GateItem:
    """Take a record back; the row stays with the reason."""
    access.require(by, Permission.MANAGE_PROJECT)
    project = steps.lock(item.project)
    _open(project, None)
    row = GateItem.objects.get(pk=item.pk)
    if row.withdrawn:
        raise Refused("这条登记已经撤回。")
    row.withdrawn = words(reason, "reason", "撤回理由", limit=300, needed="撤回要写明理由。")
    row.save(update_fields=["withdrawn"])
    audit.record(
        by=by,
        about=project,
        was=row.status,
        sentence=f"{_of(project, row.phase)} 撤回“{gates.BY_KEY[row.key].label}”：{row.withdrawn}",
    )
    return row


@dataclass(frozen=True)
class ContractTerms:
    """What a signed contract says; `number` is one of its project."""

    kind: str
    number: str
    title: str
    supplier: str
    signed_on: dt.date
    amount_wan: Decimal | None = None
    ends_on: dt.date | None = None
    warranty_until: dt.date | None = None

    def checked(self) -> dict:
        """Its columns. Raises Invalid naming the field."""
        if self.kind not in dict(Contract.KINDS):
            raise Invalid("请选择合同种类。", fields={"kind": ["请选择一项"]})
        terms = vars(self) | {
            "number": words(self.number, "number", "合同编号", limit=80, needed="请填合同编号。"),
            "title": words(self.title, "title", "合同名称", limit=200, needed="请填合同名称。"),
            "supplier": words(self.supplier, "supplier", "乙方", limit=200, needed="请填乙方（供应商）全称。"),
            "signed_on": past_day(self.signed_on, "signed_on", "签订日期"),
        }
        if self.amount_wan is not None and not 0 <= self.amount_wan <= MAX_WAN:
            raise Invalid("合同金额应是不小于 0 的万元数。", fields={"amount_wan": ["请填不小于 0 的万元数"]})
        for field, label in (("ends_on", "履约期止"), ("warranty_until", "质保期止")):
            if terms[field] and terms[field] < terms["signed_on"]:
                sentence = f"{label}早于签订日期"
                raise Invalid(f"{sentence}。", fields={field: [f"{sentence} {terms['signed_on']}"]})
        return terms | {"amount_wan": None if self.amount_wan is None else quantise(self.amount_wan)}


@verb("projects.contract.record")
def record_contract(
    *, by: Actor, project: Project, terms: ContractTerms, phase: Phase | None = None, is_demo: bool = False
) -> Contract:
    """Record a signed contract; its number is one of the project. Money here is the contract's,
    not an entry of a line."""
    access.require(by, reporting(by), project)
    row = steps.lock(project)
    _open(row, phase)
    if row.is_unapproved:
        raise Refused(f"{row.code} 尚未立项，不能登记合同；立项随年度计划办理，已在建的请信息办补录。")
    values = terms.checked()
    number = values["number"]
    if row.contracts.filter(number=number, voided="").exists():
        raise Invalid(
            f"{row.code} 已登记编号为 {number} 的合同。", fields={"number": ["编号已登记；有误请信息办先作废"]}
        )
    contract = Contract.objects.create(
        project=row, phase=phase, by_text=by.text, is_demo=is_demo or row.is_demo, **values
    )
    money = "" if contract.amount_wan is None else f" {contract.amount_wan} 万元"
    what = f"{contract.get_kind_display()}合同 {number} {contract.title}，乙方 {contract.supplier}{money}"
    audit.record(by=by, about=row, now=number, sentence=f"{_of(row, phase)} 登记{what}"[:500])
    return contract


@verb("projects.contract.void")
def void_contract(*, by: Actor, contract: Contract, reason: str) -> Contract:
    """A contract that was typed wrongly or ended; the row stays with the reason."""
    access.require(by, Permission.MANAGE_PROJECT)
    project = steps.lock(contract.project)
    _open(project, None)
    row = Contract.objects.get(pk=contract.pk)
    if row.voided:
        raise Refused(f"合同 {row.number} 已经作废。")
    row.voided = words(reason, "reason", "作废理由", limit=300, needed="作废要写明理由。")
    row.save(update_fields=["voided"])
    audit.record(by=by, about=project, was=row.number, sentence=f"{project.code} 作废合同 {row.number}：{row.voided}")
    return row


def _open(project: Project, phase: Phase | None) -> None:
    if project.state in life.ENDED:
        raise Refused(f"{project.code} 已{project.get_state_display()}，不再改动材料和合同。")
    if phase is not None and phase.project_id != project.pk:
        raise Invalid(f"{phase.name}不是 {project.code} 的分期。", fields={"phase": ["请从本项目的分期中选择"]})


def _of(project: Project, phase: Phase | None) -> str:
    return f"{project.code} {phase.name}" if phase else project.code
