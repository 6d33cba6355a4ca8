"""Who pays (8.1) and in what mix (8.2). Pure; conflicts are flagged, never settled (D10–D13)."""

from __future__ import annotations

from dataclasses import dataclass, field

PRINCIPLES = {
    "8.1(1)": "财政投入为主、其他渠道投入为辅",
    "8.1(2)": "市级统一建设的政府信息资源共享与交换平台、电子政务网络平台、安全认证和密钥管理、统一政府办公系统、统一政府门户网站、"
              "关键性基础系统和跨部门的综合类应用系统、其他市级部门重要应用系统由市财政投资",
    "8.1(3)": "国家要求建设且需要地方配套资金的项目,配套资金由市级财政、市县级财政投资",
    "8.1(4)": "市级要求建设且需要市县配套资金的项目,配套资金由市县级财政投资",
    "8.1(5)": "鼓励自筹资金按照电子政务统一发展部署建设本部门的信息系统",
}  # fmt: skip
TYPES = {
    "government": ("8.2(1)", "政府型", "以政府投资为主,不排除同时以其他途径筹措资金"),
    "market": ("8.2(2)", "市场型", "主要是由各受益单位和建设单位以市场手段筹措或引进建设资金"),
    "public_good": ("8.2(3)", "公益型", "建设资金的筹措可以采取建设单位筹措为主,政府给予必要的经济扶持或政策倾斜的方法"),
}


@dataclass(frozen=True)
class PayerQuestion:
    """What decides: who requires it, the investment type, whether it stands in 8.1(2)'s list, district, own money."""

    mandate: str = ""  # state, province, city, own
    investment_type: str = ""  # government, market, public_good
    on_shared_list: bool = False
    is_district: bool = False
    is_self_funded: bool = False


@dataclass(frozen=True)
class PayerAnswer:
    """The payer by 8.1, the mix by 8.2, sentences that quote the clauses, and the questions that stay open."""

    payer: str
    clauses: tuple[str, ...]
    sentences: tuple[str, ...]
    conflicts: tuple[tuple[str, str], ...] = field(default=())  # (discrepancy, sentence)


def who_pays(question: PayerQuestion) -> PayerAnswer:
    """Read 8.1 items 1–5 and 8.2 for one project or proposal."""
    q, clauses, sentences, conflicts = question, [], [], []

    def cite(clause: str, words: str) -> None:
        clauses.append(clause)
        sentences.append(f"{clause}“{words}”")

    if q.is_district:
        payer = "县（市、区）财政"
        if q.mandate == "city":
            cite("8.1(4)", PRINCIPLES["8.1(4)"])
        conflicts.append(("D12", "“市县级财政”所指未明，市级出多少由联合会签填定。"))
    elif q.is_self_funded:
        payer = "建设单位自筹"
        cite("8.1(5)", PRINCIPLES["8.1(5)"])
    elif q.mandate == "state":
        payer = "国家资金，地方配套由市级与县（市、区）财政"
        cite("8.1(3)", PRINCIPLES["8.1(3)"])
        conflicts.append(("D12", "市与县（市、区）各出多少原文没有写，留给联合会签填定。"))
    elif q.mandate == "city":
        payer = "市财政，市县配套由县（市、区）财政"
        cite("8.1(4)", PRINCIPLES["8.1(4)"])
    else:
        payer = "市财政"
        cite("8.1(2)", PRINCIPLES["8.1(2)"] if q.on_shared_list else "其他市级部门重要应用系统由市财政投资")
    if q.mandate == "province":
        conflicts.append(("D13", "省要求没有写进 8.1 和 8.3.1(7)，由联合会签议定。"))
    if q.investment_type in TYPES:
        clause, name, words = TYPES[q.investment_type]
        clauses.append(clause)
        sentences.append(f"8.2 {name}“{words}”")
        if q.investment_type == "public_good":
            sentences.append("公益型：在建设初期，政府可以投入适当的启动资金。")
        if q.investment_type != "government" and payer == "市财政":
            conflicts.append(("D11", f"8.1 由市财政投资，8.2 {name}以其他渠道为主，两条不一致，须联合会签定。"))
    sentences += [f"{text}（{code}）" for code, text in conflicts]
    return PayerAnswer(payer, tuple(clauses), tuple(sentences), tuple(conflicts))
