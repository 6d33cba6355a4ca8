"""The verbs of the register, by noun.

    life          change_state, change_phase_state, take_over
    gates         record_gate_item, withdraw_gate_item, record_contract, void_contract
    progress      file_progress
    milestones    set_milestone, reopen_milestone
    tasks         set_task_state
    description   classify, confirm_first_lead, record_change
    duties        create_topic, place_projects, name_head, end_topic, file_report, record_supervision, settle_supervision
"""

from projects.actions.description import classify, confirm_first_lead, record_change
from projects.actions.duties import (
    create_topic,
    end_topic,
    file_report,
    name_head,
    place_projects,
    record_supervision,
    settle_supervision,
)
from projects.actions.gates import record_contract, record_gate_item, void_contract, withdraw_gate_item
from projects.actions.life import change_phase_state, change_state, take_over
from projects.actions.milestones import reopen_milestone, set_milestone
from projects.actions.progress import file_progress
from projects.actions.tasks import set_task_state

__all__ = [
    "change_phase_state",
    "change_state",
    "classify",
    "confirm_first_lead",
    "create_topic",
    "end_topic",
    "file_progress",
    "file_report",
    "name_head",
    "place_projects",
    "record_change",
    "record_contract",
    "record_gate_item",
    "record_supervision",
    "reopen_milestone",
    "set_milestone",
    "set_task_state",
    "settle_supervision",
    "take_over",
    "void_contract",
    "withdraw_gate_item",
]
