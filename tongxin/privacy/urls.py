"""Addresses of what is held about oneself, and of what is over."""

from django.urls import path

from tongxin.privacy import views

urlpatterns = [
    path("account/held/", views.held, name="held"),
    path("account/held/export/", views.export, name="held-export"),
    path("privacy/", views.keep, name="privacy"),
    path("privacy/past/", views.past, name="privacy-past"),
    path("privacy/<str:key>/", views.due, name="privacy-due"),
    path("privacy/<str:key>/erase/", views.erase, name="privacy-erase"),
]
