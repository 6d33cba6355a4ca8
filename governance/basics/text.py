"""What people type: cleaned text and amounts in 万元. Pure."""

from __future__ import annotations

import re
import unicodedata
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

CENT = Decimal("0.01")
MAX_WAN = Decimal("9999999999.99")  # Decimal(12, 2)
MAX_TEXT = 20_000

_KEEP = {"\n", "\t", "\u200d"}
# Code points that are no characters (U+FFFE, U+FFFF and their like): XML refuses them, and so does every workbook.
_NONCHARACTERS = "\ufdd0-\ufdef" + "".join(
    chr(plane + 0xFFFE) + chr(plane + 0xFFFF) for plane in range(0, 0x110000, 0x10000)
)
NO_TEXT = re.compile(f"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff{_NONCHARACTERS}]")
_NONCHARACTER = re.compile(f"[{_NONCHARACTERS}]")


class BadText(ValueError):
    """Text that cannot be stored; a verb turns it into a refusal (422) with the sentence."""


def clean_text(value: object, *, limit: int = MAX_TEXT, field: str = "") -> str:
    """Text as it is stored: NFC, no control or format characters but line feed and tab, no lone surrogate,
    no noncharacter.

    Raises BadText (a ValueError) with a Chinese sentence where the text has NUL or surrogates,
    or is longer than `limit`.
    """
    text = "" if value is None else str(value)
    name = f"“{field}”" if field else "这段文字"
    if len(text) > limit:
        raise BadText(f"{name}有 {len(text)} 个字，最多 {limit} 个字。")
    if not is_storable(text):
        raise BadText(f"{name}含有不能保存的字符（空字符或残缺的编码），请删去后再交。")
    text = _NONCHARACTER.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    text = "".join(c for c in text if c in _KEEP or unicodedata.category(c) not in ("Cc", "Cf"))
    return unicodedata.normalize("NFC", text).strip(" \n\t\u3000\u200d")


def is_storable(text: str) -> bool:
    """False for text with NUL or lone surrogates: databases refuse them, each in its own way."""
    return storable(text) == text


def storable(text: str) -> str:
    """`text` with a mark in place of what no database stores (NUL, lone surrogates):
    for records of what was refused."""
    return "".join("\ufffd" if c == "\x00" or 0xD800 <= ord(c) <= 0xDFFF else c for c in text)


def search_text(*parts: object) -> str:
    """One normalised line for LIKE: NFKC, lower case, no white space (FTS finds no two-character Chinese word)."""
    text = unicodedata.normalize("NFKC", " ".join(str(p) for p in parts if p)).lower()
    return re.sub(r"\s+", "", text)


WORDS = 6  # more are no search


def words(query: str) -> list[str]:
    """What somebody looks for, word by word and with full-width letters and figures made plain;
    at most WORDS of them."""
    return unicodedata.normalize("NFKC", query).split()[:WORDS]


_WIDE = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}


def spellings(word: str) -> list[str]:
    """A word as plain and as full-width characters: a paper's “（一）” is found by (一), and the other way round."""
    return list(dict.fromkeys((word, word.translate(_WIDE))))


def quantise(amount: Decimal) -> Decimal:
    """Two places, ROUND_HALF_UP, before the database sees it (SQLite and PostgreSQL round differently)."""
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)


_DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {c: i for i, c in enumerate("〇壹贰叁肆伍陆柒捌玖")}
_DIGITS |= {"两": 2, "貳": 2, "參": 3, "陸": 6}
_UNITS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
_BROKEN = re.compile(r"\d\s+(?!\d{3}(?!\d))\d|\.\d*\s+\d")  # a space between digits that is no thousands separator
_ARABIC = re.compile(r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?")


def _chinese_number(text: str) -> Decimal | None:
    """壹仟贰佰 → 1200, 一亿二千万 → 120000000; None where it is no number."""
    above, total, section, digit = 0, 0, 0, None  # what stands before 亿, before 万, and after it
    after = 1  # the unit just passed: 三百五 means 350 to some and 305 to others, so it is neither
    below = 10**4  # units fall within a section: 五十百 is none
    for char in text:
        if char in _DIGITS:
            if digit:
                return None
            digit = _DIGITS[char]
            after = after if digit else 1
        elif char in _UNITS:
            if _UNITS[char] >= below:
                return None
            after = below = _UNITS[char]
            section += (1 if digit is None else digit) * after
            digit = None
        elif char in "万亿":
            if digit and after >= 100:
                return None
            total += section + (digit or 0)
            if not total:
                return None
            if char == "万":
                total *= 10**4
            else:
                above, total = (above + total) * 10**8, 0
            section, digit, after, below = 0, None, 10**4, 10**4
        else:
            return None
    if digit and after >= 100:
        return None
    return Decimal(above + total + section + (digit or 0))


_AMOUNT_UNITS = [
    ("亿元", Decimal(10_000)),
    ("亿圆", Decimal(10_000)),
    ("万元", Decimal(1)),
    ("万圆", Decimal(1)),
    ("元", Decimal("0.0001")),
    ("圆", Decimal("0.0001")),
    ("亿", Decimal(10_000)),
    ("万", Decimal(1)),
]


# NFKC would read 3² as 32 and ③ as 3.
_SHIFTED = ("<super>", "<sub>", "<circle>", "<fraction>", "<compat>", "<font>", "<square>")


class NotAnAmount(ValueError):
    """Text that is no amount; the sentence shows how it was read."""


def parse_wan(value: object, *, allow_negative: bool = False) -> Decimal | None:
    """An amount in 万元 as people type it, or None for an empty field.

    Understands `１，２００`, `1,200.50`, `1200万元`, `12000000元` (÷ 10,000), `壹仟贰佰`,
    `壹仟贰佰万元整` and `1.2亿元`. Refuses (NotAnAmount, a sentence with the reading) everything else: `1e400`, `NaN`,
    `-5`, wrong groups, more than 10 digits before the point.
    """
    if value is None:
        return None
    if isinstance(value, bool):
        raise NotAnAmount(f"“{value}”不是金额。")
    if isinstance(value, Decimal | int | float):
        try:
            amount = Decimal(repr(value) if isinstance(value, float) else value)
        except InvalidOperation:
            raise NotAnAmount(f"“{value}”不是金额。") from None
        return _bounded(amount, str(value), allow_negative)
    raw = str(value)
    if len(raw) > 60:
        raise NotAnAmount(f"“{raw[:20]}…”太长，不是金额。请填万元数，如 1200.50。")
    if any(unicodedata.decomposition(c).startswith(_SHIFTED) for c in raw):
        raise NotAnAmount(f"“{raw}”读不成金额。请填万元数，如 1200.50。")
    text = unicodedata.normalize("NFKC", raw)
    if _BROKEN.search(text):
        raise NotAnAmount(f"“{raw}”中间的空格不是千位分隔，读不成金额。请填万元数，如 1200.50。")
    text = re.sub(r"\s+", "", text).replace("人民币", "").lstrip("¥")
    if not text:
        return None
    sign = 1
    if text[0] in "-−":
        sign, text = -1, text[1:]
    if text.endswith(("元整", "元正", "圆整", "圆正")):
        text = text[:-1]
    # 1200万 in a column of 万元 means 1200 万元, in digits or in words, and cannot mean 1200万 万元; 亿 likewise.
    number, scale = text, Decimal(1)
    for unit, wan in _AMOUNT_UNITS:
        if text.endswith(unit) and len(text) > len(unit):
            number, scale = text[: -len(unit)], wan
            break
    words = text.removesuffix("整")
    yuan = words[:-1] if words.endswith(("元", "圆")) else words
    if number.isascii() and _ARABIC.fullmatch(number):
        amount = Decimal(number.replace(",", ""))
    elif yuan and (chinese := _chinese_number(yuan)) is not None:
        # Read whole: the 万 of 一亿二千万元 is not a unit that the 亿 before it would be multiplied by.
        amount, scale = chinese, Decimal("0.0001" if words[-1] in "元圆万亿" else 1)
    else:
        raise NotAnAmount(f"“{raw}”读不成金额。请填万元数，如 1200.50（即 1,200.50 万元）。")
    if scale < 1 and 0 < amount < 50:
        raise NotAnAmount(f"“{raw}”读作 {(amount * scale).normalize():f} 万元，不到 0.01 万元，记不下。")
    return _bounded(sign * amount * scale, raw, allow_negative)


def _bounded(amount: Decimal, raw: str, allow_negative: bool) -> Decimal:
    if not amount.is_finite():
        raise NotAnAmount(f"“{raw}”不是金额。")
    if amount < 0 and not allow_negative:
        raise NotAnAmount(f"“{raw}”读作负数 {amount} 万元，金额不能小于 0。")
    if abs(amount) > MAX_WAN:
        raise NotAnAmount(f"“{raw[:24]}”超出了能记的金额（{MAX_WAN:,} 万元）。")
    return quantise(amount)
