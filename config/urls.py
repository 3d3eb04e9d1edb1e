"""The URL table: each app's own paths, joined."""

from django.urls import include, path

urlpatterns = [
    path("", include("tongxin.ui.urls")),
    path("", include("tongxin.workflow.urls")),
]
