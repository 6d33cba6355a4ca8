"""The words and bounds of a proposal, and one that is empty. Pure."""

from __future__ import annotations

from budgets.payers import SOURCES
from projects.sharing_words import FREQUENCIES, SERVICES, SIDES

CONSTRUCTIONS = {"new": "新建", "rebuild": "改建", "extend": "扩建", "upgrade": "升级", "operate": "运维"}
MANDATES = {"state": "国家", "province": "省", "city": "市", "own": "本部门"}
INVESTMENT_TYPES = {"government": "政府型", "market": "市场型", "public_good": "公益型"}
COMPONENT_KINDS = {
    "business_system": "业务系统",
    "database": "数据库",
    "network": "网络",
    "machine_room": "机房",
    "platform": "平台",
    "website": "网站",
    "equipment": "设备",
    "security": "安全",
    "other": "其他",
}
COMMITMENTS = {"plan": "同步规划", "design": "同时设计", "construct": "同时施工", "use": "同时投入使用"}
SOURCE_LABELS = dict(SOURCES)
SHARING_SIDES, SHARING_SERVICES, SHARING_FREQUENCIES = SIDES, SERVICES, FREQUENCIES
YEARS = range(2000, 2051)
MAX_COMPONENTS, MAX_GOALS, MAX_SHARING = 30, 20, 30
FORM_VERSION = "SB-2007-1"  # of the form's fields; printed on receipts and written into offline workbooks


def empty(*, contact: str = "", phone: str = "") -> dict:
    """A new working copy: everything there, nothing answered."""
    return {
        "title": "",
        "construction": "",
        "start": "",
        "end": "",
        "precision": "year",
        "mandate": "",
        "mandate_document": "",
        "investment_type": "",
        "investment_reason": "",
        "service_objects": "",
        "goals": [],
        "evaluation": "",
        "content": "",
        "components": [],
        "sharing": [],
        "facts": {},
        "security": {"level": None, "plan": "", "commitments": []},
        "contact": {"name": contact, "phone": phone},
        "prior_investment": {"amount_wan": None, "year": None, "document": ""},
        "running_cost": {"amount_wan": None, "source": ""},
    }
