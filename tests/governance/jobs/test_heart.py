"""The heartbeat: a process writes its own row, says when it last did its work, and lives no longer than it writes."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db.models.functions import Now

from governance.jobs import heart
from governance.models import Heartbeat

pytestmark = pytest.mark.django_db


def test_a_process_has_one_row_however_often_it_beats():
    heart.write("web")
    heart.write("web")
    row = Heartbeat.objects.get()
    assert row.worked_at == row.seen_at
    assert list(Heartbeat.objects.alive()) == [row]


def test_a_worker_whose_loop_stands_still_lives_and_does_not_work(monkeypatch):
    monkeypatch.setitem(heart._state, "worked", heart.time.monotonic() - 300)
    heart.write("worker")
    row = Heartbeat.objects.alive().get()
    assert row.seen_at - row.worked_at >= dt.timedelta(seconds=299)
    heart.turned()
    heart.write("worker")
    row.refresh_from_db()
    assert row.seen_at - row.worked_at < dt.timedelta(seconds=5)


def test_who_wrote_long_ago_is_not_alive():
    heart.write("beat")
    Heartbeat.objects.update(seen_at=Now() - dt.timedelta(seconds=21))
    assert not Heartbeat.objects.alive().exists()
