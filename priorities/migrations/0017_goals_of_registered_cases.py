"""The measurable goals of cases that became projects before the register kept a ledger of them, as they were filed; the
newest filing of an indicator stands, the former ones are replaced by it."""

import datetime as dt

from django.db import migrations


def carry_over(apps, schema_editor):
    Submission = apps.get_model("priorities", "Submission")
    SubmissionVersion = apps.get_model("priorities", "SubmissionVersion")
    Benefit = apps.get_model("projects", "Benefit")
    cases = Submission.objects.filter(state__in=["adopted", "self_funded", "filed"]).exclude(project=None)
    for case in cases.select_related("project").order_by("pk"):
        version = SubmissionVersion.objects.filter(submission=case, number=case.current_version).first()
        for goal in (version.proposal if version else {}).get("goals", ()):
            if not goal.get("indicator") or not goal.get("target"):
                continue
            project, year = case.project, goal.get("year")
            standing = Benefit.objects.filter(
                project=project, indicator=goal["indicator"], replaced_by=None, dropped_on=None
            )
            former = standing.first()
            if former is not None:
                standing.update(dropped_on=case.state_day)  # one in force per indicator at every moment
            made = Benefit.objects.create(
                project=project,
                indicator=goal["indicator"],
                baseline=goal.get("present") or "",
                target=goal["target"],
                due=dt.date(int(year), 12, 31) if year else project.latest_end,
                source="filing",
                paper=f"{case.number} 第 {case.current_version} 版",
                by_text="系统（升级）",
                day=case.state_day,
                is_demo=case.is_demo,
            )
            if former is not None:
                Benefit.objects.filter(pk=former.pk).update(dropped_on=None, replaced_by=made)


class Migration(migrations.Migration):
    dependencies = [
        ("priorities", "0016_sharing_opinions"),
        ("projects", "0011_benefits"),
    ]

    operations = [migrations.RunPython(carry_over, migrations.RunPython.noop)]
