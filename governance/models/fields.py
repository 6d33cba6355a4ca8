"""Fields, base classes and history that the models of every app share."""

from __future__ import annotations

from django.db import models

from governance.basics import clock

PRECISIONS = [("year", "年"), ("month", "月"), ("day", "日")]


class WanField(models.DecimalField):
    """An amount in 万元, Decimal(12, 2). Quantise with text.quantise before it gets here; null is 未填, never 0."""

    def __init__(self, *args, **kwargs):
        kwargs.setdefault("max_digits", 12)
        kwargs.setdefault("decimal_places", 2)
        super().__init__(*args, **kwargs)

    def deconstruct(self):
        name, _, args, kwargs = super().deconstruct()
        return name, "governance.models.fields.WanField", args, kwargs


class Dated(models.Model):
    """When it was recorded: the business day, and the real moment."""

    day = models.DateField("业务日期", default=clock.today)
    recorded_at = models.DateTimeField("记录时间", default=clock.now)

    class Meta:
        abstract = True


class DayedHistory(models.Model):
    """What simple-history rows add: the business day, for the as-of view."""

    day = models.DateField("业务日期", default=clock.today)

    class Meta:
        abstract = True


class Demonstrable(models.Model):
    """Marked 演示数据; `load_demo --remove` takes these away and nothing else."""

    is_demo = models.BooleanField("演示数据", default=False)

    class Meta:
        abstract = True
