"""Login: an active account; demonstration accounts only from loopback and only in embedded mode."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.backends import ModelBackend

from governance.database.prepared import Prepared
from governance.models import User

_USER = Prepared(lambda pk: User.objects.filter(pk=pk))  # asked at every request


class AppointedBackend(ModelBackend):
    """Username and password. Rights never come from here: has_perm is always False."""

    def authenticate(self, request, username=None, password=None, **kwargs):
        user = super().authenticate(request, username=username, password=password, **kwargs)
        if user is None or not user.is_demo:
            return user
        address = request.META.get("REMOTE_ADDR", "") if request else "127.0.0.1"
        return user if settings.EMBEDDED and address in ("127.0.0.1", "::1") else None

    def get_user(self, user_id):
        user = _USER.first(int(user_id))
        return user if user is not None and self.user_can_authenticate(user) else None

    def has_perm(self, user_obj, perm, obj=None):
        return False

    def has_module_perms(self, user_obj, app_label):
        return False

    def get_all_permissions(self, user_obj, obj=None):
        return set()
