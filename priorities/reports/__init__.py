"""Reports of floor 4: the screening summary (8.3 by clause), the districts' filings, the leaders' page."""

from priorities.reports.brief import leaders_brief
from priorities.reports.districts import district_filings
from priorities.reports.screening import screening_summary
