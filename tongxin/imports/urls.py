"""Addresses of imports."""

from django.urls import path

from tongxin.imports import views

urlpatterns = [
    path("imports/", views.imports, name="imports"),
    path("imports/columns/", views.columns, name="sheet-columns"),
    path("imports/template/<str:kind>/", views.template, name="import-template"),
    path("imports/<str:uid>/", views.one, name="import"),
    path("imports/<str:uid>/rows/", views.rows, name="import-rows"),
    path("imports/<str:uid>/progress/", views.progress, name="import-progress"),
    path("imports/<str:uid>/take/", views.take, name="import-take"),
    path("imports/<str:uid>/drop/", views.drop, name="import-drop"),
    path("imports/<str:uid>/again/", views.again, name="import-again"),
    path("imports/<str:uid>/undo/", views.undo, name="import-undo"),
]
