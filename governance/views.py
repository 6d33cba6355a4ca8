"""Pages of governance."""

from __future__ import annotations

from governance.refusal import Refused
from governance.web import public, refusal_page


@public
def csrf_failure(request, reason=""):
    return refusal_page(request, Refused("页面已过期，请返回刷新后再提交；填过的内容还在。", status=403))
