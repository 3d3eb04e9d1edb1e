"""Addresses of the notice centre."""

from django.urls import path

from tongxin.notices import views

urlpatterns = [
    path("healthz", views.healthz, name="healthz"),
    path("notices/", views.notices, name="notices"),
    path("notices/read/", views.read_all, name="notices-read"),
    path("notices/delivery/", views.delivery, name="notices-delivery"),
    path("notices/delivery/<str:uid>/again/", views.send_again, name="letter-again"),
    path("notices/<str:uid>/", views.follow, name="notice"),
]
