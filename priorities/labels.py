"""Chinese words for the codes of floor 4."""

from __future__ import annotations

from priorities.rules.criteria import OUTCOME_WORDS as OUTCOMES
from priorities.rules.criteria import RESULT_WORDS as RESULTS
from priorities.rules.criteria import Outcome
from priorities.rules.facts import ANSWER_WORDS as ANSWERS

__all__ = ["ANSWERS", "OUTCOMES", "RESULTS"]

SUBMISSION_KINDS = {
    "new": "新建",
    "planned": "规划内立项",
    "continuation": "续建",
    "change": "变更",
    "supplementary": "追加",
    "self_funded": "自筹",
    "district": "区县备案",
}

STATES = {
    "draft": "草稿",
    "submitted": "已申报",
    "under_review": "审核中",
    "returned": "退回补正",
    "joint_approval": "联合会签中",
    "candidate": "年度计划候选",
    "pool": "储备库",
    "deferred": OUTCOMES["defer"],
    "no_city_funding": OUTCOMES["no_city_funding"],
    "self_funded": "自筹建设",
    "filed": "已备案",
    "adopted": "已列入年度计划",
    "withdrawn": "已撤回",
}

VERBS = {
    "submit": "提交申报",
    "accept": "受理",
    "return": "退回补正",
    "withdraw": "撤回",
    "send": "送联合会签",
    "refuse": "不同意",
    "sign": "签署同意",
    "check_self_funded": "自筹核对",
    "re_review": "复审",
    "acknowledge": "备案",
    "adopt": "列入年度计划",
    "leave_over": "结转候选",
    "save": "修改申报书",
    "declare_secret": "登记涉密",
    "discard": "删除草稿",
    "participants": "增减联合申报单位",
    "confirm_participation": "确认联合申报",
    "attach": "上传附件",
    "answer_correction": "答复核定",
    "confirm_facts": "核定事实",
    "answer_sharing": "回答共享事实",
    "record_overlap": "认定重复程度",
    "confirm_verdict": "确认判定",
    "propose_conclusion": "拟定结论",
    "request_opinion": "征求意见",
    "waive_opinion": "免予征求意见",
    "give_opinion": "出具意见",
    "abstain": "回避",
    "withdraw_signature": "撤回签署",
    "remind": "催办",
}

# 不同意 by reasons that can be counted: code → (words, the clause that is meant unless another is named).
REFUSALS = {
    "source": ("资金来源不落实", "8.1"),
    "estimate": ("概算偏高或依据不足", "8.1"),
    "growth": ("超出年度资金安排", "9.6.1"),
    "overlap": ("与已有或在建项目重复", "8.3.3(2)"),
    "sharing": ("不能共享交换", "8.3.2(3)"),
    "conditions": ("建设条件不具备", "8.3.2(1)"),
    "goals": ("目标不可度量或没有评估机制", "8.1"),
    "security": ("没有同步安全方案", "9.3.8"),
    "other": ("其他", ""),
}

OPINIONS = {"network_centre": "网络管理中心意见", "expert": "专家组意见"}
OPINION_ANSWERS = {"agree": "同意", "conditional": "附条件同意", "refuse": "不同意", "abstain": "回避"}
ON_ASKING = {
    "resource": "信息资源管理部门意见",
    "ca": "安全认证和密钥管理部门意见",
}  # 9.1.2, where needed
EVERY_OPINION = OPINIONS | ON_ASKING
PAPERS = EVERY_OPINION | {"scan": "盖章扫描件"}

ATTACHMENTS = {
    "application": "单位红头申请函",
    "scheme": "建设方案",
    "basis": "建设依据文件",
    "estimate": "投资概算表",
    "catalogue": "信息资源目录表",
    "security": "安全方案",
    "scan": "盖章扫描件",
    "evidence": "证据材料",
    "other": "其他",
}

# A word always stands beside the colour.
OUTCOME_TONES = {
    Outcome.PRIORITY: "green",
    Outcome.ORDINARY: "slate",
    Outcome.DEFER: "amber",
    Outcome.NO_CITY_FUNDING: "red",
    Outcome.UNDETERMINED: "violet",
}
