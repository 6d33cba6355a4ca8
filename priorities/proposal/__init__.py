"""The proposal as one document: its shape, cleaning, completeness, canonical form and sums. Pure.

    {"title", "construction", "start", "end", "precision", "mandate", "mandate_document",
     "investment_type", "investment_reason", "service_objects", "goals": [{"indicator", "present", "target", "year"}],
     "evaluation", "content",
     "components": [{"id", "name", "kind", "facts": {fact: answer},
                     "money": [{"source", "fiscal_year", "amount_wan"}]}],
     "sharing": [{"side": "provides"|"uses", "data": "GX-001 …" or a new name, "service", "frequency"}],
     "facts": {fact: {"value": answer, "evidence": text}},
     "security": {"level", "plan", "commitments": [...]}, "contact": {"name", "phone"},
     "prior_investment": {"amount_wan", "year", "document"}, "running_cost": {"amount_wan", "source"}}

A document of an older day has no `sharing`: read it by `sharing_of`. Amounts are strings with two decimals in 万元;
years are integers; a field's path is written `goals.0.indicator`.
"""

from priorities.proposal.cleaning import clean
from priorities.proposal.completeness import MANDATORY, SECTIONS, Gap, gaps, mandatory
from priorities.proposal.contents import (
    amounts,
    as_amounts,
    canonical,
    component_wan,
    differences,
    flat,
    for_rules,
    put,
    say_by_kind,
    sha256,
    sharing_of,
    sums_of,
    total_wan,
)
from priorities.proposal.shape import (
    COMMITMENTS,
    COMPONENT_KINDS,
    CONSTRUCTIONS,
    FORM_VERSION,
    INVESTMENT_TYPES,
    MANDATES,
    MAX_COMPONENTS,
    MAX_GOALS,
    MAX_SHARING,
    SHARING_FREQUENCIES,
    SHARING_SERVICES,
    SHARING_SIDES,
    SOURCE_LABELS,
    YEARS,
    empty,
)
