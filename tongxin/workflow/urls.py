"""One address for every step of every lifecycle."""

from django.urls import path

from tongxin.workflow import views

urlpatterns = [path("go/<str:name>/<str:uid>/<str:action>/", views.transition, name="transition")]
