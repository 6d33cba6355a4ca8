"""/api/v1/submissions/: read, draft, save, and the verbs of the submission's way (contract: POST …/<verb>/)."""

from __future__ import annotations

from django.db.models import Manager, Prefetch
from django.urls import reverse
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.response import Response

from governance.api.filters import KnownFilter, LabelFilter, SearchFilter, TextFilter, UnitFilter, YearFilter
from governance.api.manners import Invisible
from governance.api.resources import IDEMPOTENCY
from governance.basics.refusal import NotVisible, Refused
from governance.basics.roles import Permission
from governance.kernel.once import once
from priorities import actions
from priorities.labels import OUTCOMES, STATES
from priorities.models import DecisionLetter, Screening, Submission
from priorities.screening import decided
from projects.models import Project


class Page(serializers.ListSerializer):
    """Many submissions: what was decided is asked once for all."""

    def to_representation(self, data):
        rows = list(data.all() if isinstance(data, Manager) else data)
        self.child.many = decided.of_cases(rows)
        return super().to_representation(rows)


class SubmissionSerializer(serializers.ModelSerializer):
    """A submission; `facts` and `components` are the working copy's, `outcome` and `clauses` the latest screening's."""

    number = serializers.CharField(source="reference", read_only=True)
    organisation = serializers.CharField(source="organisation.name", read_only=True)
    project = serializers.CharField(source="project.code", default=None, allow_null=True, read_only=True)
    facts = serializers.SerializerMethodField()
    components = serializers.SerializerMethodField()
    outcome = serializers.SerializerMethodField()
    clauses = serializers.SerializerMethodField()
    proposal = serializers.DictField(read_only=True)
    filed_wan = serializers.SerializerMethodField()
    cut_wan = serializers.SerializerMethodField()
    decided_wan = serializers.SerializerMethodField()
    many: dict[int, decided.Decided] = {}
    decision = serializers.SerializerMethodField()

    class Meta:
        model = Submission
        list_serializer_class = Page
        fields = (
            "number kind plan_year title organisation project state version total_wan city_wan filed_wan cut_wan "
            "decided_wan submitted_day re_review_on facts components outcome clauses proposal decision"
        ).split()
        read_only_fields = fields

    def get_filed_wan(self, row) -> str | None:
        amounts = self._amounts(row)
        return f"{amounts.filed_wan:.2f}" if row.total_wan is not None else None

    def get_cut_wan(self, row) -> str | None:
        amounts = self._amounts(row)
        return None if amounts.cut_wan is None else f"{amounts.cut_wan:.2f}"

    def get_decided_wan(self, row) -> str | None:
        """All sources together; null while nothing is decided."""
        amounts = self._amounts(row)
        return None if amounts.decided_wan is None else f"{amounts.decided_wan:.2f}"

    def _amounts(self, row) -> decided.Amounts:
        if row.pk not in self.many:
            self.many = decided.of_cases([row])
        return self.many[row.pk].total

    def get_facts(self, row) -> dict[str, str]:
        return {key: value["value"] for key, value in row.proposal.get("facts", {}).items()}

    def get_components(self, row) -> list[dict]:
        return row.proposal.get("components", [])

    def get_outcome(self, row) -> str | None:
        return row.outcome or None

    def get_decision(self, row) -> str | None:
        """Where the letter of the latest decision stands."""
        return reverse("priorities:decision", args=[row.reference]) if row.letters.all() else None

    def get_clauses(self, row) -> list[dict]:
        latest = max(row.screenings.all(), key=lambda s: s.pk, default=None)
        return latest.result.get("trace", []) if latest else []


class DraftSerializer(serializers.Serializer):
    """A new draft: kind and plan year, the project that it is for, and as much of the proposal as there is."""

    kind = serializers.ChoiceField(choices=Submission.KINDS, default="new")
    plan_year = serializers.IntegerField(min_value=2000, max_value=2050, required=False)
    project = serializers.CharField(max_length=12, required=False, allow_null=True, allow_blank=True)
    title = serializers.CharField(max_length=200, required=False, allow_blank=True)
    proposal = serializers.DictField(required=False)


class SaveSerializer(serializers.Serializer):
    """The whole proposal and the version that it was read at."""

    version = serializers.IntegerField(min_value=1)
    proposal = serializers.DictField()


class VerbSerializer(serializers.Serializer):
    """What a verb needs: the version that was read, and a reason where the verb asks for one."""

    version = serializers.IntegerField(min_value=1, required=False)
    reason = serializers.CharField(max_length=1000, required=False, allow_blank=True)
    kind = serializers.CharField(max_length=20, required=False)
    clause = serializers.CharField(max_length=20, required=False, allow_blank=True)
    text = serializers.CharField(max_length=2000, required=False, allow_blank=True)
    points = serializers.ListField(child=serializers.DictField(), required=False)


class SignSerializer(VerbSerializer):
    """A signature: 同意, or 附条件同意 with its condition; `signer` and `signed_on` for what was signed on paper."""

    condition = serializers.CharField(max_length=1000, required=False, allow_blank=True)
    condition_due = serializers.DateField(required=False, allow_null=True)
    signer = serializers.CharField(max_length=60, required=False, allow_blank=True)
    signed_on = serializers.DateField(required=False, allow_null=True)


class AdoptionSerializer(serializers.Serializer):
    """The sitting that adopts, and the reason where a case is left over."""

    version = serializers.IntegerField(min_value=1, required=False)
    reason = serializers.CharField(max_length=300, required=False, allow_blank=True)
    meeting_title = serializers.CharField(max_length=120, required=False, allow_blank=True)
    held_on = serializers.DateField(required=False, allow_null=True)
    minutes_number = serializers.CharField(max_length=60, required=False, allow_blank=True)


class SelfFundedSerializer(serializers.Serializer):
    """The recorded check of a self-funded case against 统一发展部署 (8.1(5))."""

    version = serializers.IntegerField(min_value=1, required=False)
    shared_network = serializers.BooleanField()
    exchange = serializers.BooleanField()
    ca = serializers.BooleanField()
    security = serializers.BooleanField()
    note = serializers.CharField(max_length=1000, required=False, allow_blank=True)


class SubmissionFilter(filters.FilterSet):
    plan_year = YearFilter(field_name="plan_year")
    state = LabelFilter(field_name="state", choices=list(STATES.items()))
    kind = LabelFilter(field_name="kind", choices=Submission.KINDS)
    outcome = LabelFilter(field_name="outcome", choices=list(OUTCOMES.items()))
    number = TextFilter(field_name="number")
    project = KnownFilter(field_name="project__code", of=Project.objects.all, key="code", word="项目")
    organisation = UnitFilter(field_name="organisation")
    search = SearchFilter()


def verb_of_a_case(form=VerbSerializer, **address):
    """POST …/<verb>/: takes `form` and answers with the submission as it is then."""
    documented = extend_schema(request=form, responses=SubmissionSerializer, parameters=[IDEMPOTENCY])
    posted = action(detail=True, methods=["post"], **address)
    return lambda view: documented(posted(view))


class Submissions(mixins.ListModelMixin, mixins.RetrieveModelMixin, Invisible, viewsets.GenericViewSet):
    """申报。POST 起草，PUT 保存，POST …/submit/ 等动作。"""

    serializer_class = SubmissionSerializer
    filterset_class = SubmissionFilter
    permission = Permission.READ_SUBMISSIONS
    queryset = Submission.objects.none()
    lookup_field = "number"
    lookup_value_regex = r"[A-Za-z0-9-]{1,24}"

    @property
    def write_permission(self):
        return {
            **dict.fromkeys(
                ("accept", "send", "return_", "acknowledge", "re_review", "self_funded"), Permission.SCREEN
            ),
            "sign": Permission.SIGN,
            "refuse": Permission.SIGN,
            "adopt": Permission.ADOPT_PLAN,
            "leave_over": Permission.ADOPT_PLAN,
            "leave_over_": Permission.ADOPT_PLAN,
        }.get(self.action, Permission.SUBMIT)

    def get_queryset(self):
        if getattr(self, "swagger_fake_view", False):
            return Submission.objects.none()
        rows = Submission.objects.visible_to(self.request._request.actor)
        return rows.select_related("organisation", "project").prefetch_related(
            Prefetch("screenings", Screening.objects.order_by("pk")),
            Prefetch("letters", DecisionLetter.objects.defer("content")),
        )

    def get_object(self):
        row = self.get_queryset().by_reference(self.kwargs["number"]).first()
        if row is None:
            raise NotVisible()
        return row

    @property
    def actor(self):
        return self.request._request.actor

    def _answer(self, row, code: int = status.HTTP_200_OK) -> Response:
        row = self.get_queryset().get(pk=row.pk)
        return Response(SubmissionSerializer(row, context=self.get_serializer_context()).data, status=code)

    @extend_schema(request=DraftSerializer, responses={201: SubmissionSerializer}, parameters=[IDEMPOTENCY])
    def create(self, request):
        """起草一份申报。"""
        asked = DraftSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        values = dict(asked.validated_data)
        document = values.pop("proposal", None)
        title = values.pop("title", None)
        if title is not None:
            document = {**(document or {}), "title": title}
        with once(self.actor, "api.create", request.headers.get("Idempotency-Key")) as call:
            if call.address is None:
                row = actions.create_draft(
                    by=self.actor,
                    kind=values["kind"],
                    plan_year=values.get("plan_year"),
                    project_code=values.get("project") or None,
                    proposal=document,
                )
                call.address = row.get_absolute_url()
            else:
                row = Submission.objects.by_reference(call.address.rstrip("/").rpartition("/")[2]).get()
        return self._answer(row, status.HTTP_201_CREATED)

    @extend_schema(request=SaveSerializer, responses=SubmissionSerializer)
    def update(self, request, number=None):
        """保存整份申报书；版本号不是最新时 409，并给出现有内容。"""
        asked = SaveSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        row = self.get_object()
        actions.save_draft(
            by=self.actor,
            submission=row,
            version=asked.validated_data["version"],
            proposal=asked.validated_data["proposal"],
        )
        return self._answer(row)

    def _verb(self, request, verb, values=lambda given: {}, form=VerbSerializer) -> Response:
        """Do a verb once, at the version that was read; `values` are what else it takes of what is `given`."""
        asked = form(data=request.data if isinstance(request.data, dict) else None)
        asked.is_valid(raise_exception=True)
        row, given = self.get_object(), asked.validated_data
        with once(self.actor, f"api.{self.action}.{row.pk}", request.headers.get("Idempotency-Key")) as call:
            if call.address is None:
                if verb.signs and "version" not in given:
                    raise Refused("签署要写明所看的版本（version）；请先读现在的内容。", status=428)
                version = given.get("version") or row.version
                verb(by=self.actor, submission=row, version=version, **values(given))
                call.address = row.get_absolute_url()
        return self._answer(row)

    @verb_of_a_case()
    def submit(self, request, number=None):
        """提交申报。"""
        return self._verb(request, actions.submit)

    @verb_of_a_case()
    def withdraw(self, request, number=None):
        """撤回。"""
        return self._verb(request, actions.withdraw, _reason)

    @verb_of_a_case()
    def accept(self, request, number=None):
        """受理。"""
        return self._verb(request, actions.accept)

    @verb_of_a_case(url_path="return", url_name="return")
    def return_(self, request, number=None):
        """退回补正：points 是 [{"field", "sentence"}]，一次写全。"""

        def values(given):
            return {"points": [(str(p.get("field", "")), str(p.get("sentence", ""))) for p in given.get("points", [])]}

        return self._verb(request, actions.return_for_correction, values)

    @verb_of_a_case()
    def send(self, request, number=None):
        """送联合会签。"""
        return self._verb(request, actions.send)

    @verb_of_a_case(SignSerializer)
    def sign(self, request, number=None):
        """签署同意，或附条件同意。"""

        def values(given):
            paper = actions.PaperSignature(given.get("signer", ""), given.get("signed_on"))
            told = {name: given[name] for name in ("text", "condition", "condition_due") if name in given}
            return told | {"kind": given.get("kind") or "agree", "paper": paper}

        return self._verb(request, actions.sign, values, SignSerializer)

    @verb_of_a_case()
    def refuse(self, request, number=None):
        """不同意：理由和条款。"""
        return self._verb(request, actions.refuse, lambda given: _reason(given) | {"clause": given.get("clause", "")})

    @verb_of_a_case()
    def acknowledge(self, request, number=None):
        """备案。"""
        return self._verb(request, actions.acknowledge)

    @verb_of_a_case(url_path="re-review")
    def re_review(self, request, number=None):
        """复审。"""
        return self._verb(request, actions.re_review, _reason)

    @verb_of_a_case(SelfFundedSerializer, url_path="self-funded")
    def self_funded(self, request, number=None):
        """自筹核对：四项是否符合统一发展部署。"""

        def values(given):
            return {name: value for name, value in given.items() if name != "version"}

        return self._verb(request, actions.check_self_funded, values, SelfFundedSerializer)

    @verb_of_a_case(AdoptionSerializer)
    def adopt(self, request, number=None):
        """列入年度计划：会议、日期和纪要文号。"""
        return self._verb(request, actions.adopt_case, _sitting, AdoptionSerializer)

    @verb_of_a_case(AdoptionSerializer, url_path="leave-over")
    def leave_over(self, request, number=None):
        """结转为下一年度候选：理由、会议、日期和纪要文号。"""
        return self._verb(
            request, actions.leave_over, lambda given: _reason(given) | _sitting(given), AdoptionSerializer
        )

    @extend_schema(exclude=True)
    @action(detail=True, methods=["post"], url_path="leave_over")
    def leave_over_(self, request, number=None):
        """The same under the verb's own name."""
        return self.leave_over(request, number)


def _reason(given: dict) -> dict:
    return {"reason": given.get("reason", "")}


def _sitting(given: dict) -> dict:
    meeting = {name: given.get(name, "") for name in ("meeting_title", "minutes_number")}
    return meeting | {"held_on": given.get("held_on")}
