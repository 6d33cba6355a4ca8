"""The proposals of the demonstration: invented, but such as a city would file. Everything here is 演示数据."""

from __future__ import annotations

from priorities import proposal as proposals

YES, NO = "yes", "no"


def component(key: str, name: str, kind: str, money: dict, **facts: str) -> dict:
    """`money`: {(source, year): "12.00"}."""
    rows = [{"source": s, "fiscal_year": y, "amount_wan": a} for (s, y), a in money.items()]
    return {"id": key, "name": name, "kind": kind, "facts": facts, "money": rows}


def document(
    *,
    title: str,
    content: str,
    objects: str,
    goals: list,
    evaluation: str,
    components: list,
    facts: dict,
    contact: tuple[str, str],
    start: str = "2008",
    end: str = "2009",
    construction: str = "new",
    mandate: str = "own",
    mandate_document: str = "",
    investment_type: str = "government",
    reason: str = "提高政府管理水平和工作效率，以政府投资为主。",
    level: int | None = 2,
    plan: str = "安全方案随建设方案第 6 章同步规划。",
    **more,
) -> dict:
    """A whole proposal; checked by proposal.clean, so that the demonstration cannot hold what people could not file."""
    raw = (
        proposals.empty(contact=contact[0], phone=contact[1])
        | {
            "title": title,
            "content": content,
            "service_objects": objects,
            "evaluation": evaluation,
            "goals": [dict(zip(("indicator", "present", "target", "year"), g, strict=True)) for g in goals],
            "components": components,
            "start": start,
            "end": end,
            "construction": construction,
            "mandate": mandate,
            "mandate_document": mandate_document,
            "investment_type": investment_type,
            "investment_reason": reason,
            "facts": {
                key: {"value": v[0], "evidence": v[1]} if isinstance(v, tuple) else {"value": v, "evidence": ""}
                for key, v in facts.items()
            },
            "security": {"level": level, "plan": plan, "commitments": list(proposals.COMMITMENTS)},
        }
        | more
    )
    clean, errors = proposals.clean(raw)
    if errors:
        raise ValueError(f"{title}: {errors}")
    return clean


# What a plain, well-prepared department answers; single answers are replaced per case.
READY = {
    "business_system": (YES, "建设方案第 2 章"),
    "exchangeable": (YES, "建设方案 4.1：经市政府信息资源共享与交换平台交换"),
    "leadership_committed": (YES, "局长办公会纪要"),
    "operators_qualified": (YES, "运行维护人员 4 名，均持证"),
    "technical_environment_ready": (YES, "已接入统一网络平台"),
    "needs_cross_department_support": (NO, "只在本系统内使用"),
    "department_informatised": (YES, "现有业务系统 6 个"),
    "integrates_existing": (NO, ""),
    "highly_shared": (NO, ""),
    "highly_integrated": (NO, ""),
    "managed_by_resource_department": (YES, "同意纳入信息资源管理部门管理"),
    "strengthens_supervision": (NO, ""),
    "raises_tax_revenue": (NO, ""),
    "greatly_improves_office_efficiency": (NO, ""),
    "easy_to_use": (YES, "沿用现有操作习惯"),
    "serves_leaders_decisions": (NO, ""),
    "markedly_improves_public_service": (NO, ""),
    "improves_investment_climate": (NO, ""),
    "drives_economic_development": (NO, ""),
    "broad_benefit": (NO, ""),
    "social_supervision": (NO, ""),
    "protects_livelihood": (NO, ""),
    "protects_production": (NO, ""),
    "supports_quality_city": (NO, ""),
    "public_culture_education": (NO, ""),
    "broadly_raises_skills_of_disadvantaged_or_farmers": (NO, ""),
    "required_by_state": (NO, ""),
    "important": (NO, ""),
    "partly_funded_by_government": (NO, ""),
    "urgently_needed": (NO, ""),
    "clear_benefit": (YES, "建设方案第 7 章效益分析"),
}
SAFETY = {
    "social_supervision": (YES, "监督检查业务"),
    "protects_livelihood": (YES, "关系群众用药和饮水安全"),
    "strengthens_supervision": (YES, "监督频次由每年 1 次增至 4 次"),
}
SERVICE = {
    "markedly_improves_public_service": (YES, "办理时限由 15 日缩短到 5 日"),
    "broad_benefit": (YES, "惠及全市 120 万人次"),
}
SHARING = {
    "integrates_existing": (YES, "整合 31 个部门网站"),
    "highly_shared": (YES, "全市共用一个平台"),
    "highly_integrated": (YES, "统一内容管理和检索"),
    "managed_by_resource_department": (YES, "由信息资源管理部门管理"),
}

HEALTH = ("陈立明", "0851-5820101")


def health_emergency() -> dict:
    """市卫生局, submitted: 优先建设 on its stated facts."""
    return document(
        title="突发公共卫生事件监测预警信息系统",
        contact=HEALTH,
        content="在全市 10 个区（市、县）疾病预防控制机构和 42 家医疗机构建立传染病、食物中毒和职业中毒事件的网上直报、"
        "自动预警和应急处置记录，与市公共卫生综合信息管理系统共用卫生信息平台，数据经市政府信息资源共享与交换平台交换。",
        objects="全市疾病预防控制机构 11 个、医疗机构 42 家、市应急指挥部门",
        goals=[("疫情报告时限", "24 小时", "2 小时", "2009"), ("网络直报覆盖率", "46%", "95%", "2009")],
        evaluation="市卫生局每年 11 月按直报及时率、漏报率和处置时间评估，结果报市信息化领导小组。",
        components=[
            component("c1", "监测预警应用软件", "business_system", {("city", 2008): "68.00", ("city", 2009): "32.00"}),
            component("c2", "与卫生信息平台的接口", "platform", {("city", 2008): "18.00"}),
            component("c3", "现场采集终端", "equipment", {("own", 2008): "12.00", ("own", 2009): "6.00"}),
            component("c4", "安全与等级保护", "security", {("city", 2008): "9.00", ("city", 2009): "3.00"}),
        ],
        facts=READY | SAFETY | SERVICE,
    )


def health_draft() -> dict:
    """市卫生局, a draft that is not finished."""
    raw = document(
        title="社区卫生服务健康档案系统",
        contact=HEALTH,
        content="为全市社区卫生服务站建立居民健康档案。",
        objects="社区卫生服务站 86 个、居民约 180 万人",
        goals=[("健康档案建档率", "12%", "70%", "2009")],
        evaluation="",
        components=[
            component("c1", "健康档案应用软件", "business_system", {("city", 2008): "46.00"}),
            component("c2", "档案数据库", "database", {("city", 2008): "20.00"}),
        ],
        facts={k: READY[k] for k in ("business_system", "exchangeable", "leadership_committed")},
        plan="",
    )
    return raw


def quality_supervision() -> dict:
    """市质监局: a closed vertical network and a machine room inside a wanted system: 核减, the rest stays."""
    return document(
        title="质检业务专网及综合监管应用",
        contact=("陈利", "0851-5820316"),
        content="3.1 建设市局至 10 个县（区、市）分局的纵向业务网，承载检验、监督、执法三类业务。"
        "3.2 专网自成体系，由省局统一分配地址。4.1 企业档案、检验结果经政府信息资源共享与交换平台按日交换，"
        "供工商、卫生等部门查询。6.2 新建专网机房 60 平方米，含空调、不间断电源。",
        objects="市、县两级质监机构 11 个，企业约 4,600 家",
        mandate="state",
        mandate_document="国家质检总局“金质”工程",
        goals=[("监督抽查结果公布时间", "15 天", "3 天", "2009"), ("检验报告网上可查率", "0%", "90%", "2009")],
        evaluation="市质监局会同市信息办每年检查一次，按抽查公布时间和网上可查率评估。",
        components=[
            component(
                "c1",
                "质检业务专网（市至县纵向链路与设备）",
                "network",
                {("city", 2008): "78.00", ("city", 2009): "40.00"},
                vertical_network=YES,
                closed_and_independent=NO,
            ),
            component(
                "c2", "金质业务应用部署与改造", "business_system", {("city", 2008): "90.00", ("city", 2009): "56.00"}
            ),
            component("c3", "质检数据交换接口", "platform", {("city", 2008): "20.00", ("city", 2009): "18.00"}),
            component("c4", "专网机房", "machine_room", {("city", 2008): "26.00"}, new_department_machine_room=YES),
            component("c5", "安全与等级保护", "security", {("own", 2008): "12.00", ("own", 2009): "10.00"}),
        ],
        facts=READY
        | SAFETY
        | {
            "supports_quality_city": (YES, "食品质量监督抽查"),
            "required_by_state": (YES, "附件 2 国家质检总局文件"),
            "important": (YES, "10.2“完善‘金字工程’”"),
            "raises_tax_revenue": (NO, ""),
        },
    )


def portal() -> dict:
    """市信息产业局 with 市政府办公厅: the portal that 8.1(2) names and 10.4 forgot (D35); waits for signatures."""
    return document(
        title="统一市政务门户网站系统整合建设",
        contact=("郭颖", "0851-5820511"),
        content="整合 31 个部门网站，建设统一的市政务门户网站系统，统一内容管理、检索和办事入口，服务器托管于市电子政务网络管理中心。",
        objects="全市公众和企业；31 个市直部门",
        mandate="city",
        mandate_document="规划 10.2“整合建设统一的市政务门户网站系统”",
        goals=[("整合部门网站", "0 个", "31 个", "2008"), ("网上办事指南公开率", "38%", "100%", "2008")],
        evaluation="市信息办每年委托第三方评估一次，按访问量、办事指南公开率和满意度打分。",
        end="2008",
        components=[
            component("c1", "门户平台软件", "website", {("city", 2008): "62.00"}),
            component("c2", "31 个部门网站内容整合与迁移", "business_system", {("city", 2008): "38.00"}),
            component("c3", "服务器（托管于网络管理中心）", "equipment", {("city", 2008): "25.00"}),
            component("c4", "安全与等级保护", "security", {("city", 2008): "20.00"}),
        ],
        facts=READY | SHARING | SERVICE,
        running_cost={"amount_wan": "12.00", "source": "city"},
    )


def _plain(title: str, contact, content: str, objects: str, goals: list, components: list, facts: dict, **more) -> dict:
    return document(
        title=title,
        contact=contact,
        content=content,
        objects=objects,
        goals=goals,
        components=components,
        facts=READY | facts,
        evaluation="申报单位每年 12 月按上列指标自评，市信息产业局检查（9.2.8）。",
        **more,
    )


def others() -> dict[str, dict]:
    """The remaining cases by key."""
    return {
        "tax": _plain(
            "地方税收征管数据集中系统",
            ("黄志强", "0851-5820321"),
            "集中全市地方税收征管数据，与工商登记信息按日比对，发现漏征漏管户。",
            "全市地税征收机构 13 个、纳税户 3.8 万户",
            [("漏征漏管户率", "6.2%", "1.5%", "2009")],
            [
                component("c1", "征管应用软件", "business_system", {("city", 2008): "85.00", ("city", 2009): "40.00"}),
                component("c2", "比对接口", "platform", {("city", 2008): "22.00"}),
                component("c3", "安全与等级保护", "security", {("city", 2008): "12.00"}),
            ],
            {
                "strengthens_supervision": (YES, "登记与征管按日比对"),
                "raises_tax_revenue": (YES, "预计年增收 1,800 万元"),
                "needs_cross_department_support": (YES, "需工商登记信息"),
                "urgently_needed": (YES, ""),
            },
        ),
        "training": _plain(
            "农民远程技能培训资源库",
            ("龙春梅", "0851-5820331"),
            "依托党员干部远程教育站点，建设农技、务工、法律三类培训课件库，免费向乡镇、村开放。",
            "乡镇 78 个、村 1,240 个",
            [("受训农民", "0 人次", "6 万人次", "2009")],
            [
                component(
                    "c1",
                    "课件资源库与点播应用",
                    "database",
                    {("city", 2008): "36.00", ("county", 2009): "14.00"},
                    pure_database=NO,
                    has_application=YES,
                    shareable=YES,
                ),
                component("c2", "课件制作", "other", {("city", 2008): "20.00"}),
            ],
            {
                "public_culture_education": (YES, "公共培训"),
                "broadly_raises_skills_of_disadvantaged_or_farmers": (YES, "面向农民"),
                "markedly_improves_public_service": (YES, ""),
            },
            investment_type="public_good",
            reason="面向农民的公益培训，以建设单位筹措为主，政府投入启动资金。",
        ),
        "office": _plain(
            "局内公文归档系统升级",
            ("何晓红", "0851-5820341"),
            "升级局内公文归档软件，增加全文检索。",
            "本局工作人员 120 人",
            [("归档及时率", "80%", "98%", "2008")],
            [component("c1", "归档软件升级", "business_system", {("city", 2008): "16.00"})],
            {},
            construction="upgrade",
            end="2008",
            level=1,
        ),
        "gis_park": _plain(
            "公园绿地管护信息系统",
            ("田野", "0851-5820351"),
            "建立公园绿地台账和管护巡查系统。",
            "市、区两级绿化管护单位 12 个",
            [("管护台账覆盖率", "30%", "90%", "2009")],
            [component("c1", "台账与巡查软件", "business_system", {("city", 2008): "42.00", ("city", 2009): "20.00"})],
            {
                "leadership_committed": (NO, "尚无领导批示"),
                "operators_qualified": (NO, "无专职维护人员"),
                "exchangeable": (NO, "数据仅供本单位使用"),
            },
        ),
        "private_net": _plain(
            "系统内视频会议专网",
            ("孟凡", "0851-5820361"),
            "自建市至县视频会议专网，与其他网络物理隔离，独立运行。",
            "系统内单位 14 个",
            [("会议覆盖单位", "0 个", "14 个", "2008")],
            [
                component(
                    "c1",
                    "专网链路",
                    "network",
                    {("city", 2008): "120.00"},
                    vertical_network=YES,
                    closed_and_independent=YES,
                ),
                component("c2", "会议终端", "equipment", {("city", 2008): "60.00"}),
            ],
            {},
            end="2008",
        ),
        "own_money": _plain(
            "企业职工技能鉴定网上报名系统",
            ("杜鹃", "0851-5820371"),
            "自筹资金建设网上报名和证书查询。",
            "全市企业职工约 20 万人",
            [("网上报名率", "0%", "80%", "2008")],
            [component("c1", "报名与查询应用", "website", {("own", 2008): "24.00"})],
            SERVICE,
            end="2008",
        ),
        "huaxi": _plain(
            "花溪区政务大厅排队叫号与办件公开系统",
            ("罗晓", "0851-3851001"),
            "区政务大厅办件公开，区级资金。",
            "区内群众和企业",
            [("办件公开率", "20%", "100%", "2008")],
            [component("c1", "办件公开应用", "business_system", {("county", 2008): "28.00"})],
            SERVICE,
            end="2008",
        ),
        "huaxi_new": _plain(
            "花溪区农村信息服务站",
            ("罗晓", "0851-3851001"),
            "在 17 个乡镇建立信息服务站，区级资金。",
            "乡镇 17 个",
            [("服务站", "0 个", "17 个", "2009")],
            [component("c1", "服务站终端与应用", "equipment", {("county", 2008): "18.00", ("county", 2009): "16.00"})],
            SERVICE,
        ),
        "civil": _plain(
            "社会救助核对信息系统",
            ("石磊", "0851-5820391"),
            "与低保、婚姻、财产信息核对，减少错保漏保。",
            "全市低保家庭 5.6 万户",
            [("核对时限", "", "10 日", "2009")],
            [component("c1", "核对应用软件", "business_system", {("city", 2008): "56.00", ("city", 2009): "20.00"})],
            SERVICE | {"needs_cross_department_support": (YES, "需公安、房管信息")},
        ),
        "withdrawn": _plain(
            "系统内电子邮箱扩容",
            ("王斌", "0851-5820381"),
            "扩容系统内电子邮箱。",
            "系统内人员 300 人",
            [("邮箱容量", "50 MB", "500 MB", "2008")],
            [component("c1", "存储设备", "equipment", {("city", 2008): "15.00"})],
            {},
            construction="extend",
            end="2008",
            level=1,
        ),
    }


def planned(code: str, components: list[dict]) -> dict:
    """What a lead adds to the prefilled proposal of a row of the plan (规划内立项)."""
    return {
        "construction": "new",
        "mandate": "city",
        "mandate_document": f"规划 10.4 {code}",
        "investment_type": "government",
        "investment_reason": "规划内项目，提高政府工作效率。",
        "service_objects": "全市党政机关",
        "goals": [{"indicator": "覆盖单位", "present": "0 家", "target": "60 家", "year": 2008}],
        "evaluation": "市信息产业局每年检查使用情况（9.2.8）。",
        "components": components,
        "facts": {k: {"value": v[0], "evidence": v[1]} for k, v in READY.items()},
        "security": {"level": 2, "plan": "与主体工程同步，见方案第 6 章。", "commitments": list(proposals.COMMITMENTS)},
    }
