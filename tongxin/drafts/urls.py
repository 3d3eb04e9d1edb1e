"""The one address under which every text saves itself, and the page of two texts."""

from django.urls import path

from tongxin.drafts import views

urlpatterns = [
    path("drafts/<str:kind>/<str:uid>/", views.save, name="draft"),
    path("drafts/<str:kind>/<str:uid>/copies/<str:copy>/", views.copy, name="draft-copy"),
]
