"""A change of a running project, proposed by the unit that leads it: applied at once, or a case for joint approval."""

from __future__ import annotations

from django import forms

from governance.basics.roles import Permission
from governance.kernel import access
from governance.web.entry import page as may_enter
from priorities import actions
from priorities.actions.changes import approved_total
from projects.forms.register import Long, Versioned, Wan
from projects.models import Change
from projects.views.frame import about, form_page, project_of


class ProposeForm(Versioned):
    """变更: what, what it becomes, why, and the total afterwards where money changes."""

    field = forms.ChoiceField(label="变更什么", choices=Change.FIELDS)
    now = Long(label="变更后", help_text="工期写作“2007-03 至 2008-12”；牵头单位用顿号分开，第一牵头在前")
    reason = Long(label="变更理由", max_length=1000)
    total_wan = Wan(label="变更后的总额（万元）", required=False)


@may_enter(Permission.SUBMIT)
def propose(request, code: str):
    """Within the approved total it is recorded at once; above it a 变更 case is drafted for joint approval."""
    project = project_of(request, code)
    access.require(request.actor, Permission.SUBMIT, project)
    note = (
        f"批复总额 {approved_total(project):,.2f} 万元。不增加资金，或变更后总额在批复以内的，提交后即登记；"
        "超过批复总额的，生成变更申报，回到联合会签。原基线始终保留。"
    )

    def leads_to(case) -> str:
        return case.get_absolute_url() if case else project.get_absolute_url()

    return form_page(
        request,
        ProposeForm(request.POST or None, initial={"version": project.version}),
        "projects/form.html",
        about(project, "提出变更", note, "提出变更"),
        verb="priorities.submission.propose_change",
        address=project.get_absolute_url(),
        done=f"已提出 {code} 的变更。",
        call=lambda data: leads_to(actions.propose_change(by=request.actor, project_code=code, **data)),
    )
