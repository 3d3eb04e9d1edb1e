"""Home, and the front of the public pages."""

from django.urls import path

from tongxin.desks.pages import paths_of
from tongxin.site.lists import APPOINTMENTS, UNITS
from tongxin.site.views import home, portal, roles

urlpatterns = [
    path("", home.front, name="front"),
    path("home/", home.home, name="home"),
    *paths_of(UNITS, "units/"),
    *paths_of(APPOINTMENTS, "appointments/"),
    path("demo/role/", roles.switch, name="switch-role"),
    path("public/", portal.chooser, name="public"),
    path("public/<str:code>/", portal.committee, name="public-committee"),
]
