"""Which part of the budget table is looked at: the same words on the page, in the workbook and in the CSV."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from budgets.models import SOURCES
from governance.basics.refusal import Refused
from governance.database.prepared import Prepared
from governance.models import Organisation
from projects.labels import STANDALONE
from projects.models import Programme, Project, ProjectLead

NONE = "none"  # the programme of what has none
FOOTNOTES = ("D08", "D09", "D34", "D40", "D41", "D42", "D43")  # of the table, on the page and in the workbook


@dataclass(frozen=True)
class Chosen:
    """A source, a first lead (its surviving unit), a programme (key or "none"); empty takes everything."""

    source: str = ""
    lead: int | None = None
    programme: str = ""

    @classmethod
    def read(cls, query) -> Chosen:
        """From ?source=&lead=&programme=. Raises Refused (400) for what is unknown: a slip never means everything."""
        source, lead, programme = (str(query.get(n, "")).strip()[:60] for n in ("source", "lead", "programme"))
        if source and source not in dict(SOURCES):
            raise Refused("没有这个资金来源；请从页面上的筛选里选。", status=400)
        if lead and not (
            lead.isascii() and lead.isdigit() and len(lead) < 10 and Organisation.objects.filter(pk=int(lead)).exists()
        ):
            raise Refused("没有这个牵头单位；请从页面上的筛选里选。", status=400)
        if (
            programme
            and programme != NONE
            and ("\x00" in programme or not Programme.objects.filter(key=programme).exists())
        ):
            raise Refused("没有这个工程；请从页面上的筛选里选。", status=400)
        return cls(source, int(lead) if lead else None, programme)

    def __bool__(self) -> bool:
        return bool(self.source or self.lead or self.programme)

    def takes(self, *, lead: int | None, programme: str | None) -> bool:
        """Whether a project with this first lead and programme is in."""
        return (not self.lead or lead == self.lead) and (not self.programme or (programme or NONE) == self.programme)

    def shows_empty(self) -> bool:
        """Whether a planned project without a line is a row to be filled: its row would be 市财政's."""
        return self.source in ("", "city")

    @property
    def query(self) -> str:
        """`source=city&lead=5`, "" where everything is taken."""
        return urlencode({n: v for n in ("source", "lead", "programme") if (v := getattr(self, n))})

    @property
    def words(self) -> str:
        """“来源 市财政，第一牵头 市信息产业局”."""
        said = []
        if self.source:
            said.append(f"来源 {dict(SOURCES)[self.source]}")
        if self.lead:
            said.append(f"第一牵头 {Organisation.objects.get(pk=self.lead).name}")
        if self.programme:
            named = self.programme != NONE
            said.append(f"工程 {Programme.objects.get(key=self.programme).name if named else STANDALONE}")
        return "，".join(said)


def first_lead(project: Project) -> int | None:
    """The surviving unit that leads a project first, its leads being fetched."""
    lead = next(iter(project.leads.all()), None)
    return lead.organisation.survivor_id if lead else None


def options() -> dict[str, list[tuple[str, str]]]:
    """What can be chosen, one query: sources, first leads by name, programmes in their order."""
    firsts: dict[int, tuple[str, str]] = {}
    programmes: set[tuple[int, str, str]] = set()
    for project, unit, name, survivor, its_name, order, key, programme in _OPTIONS():
        firsts.setdefault(project, (str(survivor or unit), its_name or name))
        if key:
            programmes.add((order, key, programme))
    return {
        "source": list(SOURCES),
        "lead": sorted(set(firsts.values()), key=lambda x: (x[1], x[0])),
        "programme": [*((key, name) for _, key, name in sorted(programmes)), (NONE, STANDALONE)],
    }


_OPTIONS = Prepared(
    lambda: ProjectLead.objects.order_by("project_id", "order").values_list(
        "project_id",
        "organisation_id",
        "organisation__name",
        "organisation__canonical_id",
        "organisation__canonical__name",
        "project__programme__order",
        "project__programme__key",
        "project__programme__name",
    )
)
