"""Addresses of the interface: as every view, each names its permission; who is not signed in is told so by a status."""

from django.urls import URLPattern, include, path

from tongxin.access.views import Unsigned, requires
from tongxin.api import rows
from tongxin.api.views import api
from tongxin.desks.declared import listings

PERMISSIONS = {rows.name_of(listing): listing.permission for listing in listings()} | {
    "object": "workflow.step",
    "step": "workflow.step",
}
ROOT = "api-root"  # a page of the library's


def _named(pattern: URLPattern) -> URLPattern:
    permission = PERMISSIONS.get(str(pattern.name), "api.ask")
    view = requires(permission, of_object=True, unsigned=Unsigned.SCRIPT)(pattern.callback)
    view.__module__ = "tongxin.api.views"
    pattern.callback = view
    return pattern


patterns = [_named(one) for one in api.urls[0] if isinstance(one, URLPattern) and one.name != ROOT]
urlpatterns = [path("api/v1/", include((patterns, "api")))]
