"""The verbs of the register, by noun.

life          change_state, change_phase_state, take_over
gates         record_gate_item, withdraw_gate_item, record_contract, void_contract
progress      file_progress, return_progress, call_reports, withdraw_call, rate_project
milestones    add_milestone, drop_milestone, set_milestone, reopen_milestone
tasks         set_task_state, confirm_task
description   classify, confirm_first_lead, record_change
acceptance    conclude_acceptance, sign_acceptance, record_correction, file_evaluation, sign_evaluation,
              report_evaluations, set_target
benefits      add_goal, drop_goal, measure, check_measurement, assess_unit
signing       withdraw_signing, download_scan
experts       name_experts
documents     file_document, sign_document, meet_condition
needs         raise_need, answer_need, settle_need, withdraw_need
collaboration appoint_member, end_member, raise_subject, give_subject_opinion, settle_subject, sign_subject,
              withdraw_subject
catalogue     propose_data, join_data, register_data, withdraw_data, settle_party
security      propose_grading, sign_grading, file_grading, record_sync, withdraw_sync, record_assessment,
              withdraw_assessment, fix_finding
duties        create_topic, edit_topic, strike_topic, place_projects, name_head, end_topic
upwards       file_report, return_report, record_supervision, settle_supervision
"""

from projects.actions.acceptance import (
    AcceptanceResult,
    Measured,
    conclude_acceptance,
    file_evaluation,
    record_correction,
    report_evaluations,
    set_target,
    sign_acceptance,
    sign_evaluation,
)
from projects.actions.benefits import add_goal, assess_unit, check_measurement, drop_goal, measure
from projects.actions.catalogue import join_data, propose_data, register_data, settle_party, withdraw_data
from projects.actions.collaboration import (
    appoint_member,
    end_member,
    give_subject_opinion,
    raise_subject,
    settle_subject,
    sign_subject,
    withdraw_subject,
)
from projects.actions.description import classify, confirm_first_lead, record_change
from projects.actions.documents import Decision, file_document, meet_condition, sign_document
from projects.actions.duties import create_topic, edit_topic, end_topic, name_head, place_projects, strike_topic
from projects.actions.experts import name_experts
from projects.actions.gates import ContractTerms, record_contract, record_gate_item, void_contract, withdraw_gate_item
from projects.actions.life import change_phase_state, change_state, take_over
from projects.actions.milestones import add_milestone, drop_milestone, reopen_milestone, set_milestone
from projects.actions.needs import answer_need, raise_need, settle_need, withdraw_need
from projects.actions.progress import (
    ReportedProgress,
    call_reports,
    file_progress,
    rate_project,
    return_progress,
    withdraw_call,
)
from projects.actions.security import (
    file_grading,
    fix_finding,
    propose_grading,
    record_assessment,
    record_sync,
    sign_grading,
    withdraw_assessment,
    withdraw_sync,
)
from projects.actions.signing import download_scan, withdraw_signing
from projects.actions.tasks import confirm_task, set_task_state
from projects.actions.upwards import Reported, Visit, file_report, record_supervision, return_report, settle_supervision
