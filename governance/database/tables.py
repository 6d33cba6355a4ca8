"""Many tables made in one operation of a migration.

    operations = [tables.CreateTables([migrations.CreateModel(...), ...])]

Django draws all models that hang together anew for every CreateModel, which on an empty database is nearly all of the
time of a first start; here they are drawn once. The models may refer to each other in any order.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db.migrations import CreateModel
from django.db.migrations.operations.base import Operation, OperationCategory
from django.db.migrations.state import ProjectState


class CreateTables(Operation):
    category = OperationCategory.ADDITION

    def __init__(self, models: Sequence[CreateModel]) -> None:
        self.models = models

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        state.__dict__.pop("apps", None)  # drawn when the first table asks for its model
        for model in self.models:
            model.state_forwards(app_label, state)

    def database_forwards(self, app_label, schema_editor, from_state, to_state) -> None:
        for model in self.models:
            model.database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(self, app_label, schema_editor, from_state, to_state) -> None:
        for model in reversed(self.models):
            model.database_backwards(app_label, schema_editor, from_state, to_state)

    def describe(self) -> str:
        return f"Create {len(self.models)} models: {', '.join(model.name for model in self.models)}"
