"""The verbs of money, by noun. Every amount is an entry; a cell that is typed over becomes the entry of the difference.

lines      set_cell, set_codes
entries    book, reverse_entry
transfers  transfer, carry_over; rehearse tries one and takes it back
papers     attach_paper
locks      lock_stage
revenue    set_revenue
ceilings   set_ceiling
funds      record_call, withdraw_call, draft_application, edit_application, print_application, send_application,
           record_outcome, withdraw_application, book_award
"""

from budgets.actions.ceilings import set_ceiling
from budgets.actions.entries import BY_HAND, book, reverse_entry
from budgets.actions.funds import (
    Asked,
    CallTerms,
    Outcome,
    book_award,
    draft_application,
    edit_application,
    print_application,
    record_call,
    record_outcome,
    send_application,
    withdraw_application,
    withdraw_call,
)
from budgets.actions.lines import set_cell, set_codes
from budgets.actions.locks import lock_stage
from budgets.actions.papers import KINDS, Paper, attach_paper
from budgets.actions.revenue import set_revenue
from budgets.actions.transfers import carry_over, rehearse, transfer
