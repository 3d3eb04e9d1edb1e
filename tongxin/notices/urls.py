"""Addresses of the notice centre."""

from django.urls import path

from tongxin.notices import views

urlpatterns = [
    path("notices/", views.notices, name="notices"),
    path("notices/read/", views.read_all, name="notices-read"),
    path("notices/<str:uid>/", views.follow, name="notice"),
]
