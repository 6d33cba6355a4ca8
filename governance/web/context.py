"""What the frame of every page needs: product, day, person, notices. The rail's links come from the floors above,
registered in their AppConfig.ready() (governance.web.rail)."""

from __future__ import annotations

from django.conf import settings
from django.utils.functional import SimpleLazyObject

from governance.basics import clock
from governance.kernel import access
from governance.notices import inbox
from governance.web import addresses, rail


def frame(request) -> dict:
    """Context of templates/base.html."""
    actor = getattr(request, "actor", None)
    base = {
        "product": settings.PRODUCT_NAME,
        "city": settings.CITY_NAME,
        "today": clock.today(),
        "demo_day": clock.is_demonstration(),
        "actor": actor,
        "search_url": addresses.of("search"),
    }
    if actor is None:
        return base
    return base | {
        "hats": SimpleLazyObject(
            lambda: getattr(request.user, "hats_in_force", None) or list(access.hats_of(request.user))
        ),
        "rail": SimpleLazyObject(lambda: rail.for_actor(actor, request.path)),
        "notices_count": SimpleLazyObject(lambda: inbox.unread_count(actor)),
    }
