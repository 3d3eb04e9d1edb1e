"""Addresses of units, appointments and the audit reader."""

from django.urls import path

from tongxin.committees import views

urlpatterns = [
    path("units/new/", views.add_unit, name="unit-new"),
    path("units/<str:uid>/", views.unit, name="unit"),
    path("units/<str:uid>/course/", views.course, name="unit-course"),
    path("units/<str:uid>/rename/", views.rename, name="unit-rename"),
    path("units/<str:uid>/end/", views.end, name="unit-end"),
    path("units/<str:uid>/restore/", views.restore, name="unit-restore"),
    path("sessions/", views.sessions, name="sessions"),
    path("sessions/<str:uid>/", views.session, name="session"),
    path("appointments/new/", views.appoint, name="appointment-new"),
    path("appointments/<str:uid>/factor/", views.reset_second_factor, name="appointment-factor"),
    path("appointments/<str:uid>/reset/", views.reset, name="appointment-reset"),
    path("appointments/<str:uid>/end/", views.end_appointment, name="appointment-end"),
    path("appointments/<str:uid>/transfer/", views.transfer, name="appointment-transfer"),
    path("audit/", views.events, name="events"),
    path("audit/verify/", views.verify, name="audit-verify"),
]
