"""Addresses of the shell's own small acts and of the component page."""

from django.urls import path

from tongxin.ui import views

app_name = "ui"

urlpatterns = [
    path("size/", views.size, name="size"),
    path("session/", views.stay, name="stay"),
    path("components/", views.components, name="components"),
]
