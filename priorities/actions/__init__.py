"""The verbs of floor 4. Keyword-only, `by` (Actor) first; every one locks the submission, checks `version`
(Submission.version, the edit lock; older → Stale 409 with `current`), refuses in Chinese with blockers
`((sentence, who), …)`, and is audited. Unless another result is named, a verb returns the fresh Submission, so that
several verbs in one request chain `version=row.version`.

    drafts       create_draft, save_draft, declare_secret, add_participant, remove_participant,
                 confirm_participation, discard_draft
    submissions  submit, request_receipt, request_filing_receipt, withdraw, answer_correction
    changes      propose_change
    decisions    request_letter
    attachments  attach, detach, download_attachment
    screening    accept, return_for_correction, confirm_facts, record_overlap, confirm_verdict, propose_conclusion, send
    settling     settle, waive_each, waive_and_send, settle_and_send: the single verbs of a plain case in one act
    batches      rehearse, plan_batch, undo_batch, hurry_batch; run_due does what is due
    opinions     request_opinion, waive_opinion, give_opinion, remind
    sharing      answer_sharing
    side_lanes   check_self_funded, acknowledge, re_review
    approval     sign, refuse, withdraw_signature, download_scan
    plans        create_plan, put_entry, adopt
    scenarios    save_scenario, save_period, override, take_back, recompute, withdraw_scenario, apply_scenario
    plan_cases   adopt_case, leave_over
    sittings     convene, record_decisions, record_minutes
    calendar     open_window, extend_window, grant_leave
    rule_sets    draft_rule_set, adopt_rule_set, export_dry_run

What a verb would refuse for is asked beforehand by `blockers` and `verbs_for` (priorities.case.guards).
"""

from priorities.actions.advice import advice_shown
from priorities.actions.approval import PaperSignature, download_scan, refuse, rounds_of, sign, withdraw_signature
from priorities.actions.attachments import attach, detach, download_attachment
from priorities.actions.batches import hurry_batch, plan_batch, rehearse, run_due, undo_batch
from priorities.actions.calendar import extend_window, grant_leave, open_window
from priorities.actions.changes import propose_change
from priorities.actions.decisions import request_letter
from priorities.actions.drafts import (
    add_participant,
    confirm_participation,
    create_draft,
    declare_secret,
    discard_draft,
    remove_participant,
    save_draft,
)
from priorities.actions.opinions import give_opinion, remind, request_opinion, waive_opinion
from priorities.actions.plan_cases import adopt_case, leave_over
from priorities.actions.plans import adopt, create_plan, put_entry
from priorities.actions.rule_sets import adopt_rule_set, draft_rule_set, export_dry_run
from priorities.actions.scenarios import (
    apply_scenario,
    override,
    recompute,
    save_period,
    save_scenario,
    take_back,
    withdraw_scenario,
)
from priorities.actions.screening import (
    accept,
    confirm_facts,
    confirm_verdict,
    propose_conclusion,
    record_overlap,
    return_for_correction,
    send,
)
from priorities.actions.settling import settle, settle_and_send, waive_and_send, waive_each
from priorities.actions.sharing import answer_sharing
from priorities.actions.side_lanes import acknowledge, check_self_funded, re_review
from priorities.actions.sittings import convene, record_decisions, record_minutes
from priorities.actions.submissions import answer_correction, request_filing_receipt, request_receipt, submit, withdraw
from priorities.case.guards import blockers, verbs_for
