"""What somebody looks for, as a condition on rows: every word has to stand there, in any width."""

from __future__ import annotations

from typing import Any, TypeVar

from django.db.models import Q, QuerySet

from governance.basics.text import search_text, spellings, words

Rows = TypeVar("Rows", bound=QuerySet[Any, Any])


def holding(fields: tuple[str, ...], query: str) -> Q:
    """Columns that are not normalised: rows where each word of the query stands in one of the fields;
    no word at all finds nothing."""
    found = Q() if query.strip() else Q(pk__in=())
    for word in words(query):
        either = Q()
        for field in fields:
            for spelling in spellings(word):
                either |= Q(**{f"{field}__icontains": spelling})
        found &= either
    return found


def matching(rows: Rows, query: str) -> Rows:
    """Rows whose normalised `search_text` holds every word."""
    for word in words(query):
        rows = rows.filter(search_text__contains=search_text(word))
    return rows


def around(text: str, query: str, width: int = 60) -> str:
    """The passage round the first word that stands in the text, `width` characters to each side at most."""
    low = text.lower()
    hits = [at for word in words(query) for spelling in spellings(word) if (at := low.find(spelling.lower())) >= 0]
    start = max(min(hits, default=0) - width // 2, 0)
    end = start + width * 2
    return ("…" if start else "") + text[start:end] + ("…" if end < len(text) else "")


def stands_in(text: str, query: str) -> bool:
    """Whether every word is there to be seen."""
    low = text.lower()
    return all(any(spelling.lower() in low for spelling in spellings(word)) for word in words(query))
