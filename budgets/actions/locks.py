"""The verb that freezes a column, a stage of a year, or opens it again."""

from __future__ import annotations

from budgets.actions import checks
from budgets.ledger import booking
from budgets.models import StageLock
from governance.basics.roles import Permission
from governance.kernel import access, audit
from governance.kernel.access import Actor
from governance.kernel.verbs import verb


@verb("budgets.stage.lock", signs=True)
def lock_stage(*, by: Actor, fiscal_year: int, stage: str, locked: bool = True, is_demo: bool = False) -> None:
    """Freeze or unfreeze a column of a year."""
    access.require(by, Permission.EDIT_BUDGET)
    label = checks.stage_label(stage)
    # Whoever is booking in the year finishes first, on a line just being made too; whoever comes after sees it frozen.
    booking.pass_gate(fiscal_year, freezing=True)
    if locked:
        StageLock.objects.get_or_create(
            fiscal_year=fiscal_year, stage=stage, defaults={"by_text": by.text, "is_demo": is_demo}
        )
    else:
        StageLock.objects.filter(fiscal_year=fiscal_year, stage=stage).delete()
    audit.record(by=by, sentence=f"{fiscal_year} 年{label}{'冻结' if locked else '解冻'}")
