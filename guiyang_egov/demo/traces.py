"""What the story leaves on rows that are not its own, and in their history, for `load_demo --remove`.

The plan's projects, phases, milestones, tasks and instruments are remembered when the story is told and undone field by
field when it goes. What people changed since stays.
"""

from __future__ import annotations

import json

from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Max, Model

from governance.models import Regulation, Setting
from projects.models import DataParty, Milestone, Phase, PlanTask, Project, ProjectLead, SharedData

ROWS: tuple[type[Model], ...] = (Project, Phase, Milestone, PlanTask, Regulation)
HISTORIES = tuple(
    model.history.model for model in (Project, ProjectLead, Phase, Milestone, PlanTask, DataParty, SharedData)
)
KEY = "demo_traces"


class Before:
    """The rows as they stood before the story. `remember` stores what it changed on them."""

    def __init__(self) -> None:
        self.rows = {model: _rows(model) for model in ROWS}
        self.newest = {model: _newest(model) for model in HISTORIES}

    def remember(self) -> None:
        """`{model: {pk: {column: [was, now]}}}` and `{history: [last before, last of the story]}` as one setting."""
        touched = {model.__name__: _differences(was, _rows(model)) for model, was in self.rows.items()}
        spans = {model.__name__: [first, _newest(model)] for model, first in self.newest.items()}
        Setting.objects.update_or_create(key=KEY, defaults={"value": json.dumps({"rows": touched, "history": spans})})


def _newest(model: type[Model]) -> int:
    return model.objects.aggregate(last=Max("history_id"))["last"] or 0


def _rows(model: type[Model]) -> dict[str, dict]:
    """Every row by its key, in the words of JSON; the version counts changes, it is none."""
    found = json.loads(json.dumps(list(model.objects.values()), cls=DjangoJSONEncoder))
    return {str(row["id"]): {k: v for k, v in row.items() if k != "version"} for row in found}


def _differences(was: dict[str, dict], now: dict[str, dict]) -> dict[str, dict]:
    changed = {pk: {k: [v, now[pk][k]] for k, v in row.items() if v != now[pk][k]} for pk, row in was.items()}
    return {pk: columns for pk, columns in changed.items() if columns}


def undo() -> None:
    """Every column that still says what the story said goes back; the story's history goes, for it never was. To be
    called when the story's own rows are gone."""
    setting = Setting.objects.filter(key=KEY).first()
    if setting is None:
        return
    told = json.loads(setting.value)
    edited = {}  # rows of which people have written history since
    for model in HISTORIES:
        first, last = told["history"][model.__name__]
        story = model.objects.filter(history_id__gt=first, history_id__lte=last)
        made = set(story.filter(history_type="+").values_list("id", flat=True))
        made -= set(model.instance_type.objects.filter(pk__in=made).values_list("pk", flat=True))
        model.objects.filter(id__in=made).delete()
        story.delete()
        edited[model.instance_type] = set(model.objects.filter(history_id__gt=last).values_list("id", flat=True))
    for model in ROWS:
        touched, now = told["rows"][model.__name__], _rows(model)
        for row in model.objects.filter(pk__in=touched):
            row.skip_history_when_saving = row.pk not in edited.get(model, ())  # it says already that the row stands so
            _undo(row, touched[str(row.pk)], now[str(row.pk)])
    setting.delete()


def _undo(row: Model, columns: dict, now: dict) -> None:
    fields = {field.attname: field for field in row._meta.concrete_fields}
    for name, (was, said) in columns.items():
        if now[name] == said:
            setattr(row, name, fields[name].to_python(was))
    if "version" in fields:
        row.version += 1
    row.save()
