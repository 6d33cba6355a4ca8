"""The verbs of floor 4. Keyword-only, `by` (Actor) first; every one locks the submission, checks `version`
(Submission.version, the edit lock; older → Stale 409 with `current`), refuses in Chinese with blockers
`((sentence, who), …)`, and is audited. Unless another result is named, a verb returns the fresh Submission, so that
several verbs in one request chain `version=row.version`.

submissions — the applicant
    create_draft(by, kind="new", plan_year=None, project_code=None, proposal=None, from_earlier=None, is_demo=False)
    save_draft(by, submission, version, proposal=None, patch=None) -> int   (new version; patch = {path: value})
    declare_secret(by, submission, version, paper_number, title)
    add_participant / remove_participant(by, submission, version, organisation)
    confirm_participation(by, submission, version)
    discard_draft(by, submission, version) -> None
    submit(by, submission, version)
    withdraw(by, submission, version, reason="")
    answer_correction(by, submission, fact, component="", text) -> CorrectionAnswer
    propose_change(by, project_code, field, now, reason, total_wan=None) -> Submission | None (None: applied at once)
attachments
    attach(by, submission, kind, name, content) -> Attachment     (content: bytes)
    remove_attachment(by, submission, attachment) -> None
screening — the information office
    accept(by, submission, version)
    return_for_correction(by, submission, version, points)        points: [(field path, sentence), …]
    confirm_facts(by, submission, version, facts=(), nothing_to_object=False)
        facts: [{"fact", "value", "evidence"="", "component"=""}]; nothing_to_object = 均无异议
    record_overlap(by, submission, version, other, degree)        degree: none | partial | severe
    confirm_verdict(by, submission, version, decisions=None, departure=None) -> Submission
        decisions: {"8.3.2(2)": True}; departure: {"outcome", "clause", "reason"}
    propose_conclusion(by, submission, version, kind, reason="", clause="", lacking="", re_review_on=None, amounts=None)
        kind: candidate | pool | deferred | no_city_funding
        amounts: [{"component", "source", "fiscal_year", "approved_wan", "clause"="", "reason"=""}]; None = as requested,
        money that is certainly hit cut
    request_opinion(by, submission, version, what, assigned=None, due_day=None)   what: network_centre | expert
    waive_opinion(by, submission, version, what, reason)          what: network_centre | expert | scan, or several
    send(by, submission, version)
    check_self_funded(by, submission, version, shared_network, exchange, ca, security, note="")   four bools (D18)
    acknowledge(by, submission, version)
    re_review(by, submission, version, reason="")
approval — the signing bodies, network centre, experts
    give_opinion(by, submission, edition, kind, text="", reason="", clause="", condition="")
        edition: the frozen version's number (Submission.current_version); kind: agree | conditional | refuse
    sign(by, submission, version, kind="agree", text="", condition="", condition_due=None, amounts=None, signer="",
         signed_on=None, seat=None)                               kind: agree | conditional; seat: key
    refuse(by, submission, version, reason, clause="", text="", signer="", signed_on=None, seat=None)
    withdraw_signature(by, submission, version, text="", seat=None)
calendar
    open_window(by, plan_year, opens, closes) -> FilingWindow
    extend_window(by, plan_year, until, reason, organisation=None) -> WindowExtension
    grant_leave(by, plan_year, organisation, until, reason) -> WindowExtension    (追加)
plans
    create_plan(by, plan_year, note="") -> AnnualPlan             (a second one = mid-year adjustment)
    put_entry(by, plan, version, submission, decision, amounts=None, reason="") -> PlanEntry
        decision: listed | not_listed | adjusted | left_over; amounts: [{"source", "fiscal_year", "amount_wan"}]
    adopt(by, plan, version, meeting_title, held_on, minutes_number) -> AnnualPlan
rule_sets
    draft_rule_set(by, key, title, readings=None, switched_off=(), precedence=(), reason="", base="plan-2006")
        -> RuleSetRecord
    adopt_rule_set(by, record, version, from_day, meeting_title, held_on, minutes_number) -> RuleSetRecord

Readers for pages: priorities.guards.blockers(submission, verb, actor, day) and verbs_for; priorities.screening
(verdict_of, live_verdict, facts_of); priorities.desk; priorities.panels; priorities.rule_sets.
"""
