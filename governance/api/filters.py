"""Filters of /api/v1/: named like the fields, a value that cannot be is an error."""

from __future__ import annotations

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django_filters import rest_framework as filters
from drf_spectacular.drainage import set_override
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field

from governance.basics.text import clean_text
from governance.models import Organisation


class LabelField(forms.CharField):
    """A code or its Chinese word; anything else is refused with the words that exist."""

    def __init__(self, *args, choices, **kwargs):
        self.by_word = {label: code for code, label in choices} | {code: code for code, _ in choices}
        self.words = "、".join(label for _, label in choices)
        super().__init__(*args, **kwargs)

    def clean(self, value):
        value = super().clean(value)
        if not value:
            return value
        if value not in self.by_word:
            raise ValidationError(f"没有“{value[:30]}”。可用：{self.words}。")
        return self.by_word[value]


class LabelFilter(filters.Filter):
    """Filter by a code or its Chinese word."""

    field_class = LabelField

    def __init__(self, *args, choices, **kwargs):
        super().__init__(*args, choices=choices, **kwargs)
        words = list(dict.fromkeys([code for code, _ in choices] + [label for _, label in choices]))
        set_override(self, "field", {"type": "string", "enum": words})


class YearField(forms.IntegerField):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, min_value=1900, max_value=2100, **kwargs)


@extend_schema_field({"type": "integer", "minimum": 1900, "maximum": 2100})
class YearFilter(filters.Filter):
    """A four-digit year."""

    field_class = YearField


class TextField(forms.CharField):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, max_length=100, **kwargs)

    def clean(self, value):
        return clean_text(super().clean(value), limit=100)


@extend_schema_field(OpenApiTypes.STR)
class TextFilter(filters.Filter):
    """A short text, exact."""

    field_class = TextField


class KnownField(forms.CharField):
    """The key of a row that exists (a project's code, a unit's name); another is refused, not answered with nothing."""

    def __init__(self, *args, of, key, word, **kwargs):
        self.of, self.key, self.word = of, key, word
        super().__init__(*args, max_length=100, **kwargs)

    def clean(self, value):
        value = clean_text(super().clean(value), limit=100)
        if value and not self.of().filter(**{self.key: value}).exists():
            raise ValidationError(f"没有{self.word}“{value[:30]}”。")
        return value


@extend_schema_field(OpenApiTypes.STR)
class KnownFilter(filters.Filter):
    """Filter by the key of another row: `KnownFilter(field_name="project__code", of=Project.objects.all, key="code",
    word="项目")`."""

    field_class = KnownField


class UnitField(forms.CharField):
    """A unit under any of its names; gives the primary keys of the unit and of those merged into it."""

    def clean(self, value):
        value = clean_text(super().clean(value), limit=100)
        if not value:
            return None
        named = Organisation.objects.filter(Q(name=value) | Q(aliases__as_named=value))
        survivors = {row.survivor_id for row in named}
        if not survivors:
            raise ValidationError(f"没有名为“{value[:30]}”的单位。")
        both = Q(pk__in=survivors) | Q(canonical_id__in=survivors)
        return list(Organisation.objects.filter(both).values_list("pk", flat=True))


@extend_schema_field(OpenApiTypes.STR)
class UnitFilter(filters.Filter):
    """Filter by a unit's name or alias; `field_name` ends in the foreign key."""

    field_class = UnitField

    def filter(self, queryset, value):
        return queryset if value is None else queryset.filter(**{f"{self.field_name}__in": value}).distinct()


@extend_schema_field(OpenApiTypes.STR)
class SearchFilter(filters.Filter):
    """`?search=`: hands the text to the queryset's `matching` word, or looks into `fields`."""

    field_class = TextField

    def __init__(self, *args, fields=(), **kwargs):
        self.fields = fields
        super().__init__(*args, **kwargs)

    def filter(self, queryset, value):
        if not value:
            return queryset
        if not self.fields:
            return queryset.matching(value)
        either = Q()
        for name in self.fields:
            either |= Q(**{f"{name}__icontains": value})
        rows = queryset.filter(either)
        return rows.distinct() if self.distinct else rows
