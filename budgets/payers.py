"""Who pays (8.1) and in what mix (8.2). Pure: conflicts are flagged, never settled (D10–D13), no share is invented."""

from __future__ import annotations

from dataclasses import dataclass, field

SOURCES = [
    ("city", "市财政"),
    ("county", "县（市、区）财政"),
    ("state", "国家"),
    ("province", "省"),
    ("own", "建设单位自筹"),
    ("enterprise", "企业"),
    ("bank", "银行信贷"),
    ("international", "国际组织"),
    ("other", "其他"),
]

PRINCIPLES = {
    "8.1(1)": "财政投入为主、其他渠道投入为辅",
    "8.1(2)": "市级统一建设的政府信息资源共享与交换平台、电子政务网络平台、安全认证和密钥管理、统一政府办公系统、"
    "统一政府门户网站、关键性基础系统和跨部门的综合类应用系统、其他市级部门重要应用系统由市财政投资",
    "8.1(3)": "国家要求建设且需要地方配套资金的项目,配套资金由市级财政、市县级财政投资",
    "8.1(4)": "市级要求建设且需要市县配套资金的项目,配套资金由市县级财政投资",
    "8.1(5)": "鼓励自筹资金按照电子政务统一发展部署建设本部门的信息系统",
}
OTHERS = "其他市级部门重要应用系统由市财政投资"  # the end of 8.1(2): what is not listed by name
TYPES = {
    "government": ("8.2(1)", "政府型", "以政府投资为主,不排除同时以其他途径筹措资金"),
    "market": ("8.2(2)", "市场型", "主要是由各受益单位和建设单位以市场手段筹措或引进建设资金"),
    "public_good": (
        "8.2(3)",
        "公益型",
        "建设资金的筹措可以采取建设单位筹措为主,政府给予必要的经济扶持或政策倾斜的方法",
    ),
}
START_UP = "在建设初期,政府可以投入适当的启动资金,出台优惠政策"
CHANNELS = ("9.6.5", "建立以政府资金为引导,企业投入为主体,金融信贷、社会融资和利用外资等为支撑的多元化的资金支持体系")
COUNTY_FUNDS = ("9.6.1", "推动各区、县(市)财政设立信息化专项资金")
MAIN, MATCHING, START, SUPPORT = "main", "matching", "start", "support"
ROLES = {MAIN: "主要出资", MATCHING: "配套", START: "启动资金", SUPPORT: "补充"}


@dataclass(frozen=True)
class PayerQuestion:
    """What decides: who requires it, the investment type, whether it stands in 8.1(2)'s list, level, own money."""

    mandate: str = ""  # state 国家, province 省, city 市, own 本部门
    investment_type: str = ""  # government, market, public_good
    on_shared_list: bool = False  # named in 8.1(2)
    is_district: bool = False  # 县（市、区）级
    is_self_funded: bool = False


@dataclass(frozen=True)
class Part:
    """One payer of the mix: a source of budgets.models.SOURCES, what it is for, the clause. Shares are never given."""

    source: str
    role: str
    clause: str

    @property
    def role_label(self) -> str:
        return ROLES[self.role]


@dataclass(frozen=True)
class OpenShare:
    """A share of which the plan says who may pay it and not how much: the joint approval settles it."""

    code: str  # the discrepancy
    sources: tuple[str, ...]  # one of them at least


@dataclass(frozen=True)
class PayerAnswer:
    """The payer by 8.1, the mix by 8.2, the plan's words for both, and the questions that stay open."""

    payer: str
    clauses: tuple[str, ...]
    conflicts: tuple[tuple[str, str], ...] = field(default=())  # (discrepancy, sentence)
    mix: tuple[Part, ...] = field(default=())
    quotes: tuple[tuple[str, str], ...] = field(default=())  # (clause, the plan's words)
    matching: str = ""  # 配套资金: who owes it, "" where none is owed
    start_up: str = ""  # 启动资金 of 公益型
    notes: tuple[tuple[str, str], ...] = field(default=())  # (discrepancy, sentence) that hold for every project
    open_shares: tuple[OpenShare, ...] = field(default=())


def who_pays(question: PayerQuestion) -> PayerAnswer:
    """Read 8.1 items 1–5 and 8.2 for one project or proposal."""
    reading = _Reading(question)
    reading.by_principle()
    reading.by_type()
    return reading.answer()


class _Reading:
    """One question while it is read."""

    def __init__(self, question: PayerQuestion):
        self.q = question
        self.payer = self.matching = self.start_up = ""
        self.clauses: list[str] = []
        self.quotes: list[tuple[str, str]] = []
        self.conflicts: list[tuple[str, str]] = []
        self.mix: list[Part] = []
        self.open_shares: list[OpenShare] = []

    def leave_open(self, code: str, sentence: str, *shares: tuple[str, ...]) -> None:
        """A question that stays, and the shares that it leaves open."""
        self.conflicts.append((code, sentence))
        self.open_shares += [OpenShare(code, sources) for sources in shares]

    def cite(self, clause: str, words: str) -> None:
        self.clauses.append(clause)
        self.quotes.append((clause, words))

    def pays(self, source: str, role: str, clause: str) -> None:
        if all(part.source != source for part in self.mix):
            self.mix.append(Part(source, role, clause))

    def by_principle(self) -> None:
        """8.1(2)–(5): the payer."""
        q = self.q
        if q.is_self_funded:
            self.payer = "建设单位自筹"
            self.cite("8.1(5)", PRINCIPLES["8.1(5)"])
            self.pays("own", MAIN, "8.1(5)")
        elif q.mandate == "state":
            self.payer = "国家资金，地方配套由市级与县（市、区）财政"
            self.cite("8.1(3)", PRINCIPLES["8.1(3)"])
            self.matching = (
                "国家要求建设的，地方配套资金由市级财政和县（市、区）级财政出（8.1(3)），各出多少原文没有写。"
            )
            self.pays("state", MAIN, "8.1(3)")
            self.pays("city", MATCHING, "8.1(3)")
            self.pays("county", MATCHING, "8.1(3)")
            self.leave_open("D12", "市与县（市、区）各出多少原文没有写，留给联合会签填定。", ("city",), ("county",))
        elif q.is_district:
            self.payer = "县（市、区）财政"
            if q.mandate == "city":
                self.cite("8.1(4)", PRINCIPLES["8.1(4)"])
                self.matching = "市级要求建设的，市县配套资金由县（市、区）级财政出（8.1(4)）。"
            else:
                self.cite(*COUNTY_FUNDS)
            self.pays("county", MAIN, self.clauses[-1])
            self.leave_open("D12", "“市县级财政”所指未明，市级出多少由联合会签填定。", ("city",))
        elif q.mandate == "city":
            self.payer = "市财政，市县配套由县（市、区）财政"
            self.cite("8.1(4)", PRINCIPLES["8.1(4)"])
            self.matching = "市级要求建设且需要配套的，配套资金由县（市、区）级财政出（8.1(4)）。"
            self.pays("city", MAIN, "8.1(2)")
            self.pays("county", MATCHING, "8.1(4)")
            said = "“市县级财政”读作县（市、区）级，市级份额原文没有写，由联合会签填定。"
            self.leave_open("D12", said, ("city",), ("county",))
        else:
            self.payer = "市财政"
            self.cite("8.1(2)", PRINCIPLES["8.1(2)"] if q.on_shared_list else OTHERS)
            self.pays("city", MAIN, "8.1(2)")
        if q.mandate == "province":
            self.conflicts.append(("D13", "省要求没有写进 8.1 和 8.3.1(7)，由联合会签议定。"))

    def by_type(self) -> None:
        """8.2: the mix. Where it names other payers than 8.1, both stay and the conflict is flagged (D11)."""
        q = self.q
        if q.investment_type not in TYPES:
            return
        clause, name, words = TYPES[q.investment_type]
        self.cite(clause, words)
        if q.investment_type == "market":
            for source in ("own", "enterprise"):
                self.pays(source, MAIN, clause)
        elif q.investment_type == "public_good":
            self.pays("own", MAIN, clause)
            self.start_up = "公益型：在建设初期，政府可以投入适当的启动资金。"
            self.quotes.append((clause, START_UP))
            if self.payer == "市财政":
                self.mix = [Part(p.source, START, clause) if p.source == "city" else p for p in self.mix]
            elif not self.q.is_self_funded:
                self.pays("city", START, clause)
        if q.investment_type != "government" and self.payer.startswith("市财政"):
            others = ("own", "enterprise") if q.investment_type == "market" else ("own",)
            said = f"8.1 由市财政投资，8.2 {name}以其他渠道为主，两条不一致，须联合会签定。"
            self.leave_open("D11", said, others)

    def answer(self) -> PayerAnswer:
        note = f"8.1(1)“{PRINCIPLES['8.1(1)']}”，9.6.5“{CHANNELS[1]}”；单个项目按 8.1 定出资，9.6.5 说的是渠道建设。"
        return PayerAnswer(
            self.payer,
            tuple(self.clauses),
            tuple(self.conflicts),
            tuple(self.mix),
            tuple(self.quotes),
            self.matching,
            self.start_up,
            (("D10", note),),
            tuple(self.open_shares),
        )
