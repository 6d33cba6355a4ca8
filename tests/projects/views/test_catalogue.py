"""The pages of the catalogue: what they show to whom, and that a refused form keeps what was typed."""

from __future__ import annotations

import pytest

from governance.models import Appointment
from projects import actions
from projects.models import SharedData


@pytest.fixture
def data(cast) -> SharedData:
    return actions.propose_data(
        by=cast.health_cio, name="社区居民健康档案", side="uses", content="姓名、病史", service="exchange"
    )


def test_the_list_counts_what_it_shows(cast, data):
    actions.propose_data(by=cast.district, name="空气质量数据", side="provides")
    for view, n in (("", 2), ("overlap", 0), ("gap", 1), ("waiting", 2)):
        answer = cast.client("auditor").get(f"/projects/catalogue/?view={view}")
        assert answer.context["page"].paginator.count == n, view
    found = cast.client("auditor").get("/projects/catalogue/?q=病史").context["page"].object_list
    assert [e.data for e in found] == [data]
    assert cast.client("auditor").get("/projects/catalogue/?view=none").status_code == 422


def test_the_page_says_who_keeps_the_catalogue(cast, data):
    page = cast.client("reviewer").get(data.get_absolute_url()).content.decode()
    assert "罗文 0851-5820803" in page
    assert "系统默认" not in page
    assert "商定</a>" not in page
    assert "商定</a>" in cast.client("resource").get(data.get_absolute_url()).content.decode()
    Appointment.objects.filter(role="resource_department").delete()
    page = cast.client("reviewer").get(data.get_absolute_url()).content.decode()
    assert "由其代行" in page
    assert "系统默认" in page
    assert "商定</a>" in page


def test_a_unit_proposes_and_the_department_registers_and_settles_in_the_browser(cast):
    typed = {"name": "婚姻登记信息", "content": "姓名、日期", "side": "provides", "frequency": "daily", "once": "a1"}
    answer = cast.client("health_cio").post("/projects/catalogue/new/", typed)
    assert (answer.status_code, answer["Location"]) == (302, "/projects/catalogue/GX-001/")
    data = SharedData.objects.get()
    client = cast.client("resource")
    typed = {"name": data.name, "content": "姓名、日期、登记机关", "version": data.version, "once": "b"}
    assert client.post("/projects/catalogue/GX-001/register/", typed).status_code == 302
    party = data.parties.get()
    typed = {"state": "running", "service": "", "frequency": "daily", "version": party.version, "once": "c"}
    answer = client.post(f"/projects/catalogue/parties/{party.pk}/", typed)
    assert answer.status_code == 422
    assert "商定和接通要写明服务方式" in answer.content.decode()
    typed |= {"service": "exchange", "once": "d"}
    assert client.post(f"/projects/catalogue/parties/{party.pk}/", typed).status_code == 302
    party.refresh_from_db()
    assert party.state == "running"


def test_the_api_reads_it(cast, data):
    client = cast.client("auditor")
    row = client.get("/api/v1/shared-data/").json()["results"][0]
    assert (row["code"], row["state"], row["parties"][0]["organisation"]) == ("GX-001", "拟议", "市卫生局")
    assert client.get("/api/v1/shared-data/?organisation=市卫生局&search=健康").json()["count"] == 1
    assert client.get("/api/v1/shared-data/?state=x").status_code == 400
    assert client.get("/api/v1/shared-data/GX-404/").status_code == 404
