"""What people type: text cleaned, amounts read or refused with the reading shown."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance.basics.text import BadText, NotAnAmount, clean_text, parse_wan, quantise, search_text


@pytest.mark.parametrize(
    ("typed", "amount"),
    [
        ("300", "300"),
        ("３００", "300"),
        ("1,200.50", "1200.50"),
        ("１，２００．５", "1200.50"),
        (" 300 ", "300"),
        ("　300　", "300"),
        ("300万元", "300"),
        ("300 万", "300"),
        ("12000000元", "1200"),
        ("壹仟贰佰", "1200"),
        ("三百五十万元", "350"),
        ("三百零五", "305"),
        ("十五", "15"),
        ("三万五千", "35000"),
        ("一万零五", "10005"),
        ("0", "0"),
        ("0.005", "0.01"),
        ("1.005", "1.01"),
        ("2.675", "2.68"),
        ("￥300", "300"),
        ("人民币300万元整", "300"),
        ("１２００元整", "0.12"),
        ("壹仟贰佰万元整", "1200"),
        ("一千二百万", "1200"),
        ("一千二百万整", "1200"),
        ("一亿二千万元", "12000"),
        ("壹亿贰仟万元整", "12000"),
        ("二十亿五千万", "205000"),
        ("叁亿零伍佰万零陆佰元整", "30500.06"),
        ("三万五千万元", "35000"),
        ("1,200万", "1200"),
        ("1 200 000元", "120"),
        ("50元", "0.01"),
        ("1.5亿元", "15000"),
        ("三亿元", "30000"),
        ("3亿", "30000"),
        ("9,999,999,999.99", "9999999999.99"),
        ("99999999999999.99元", None),
        (300, "300"),
        (0.1, "0.10"),
        (Decimal("1.005"), "1.01"),
    ],
)
def test_amounts_as_people_write_them(typed, amount):
    if amount is None:
        with pytest.raises(NotAnAmount):
            parse_wan(typed)
    else:
        assert parse_wan(typed) == Decimal(amount).quantize(Decimal("0.01"))


@pytest.mark.parametrize(
    "typed",
    [
        "-5",
        "−5",
        "1e400",
        "1E2",
        "NaN",
        "nan",
        "Infinity",
        "-Infinity",
        "1_000",
        "٣٠٠",
        "③",
        "3²",
        "1,20",
        "12,34,567",
        "三佰伍",
        "三千五",
        "三万五",
        "五十百",
        "一百一百",
        "五万三万元",
        "约300",
        "300+",
        "=1+1",
        "0x10",
        "1.2.3",
        ".",
        "-",
        "99999999999",
        "9" * 400,
        "1" * 61,
        True,
        float("nan"),
        float("inf"),
        "300；500",
        "3 00万 0",
        "十万万亿亿亿",
        "1200万万元",
        "12 34",
        "1.5 200",
        "49元",
        "元",
        "万元",
        "∞",
        "10,000,000,000",
        "1200萬元",
        "½",
    ],
)
def test_what_is_no_amount_is_refused_with_the_reading(typed):
    with pytest.raises(NotAnAmount) as refused:
        parse_wan(typed)
    assert len(str(refused.value)) < 120


@pytest.mark.parametrize("typed", [None, "", " ", "　", "\n"])
def test_nothing_typed_is_nothing_and_not_zero(typed):
    assert parse_wan(typed) is None


def test_a_negative_amount_where_it_is_allowed():
    assert parse_wan("-5", allow_negative=True) == Decimal("-5.00")


@given(st.decimals(min_value=0, max_value=Decimal("9999999999.99"), places=2))
def test_what_is_printed_is_read_back(amount):
    assert parse_wan(f"{amount:,.2f}") == amount
    assert parse_wan(f"{amount:.2f}万元") == amount


@given(st.text(max_size=80))
def test_any_text_is_read_or_refused_and_never_breaks(text):
    try:
        value = parse_wan(text)
    except NotAnAmount:
        return
    assert value is None or (value == quantise(value) and 0 <= value <= Decimal("9999999999.99"))


@given(st.text(max_size=200))
def test_cleaning_twice_is_cleaning_once(text):
    try:
        once = clean_text(text)
    except ValueError:
        assert "\x00" in text or any(0xD800 <= ord(c) <= 0xDFFF for c in text)
        return
    assert clean_text(once) == once


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("a\x01b", "ab"),
        ("\u202ea", "a"),
        ("\u200b", ""),
        ("a\r\nb", "a\nb"),
        ("e\u0301", "é"),
        ("👨\u200d👩", "👨\u200d👩"),
        ("𠮷", "𠮷"),
        ("\ufeffx", "x"),
    ],
)
def test_invisible_characters_go_and_real_ones_stay(typed, kept):
    assert clean_text(typed) == kept


@pytest.mark.parametrize("typed", ["a\x00", "\ud800", chr(0xDFFF)])
def test_text_that_no_database_holds_is_refused(typed):
    with pytest.raises(ValueError, match="不能保存"):
        clean_text(typed)


def test_a_long_text_is_refused_with_its_length():
    with pytest.raises(ValueError, match="21 个字，最多 20"):
        clean_text("长" * 21, limit=20)


def test_search_text_makes_full_and_half_width_alike():
    assert search_text("ＡＢ 政务 110", None, "电子") == "ab政务110电子"


def test_a_refused_text_names_the_field_it_stands_in():
    with pytest.raises(BadText, match="^“理由”有 21 个字"):
        clean_text("长" * 21, limit=20, field="理由")
    with pytest.raises(BadText, match="^这段文字有 21 个字"):
        clean_text("长" * 21, limit=20)
    assert clean_text("长" * 20, limit=20) == "长" * 20


def test_sixty_characters_are_an_amount_and_sixty_one_are_none():
    assert parse_wan("5".zfill(60)) == 5
    with pytest.raises(NotAnAmount, match="太长"):
        parse_wan("5".zfill(61))


def test_no_text_is_an_empty_one():
    assert clean_text(None) == ""


@pytest.mark.parametrize("odd", ["\ufffe", "\uffff", "\ufdd0", "\U0001fffe", "\U0010ffff"])
def test_what_is_no_character_is_dropped(odd):
    assert clean_text(f"甲{odd}乙") == "甲乙"


@pytest.mark.parametrize("kept", ["𠮷", "\ufdcf", "\ufdf0", "\ufffd", "👨\u200d👩"])
def test_rare_characters_stay(kept):
    assert clean_text(f"甲{kept}乙") == f"甲{kept}乙"
