"""What a password must be, by the profile, and whose hand was in a reset.

`dengbao` (GB/T 22239-2019 8.1.4.1): 10 characters of three classes, none of the last five. `asvs` (OWASP ASVS 5.0,
6.2.1-6.2.5): 12 characters, no composition. Both: not common, no name of the person or of this place, no year.
"""

from __future__ import annotations

import datetime as dt
import re
import string

from django.conf import settings
from django.contrib.auth.hashers import check_password
from django.contrib.auth.password_validation import CommonPasswordValidator, validate_password
from django.core.exceptions import ValidationError
from django.db.models import Q

from governance.basics import clock
from governance.basics.refusal import Invalid
from governance.models import PasswordLink, User

CLASSES = (string.ascii_lowercase, string.ascii_uppercase, string.digits)
YEAR = re.compile(r"(19|20)\d\d")
PLACES = ("guiyang", "guizhou", "egov", "dianzizhengwu", "xinxiban", "mima", "password", "admin", "welcome")


def help_text() -> str:
    """Under the field."""
    what = (
        "至少 12 个字符"
        if settings.PROFILE == "asvs"
        else "至少 10 个字符，大写、小写、数字、符号要有三种，不用最近五次用过的"
    )
    return f"{what}；不含姓名、用户名、地名和年份，不用常见的密码"


class ProfileValidator:
    """Django's form of it; the last five are asked in `checked`."""

    def validate(self, password: str, user: User | None = None) -> None:
        """ValidationError with a sentence for everything that is wrong."""
        faults, bare = [], re.sub(r"[^a-z0-9]", "", password.lower())
        least = 12 if settings.PROFILE == "asvs" else 10
        if len(password) < least:
            faults.append(f"至少 {least} 个字符。")
        kinds = sum(any(c in known for c in password) for known in CLASSES)
        kinds += any(c not in "".join(CLASSES) for c in password)
        if settings.PROFILE == "dengbao" and kinds < 3:
            faults.append("大写字母、小写字母、数字、符号，至少要有三种。")
        if len(set(password)) < 5:
            faults.append("不同的字符太少。")
        if YEAR.search(bare):
            faults.append("不能含有年份。")
        names = [user.username, user.full_name, user.email.partition("@")[0]] if user else []
        parts = {
            part for name in names for part in re.split(r"[^\w]+", name.lower()) if len(part) > 2 or not part.isascii()
        }
        if any(part and part in password.lower() for part in parts) or any(place in bare for place in PLACES):
            faults.append("不能含有姓名、用户名、地名或系统的名字。")
        letters = re.sub(r"[^a-z]", "", password.lower())
        if _is_common(letters) or _is_common(bare):
            faults.append("太常见，容易被猜到。")
        if faults:
            raise ValidationError(faults)

    def get_help_text(self) -> str:
        return help_text()


_common = CommonPasswordValidator()


def _is_common(text: str) -> bool:
    return text in _common.passwords


def checked(user: User, password: str, field: str = "password") -> str:
    """The password, or Invalid with what is wrong with it."""
    if len(password) > 200:
        raise Invalid("密码最多 200 个字符。", fields={field: ["密码最多 200 个字符"]})
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise Invalid("密码不合要求：" + "".join(error.messages), fields={field: list(error.messages)}) from None
    held = [user.password, *user.former_passwords] if settings.PROFILE == "dengbao" else [user.password]
    if any(check_password(password, hashed) for hashed in held):
        raise Invalid("不能用最近五次用过的密码。", fields={field: ["最近五次用过"]})
    return password


def lately_reset(user: User, by: object) -> bool:
    """Whether the actor asked for or vouched for a reset of the account that is open or not a day old; the first
    password of a new account is no reset."""
    mine = Q(asked_by=by.user_id) | Q(vouched_by=by.user_id)
    since = clock.now() - dt.timedelta(days=1)
    return PasswordLink.objects.filter(mine, user=user, is_first=False, made_at__gt=since).exists()
