"""Filters of /api/v1/: named like the fields, a value that cannot be is an error."""

from __future__ import annotations

from django import forms
from django.core.exceptions import ValidationError
from django_filters import rest_framework as filters

from governance.text import clean_text


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


class YearField(forms.IntegerField):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, min_value=1900, max_value=2100, **kwargs)


class YearFilter(filters.Filter):
    """A four-digit year."""

    field_class = YearField


class TextField(forms.CharField):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, max_length=100, **kwargs)

    def clean(self, value):
        return clean_text(super().clean(value), limit=100)


class TextFilter(filters.Filter):
    """A short text, exact."""

    field_class = TextField


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
        from django.db.models import Q

        either = Q()
        for name in self.fields:
            either |= Q(**{f"{name}__icontains": value})
        return queryset.filter(either)
