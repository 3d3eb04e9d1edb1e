"""Addresses of regulations."""

from django.urls import path

from tongxin.regulations import views

urlpatterns = [
    path("regulations/", views.regulations, name="regulations"),
    path("regulations/<str:name>/", views.regulation, name="regulation"),
]
