"""The words of the catalogue of shared data (9.1.2.2, 9.2.1, 9.6.3) and how two names are compared. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import pairwise

SIDES = {"provides": "提供", "uses": "使用"}
SERVICES = {"exchange": "平台交换", "query": "接口查询", "file": "文件报送", "browse": "网页浏览"}
FREQUENCIES = {
    "realtime": "实时",
    "daily": "每日",
    "weekly": "每周",
    "monthly": "每月",
    "quarterly": "每季",
    "yearly": "每年",
    "on_demand": "按需",
}
ALIKE = 0.6  # share of common pairs of characters from which two names are shown side by side (系统默认)
_CODE = re.compile(r"(GX-\d{3,6})\b")


def code_in(text: str) -> str:
    """GX-001 of “GX-001 人口基础信息”; empty where a new name was typed."""
    found = _CODE.match(unicodedata.normalize("NFKC", text).strip().upper())
    return found[1] if found else ""


def key_of(name: str) -> str:
    """A name as it is compared: no width, case, blanks or marks."""
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", name)).casefold()


def alike(names: Mapping[int, str]) -> list[tuple[int, int]]:
    """Pairs of keys whose names share most of their pairs of characters, by key."""
    pairs_of = {key: {"".join(p) for p in pairwise(key_of(name))} for key, name in names.items()}
    holding: dict[str, list[int]] = defaultdict(list)
    for key, pairs in pairs_of.items():
        for pair in pairs:
            holding[pair].append(key)
    common: dict[tuple[int, int], int] = defaultdict(int)
    for keys in holding.values():
        if len(keys) <= 50:  # what stands in every other name says nothing
            for a, b in _pairs(sorted(keys)):
                common[a, b] += 1
    return sorted((a, b) for (a, b), n in common.items() if 2 * n >= ALIKE * (len(pairs_of[a]) + len(pairs_of[b])))


def _pairs(keys: list[int]) -> Iterable[tuple[int, int]]:
    return ((a, b) for i, a in enumerate(keys) for b in keys[i + 1 :])
