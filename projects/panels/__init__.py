"""What pages show of the register. Readers only: constant numbers of queries, whatever the number of rows.

lists     Filter, listing, options     the project list
ratings   with_facts, rating_of             the computed rating of rows that were read together
project   parts                             the parts of one project's page
tasks     by_block, task_page               the 59 tasks
totals    by_programme, by_lead, basis_on   money of the plan with its basis
looking   search                            across the register
past      as_of, differences                as it stood on a day, what changed between two
"""

from projects.panels.lists import Filter, ListRow, listing, options
from projects.panels.looking import Hit, search
from projects.panels.past import as_of, differences
from projects.panels.project import parts
from projects.panels.tasks import by_block, task_page
from projects.panels.totals import basis_on, by_lead, by_programme
from projects.progress.ratings import rating_of, with_facts

__all__ = [
    "Filter",
    "Hit",
    "ListRow",
    "as_of",
    "basis_on",
    "by_block",
    "by_lead",
    "by_programme",
    "differences",
    "listing",
    "options",
    "parts",
    "rating_of",
    "search",
    "task_page",
    "with_facts",
]
