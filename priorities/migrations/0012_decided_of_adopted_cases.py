"""What was decided on the cases of a project, for projects that had cases before the register kept it: from the conclusions
and the adopted plans as they stand frozen. Money approved above it meanwhile stays allowed (`before_wan`)."""

from decimal import Decimal

from django.db import migrations
from django.db.models import F, Sum

ZERO = Decimal("0.00")


def backfill(apps, schema_editor):
    Submission = apps.get_model("priorities", "Submission")
    Conclusion = apps.get_model("priorities", "Conclusion")
    PlanEntry = apps.get_model("priorities", "PlanEntry")
    BudgetLine = apps.get_model("budgets", "BudgetLine")
    Project = apps.get_model("projects", "Project")
    cases = Submission.objects.filter(state__in=["adopted", "self_funded", "filed"]).exclude(project=None)
    by_project = {}
    for case in cases.order_by("pk"):
        by_project.setdefault(case.project_id, []).append(case)
    for pk, its_cases in by_project.items():
        sums = {}  # source: [filed, decided or None]
        for case in its_cases:
            for source, filed, decided in _of(case, Conclusion, PlanEntry):
                held = sums.setdefault(source, [ZERO, None])
                held[0] += filed
                if decided is not None:
                    held[1] = (held[1] or ZERO) + decided
        if not sums:
            continue
        lines = BudgetLine.objects.filter(project_id=pk).exclude(approved_wan=None).order_by()
        approved = dict(lines.values_list("source").annotate(Sum("approved_wan")))
        project = Project.objects.get(pk=pk)
        project.decided = {
            source: {
                "filed_wan": f"{filed:.2f}",
                "decided_wan": None if decided is None else f"{decided:.2f}",
                "before_wan": f"{max(approved.get(source, ZERO) - (decided or ZERO), ZERO):.2f}",
            }
            for source, (filed, decided) in sorted({**{s: [ZERO, None] for s in approved}, **sums}.items())
        }
        project.filed_wan = sum((filed for filed, _ in sums.values()), ZERO)
        settled = [decided for _, decided in sums.values() if decided is not None]
        project.decided_wan = sum(settled, ZERO) if settled else None
        if settled and project.origin in ("annual_plan", "self_funded", "district"):
            project.estimate_wan, project.estimate_basis = project.decided_wan, "decided"
        project.save(update_fields=["decided", "filed_wan", "decided_wan", "estimate_wan", "estimate_basis"])


def _of(case, Conclusion, PlanEntry):
    """(source, filed, decided or None) of one case, a row a sum."""
    conclusion = Conclusion.objects.filter(
        submission=case, in_force=True, version__number=F("submission__current_version")
    ).first()
    if conclusion is None:
        for part in (case.proposal or {}).get("components", ()):
            for row in part["money"]:
                yield row["source"], Decimal(row["amount_wan"]), None
        return
    settles = conclusion.kind in ("candidate", "no_city_funding")
    adopted = case.state == "adopted"
    for row in conclusion.amounts:
        settled = Decimal(row["approved_wan"]) if settles else None
        yield row["source"], Decimal(row["requested_wan"]), ZERO if settles and adopted else settled
    if adopted and settles:
        entry = PlanEntry.objects.filter(submission=case, plan__state="adopted").order_by("-plan_id").first()
        for row in entry.amounts if entry and entry.decision in ("listed", "adjusted") else ():
            yield row["source"], ZERO, Decimal(row["amount_wan"])


class Migration(migrations.Migration):
    dependencies = [
        ("priorities", "0011_layout_of_bits"),
        ("projects", "0008_decided_amounts"),
        ("budgets", "0004_revenue_versions_and_papers"),
    ]

    operations = [migrations.RunPython(backfill, migrations.RunPython.noop)]
