"""The address of a file."""

from django.urls import path

from tongxin.files import views

urlpatterns = [path("files/<str:uid>/", views.download, name="file")]
