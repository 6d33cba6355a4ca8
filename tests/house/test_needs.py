"""What the last line of a run says of skipped tests."""

from __future__ import annotations

from tests import needs


def test_the_skipped_are_counted_by_what_they_need_and_told_what_to_install():
    said = needs.line_of(
        [f"Skipped: {needs.reason('PostgreSQL')}"] * 26 + [f"Skipped: {needs.reason('dash')}", "Skipped: x"]
    )
    assert said == "跳过 28 项：PostgreSQL 26（设 DATABASE_URL）、dash 1（apt-get install dash）、其他 1（x）"
    assert needs.line_of([]) == ""
