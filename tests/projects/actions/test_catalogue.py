"""The catalogue of shared data: entries, who provides and uses them, overlaps and gaps, who keeps it."""

from __future__ import annotations

import pytest

from governance.basics.refusal import Invalid, NotVisible, Refused, Stale, WrongRole
from governance.models import Appointment, AuditRow, Organisation
from projects import actions
from projects.catalogue import entries
from projects.models import DataParty, SharedData

POPULATION = {"name": "人口基础信息", "content": "姓名、身份证号、住址"}


def propose(by, **more) -> SharedData:
    return actions.propose_data(by=by, **POPULATION | {"side": "uses"} | more)


def entry(data: SharedData) -> entries.Entry:
    return next(e for e in entries.entries() if e.data == data)


def unit(name: str) -> Organisation:
    return Organisation.objects.get(name=name)


def test_an_equal_name_is_the_same_entry_whoever_types_it(cast):
    first = propose(cast.health_cio)
    second = propose(cast.district, name="　人口 基础信息", side="provides")
    assert (first, first.code) == (second, "GX-001")
    assert {(p.organisation.name, p.side) for p in first.parties.all()} == {
        ("市卫生局", "uses"),
        ("花溪区", "provides"),
    }
    assert propose(cast.industry, name="GX-001 随便写", side="uses") == first
    assert AuditRow.objects.filter(event="projects.shared.propose").count() >= 3


def test_wanted_and_provided_by_nobody_is_a_gap_until_somebody_provides_it(cast):
    data = propose(cast.health_cio)
    assert entry(data).is_gap
    assert not entry(data).is_overlap
    actions.join_data(by=cast.district, data=data, side="provides")
    assert not entry(data).is_gap
    actions.join_data(by=cast.industry, data=data, side="provides")
    assert entry(data).is_overlap


def test_names_that_are_alike_are_shown_side_by_side(cast):
    mine = propose(cast.health_cio, name="企业法人基础信息库", side="provides")
    other = propose(cast.industry, name="企业法人基础信息", side="provides")
    propose(cast.district, name="空气质量监测数据", side="provides")
    assert [e.data for e in entries.entries() if e.is_overlap] == [mine, other]
    assert entry(mine).alike == (other,)


def test_the_department_registers_settles_and_merges(cast):
    data, double = propose(cast.health_cio), propose(cast.district, name="人口信息", side="provides")
    by = cast.resource
    with pytest.raises(Invalid, match="数据项"):
        actions.register_data(by=by, data=data, version=data.version, name=data.name)
    data = actions.register_data(by=by, data=data, version=data.version, name=data.name, content="姓名、住址")
    party = data.parties.get()
    with pytest.raises(Invalid, match="服务方式"):
        actions.settle_party(by=by, party=party, version=party.version, state="agreed", service="", frequency="daily")
    settled = {"state": "running", "service": "exchange", "frequency": "daily"}
    actions.settle_party(by=by, party=party, version=party.version, **settled)
    actions.withdraw_data(by=by, data=double, version=double.version, reason="同一数据", into=data)
    assert [p.organisation.name for p in entry(data).providers] == ["花溪区"]
    double.refresh_from_db()
    assert (double.state, double.parties.count()) == ("withdrawn", 0)
    with pytest.raises(Refused, match="已注销"):
        actions.join_data(by=cast.health_cio, data=double, side="uses")
    assert propose(cast.health_cio, name="人口信息").code == "GX-003", "a name that was withdrawn is free again"


def test_what_cannot_be_is_refused_and_nothing_is_stored(cast):
    data = propose(cast.health_cio)
    with pytest.raises(Refused, match="不用再提"):
        actions.join_data(by=cast.health_cio, data=data, side="uses")
    with pytest.raises(Invalid, match="没有 GX-999"):
        propose(cast.health_cio, name="GX-999")
    for wrong in ({"side": "takes"}, {"frequency": "never"}, {"name": "——"}, {"name": ""}):
        with pytest.raises(Invalid):
            propose(cast.health_cio, **{"name": "别的数据"} | wrong)
    with pytest.raises(NotVisible):
        propose(cast.health_cio, name="别的数据", organisation=unit("市财政局"))
    with pytest.raises(WrongRole):
        propose(cast.finance)
    with pytest.raises(Stale):
        actions.register_data(by=cast.resource, data=data, version=9, name="x", content="y")
    assert SharedData.objects.count() == DataParty.objects.count() == 1


def test_a_running_service_needs_a_registered_entry(cast):
    party = propose(cast.health_cio).parties.get()
    values = {"state": "running", "service": "query", "frequency": "realtime"}
    with pytest.raises(Refused, match="还没有登记在册"):
        actions.settle_party(by=cast.resource, party=party, version=party.version, **values)


def test_the_office_keeps_it_only_while_nobody_is_appointed_there(cast):
    data = propose(cast.health_cio)
    register = {"data": data, "version": data.version, "name": data.name, "content": "姓名"}
    with pytest.raises(Refused, match="罗文 0851-5820803"):
        actions.register_data(by=cast.reviewer, **register)
    Appointment.objects.filter(role="resource_department").delete()
    assert actions.register_data(by=cast.reviewer, **register).state == "registered"
