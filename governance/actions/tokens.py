"""Verbs about tokens of the API: one makes one's own, sees when they were used, and takes them back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.conf import settings

from governance.basics import clock
from governance.basics.refs import ref
from governance.basics.refusal import Invalid, NotVisible, Refused
from governance.basics.roles import Permission
from governance.basics.text import clean_text
from governance.kernel import access, audit
from governance.kernel.access import Actor
from governance.kernel.verbs import verb
from governance.models import ApiToken, User
from governance.people import factors

ADDRESS = "/governance/tokens/"


@verb("governance.token.issue", signs=True)
def issue_token(
    *, by: Actor, name: str, can_write: bool = False, resources: Sequence[str] = (), days: int = ApiToken.DAYS
) -> str:
    """Make a token of one's own and return it, shown once; `resources` empty: all that one may. Invalid (422)."""
    access.require(by, Permission.USE)
    name = clean_text(name, limit=60, field="名称")
    fields = {}
    if not name:
        fields["name"] = ["写明用在哪里"]
    elif ApiToken.objects.filter(user_id=by.user_id, name=name, expires_at__gt=clock.now()).exists():
        fields["name"] = [f"您已有一个叫“{name}”的令牌"]
    if not 1 <= days <= ApiToken.DAYS:
        fields["days"] = [f"有效期 1—{ApiToken.DAYS} 天"]
    if fields:
        raise Invalid("没有办理：" + "；".join(s for ss in fields.values() for s in ss) + "。", fields=fields)
    user = User.objects.get(pk=by.user_id)
    if settings.SECOND_FACTOR == "required" and not factors.enrolled(user):
        raise Refused(
            "办理接口令牌以前要启用动态验证码；请在“动态验证码”页启用，再来办理。",
            blockers=(("启用动态验证码", "您本人"),),
        )
    ends = clock.now() + dt.timedelta(days=days)
    token = ApiToken.issue(user, name=name, can_write=can_write, resources=list(resources), expires_at=ends)
    reach = ("读写" if can_write else "只读") + (f"，限 {'、'.join(resources)}" if resources else "")
    audit.record(by=by, about=user, now=name, address=ADDRESS, sentence=f"办理接口令牌“{name}”（{reach}，{days} 天）")
    return token


@verb("governance.token.revoke")
def revoke_token(*, by: Actor, token: ApiToken) -> None:
    """Take one's token back, at once."""
    access.require(by, Permission.USE)
    row = ApiToken.objects.select_for_update().filter(pk=token.pk, user_id=by.user_id).first()
    if row is None:
        raise NotVisible()
    row.delete()
    audit.record(by=by, about=ref("user", by.user_id), address=ADDRESS, sentence=f"收回接口令牌“{row.name}”")
