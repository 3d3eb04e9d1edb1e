"""Home, the office desk, the proposal page, the public pages."""

from django.urls import path

from tongxin.site.views import home, roles

urlpatterns = [
    path("", home.front, name="front"),
    path("home/", home.home, name="home"),
    path("demo/role/", roles.switch, name="switch-role"),
]
