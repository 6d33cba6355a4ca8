"""Addresses of floor 4."""

from __future__ import annotations

from django.urls import include, path, re_path

from priorities.views import (
    approval,
    batches,
    calendar,
    calibration,
    criteria,
    desk,
    filing,
    offline,
    overlap,
    plans,
    rule_sets,
    scenarios,
    versions,
)

app_name = "priorities"

case = [
    path("", desk.page, name="case"),
    path("accept/", desk.accept, name="accept"),
    path("return/", desk.return_, name="return"),
    path("facts/", desk.facts, name="facts"),
    path("overlap/", overlap.judge, name="overlap"),
    path("verdict/", desk.verdict, name="verdict"),
    path("settle/", desk.settle, name="settle"),
    path("waive-and-send/", desk.waive_and_send, name="waive_and_send"),
    path("conclude/", desk.conclude, name="conclude"),
    path("opinion/", desk.ask_opinion, name="ask_opinion"),
    path("waive/", desk.waive, name="waive"),
    path("send/", desk.send, name="send"),
    path("re-review/", desk.re_review, name="re_review"),
    path("acknowledge/", desk.acknowledge, name="acknowledge"),
    path("self-funded/", desk.self_funded, name="self_funded"),
]
signature = [
    path("", approval.page, name="approval"),
    path("sign/", approval.sign, name="sign"),
    path("refuse/", approval.refuse, name="refuse"),
    path("withdraw/", approval.withdraw_signature, name="withdraw_signature"),
    path("opinion/", approval.opinion, name="opinion"),
    path("remind/", approval.remind, name="remind"),
]
submission = [
    path("", filing.detail, name="submission"),
    path("edit/", filing.edit, name="edit"),
    path("overlaps/", overlap.typed, name="overlaps"),
    path("autosave/", filing.autosave, name="autosave"),
    path("live/", filing.live, name="live"),
    path("money/", filing.money, name="money"),
    path("review/", filing.review, name="review"),
    path("versions/", versions.versions, name="versions"),
    path("receipt/", versions.request_receipt, name="request_receipt"),
    path("offline/", offline.upload, name="offline"),
    path("offline/template/", offline.template, name="offline_template"),
    path("withdraw/", filing.withdraw, name="withdraw"),
    path("discard/", filing.discard, name="discard"),
    path("participants/", filing.participants, name="participants"),
    path("attach/", filing.attach, name="attach"),
    path("attachments/<int:pk>/", filing.attachment, name="attachment"),
    path("attachments/<int:pk>/remove/", filing.detach, name="detach"),
    path("answer/", filing.answer_correction, name="answer_correction"),
]
REFERENCE = r"(?P<reference>[A-Za-z0-9-]{3,24})"

urlpatterns = [
    path("mine/", filing.mine, name="mine"),
    path("submissions/new/", filing.create, name="create"),
    re_path(rf"^submissions/{REFERENCE}/", include(submission)),
    path("desk/", desk.queue, name="desk"),
    path("desk/bulk/rehearse/", batches.rehearse, name="bulk_rehearse"),
    path("desk/bulk/plan/", batches.plan, name="bulk_plan"),
    path("desk/bulk/<int:pk>/", batches.batch, name="batch"),
    path("desk/plan-projects/", desk.projects_without_case, name="projects_without_case"),
    re_path(rf"^desk/{REFERENCE}/", include(case)),
    path("approvals/", approval.waiting, name="approvals"),
    re_path(rf"^approvals/{REFERENCE}/", include(signature)),
    path("criteria/", criteria.listing, name="criteria"),
    re_path(r"^criteria/(?P<slug>8\.3\.[123]-\d{1,2})/$", criteria.page, name="criterion"),
    path("calibration/", calibration.page, name="calibration"),
    path("rule-sets/", rule_sets.listing, name="rule_sets"),
    path("rule-sets/<slug:key>/", rule_sets.page, name="rule_set"),
    path("rule-sets/<slug:key>/dry-run.xlsx", rule_sets.export, name="rule_set_export"),
    path("rule-sets/<slug:key>/rescreen/", rule_sets.rescreen, name="rescreen"),
    path("plan/", plans.index, name="plan_index"),
    path("plan/<int:year>/", plans.page, name="plan"),
    path("plan/<int:year>/preview/", plans.preview, name="plan_preview"),
    path("plan/<int:year>/create/", plans.create, name="plan_create"),
    path("plan/<int:year>/entry/", plans.put_entry, name="plan_entry"),
    path("plan/<int:year>/adopt/", plans.adopt, name="plan_adopt"),
    path("plan/<int:year>/scenarios/", scenarios.page, name="scenarios"),
    path("plan/<int:year>/scenarios/period/", scenarios.period, name="scenario_period"),
    path("plan/<int:year>/scenarios/<int:pk>/", scenarios.change, name="scenario_change"),
    path("windows/", calendar.windows, name="windows"),
]
