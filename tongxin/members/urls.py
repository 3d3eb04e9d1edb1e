"""Addresses of members."""

from django.urls import path

from tongxin.desks.pages import paths_of
from tongxin.members import views
from tongxin.members.lists import MEMBERS

urlpatterns = [
    *paths_of(MEMBERS, "members/"),
    path("members/doubles/", views.doubles, name="members-doubles"),
    path("members/term/", views.end_term, name="members-end-term"),
    path("members/<str:uid>/", views.member, name="member"),
    path("members/<str:uid>/phone/", views.phone, name="member-phone"),
    path("members/<str:uid>/change/", views.change, name="member-change"),
    path("members/<str:uid>/correct/", views.correct, name="member-correct"),
    path("members/<str:uid>/standing/<str:kind>/", views.standing, name="member-standing"),
    path("members/<str:uid>/confirm/", views.confirm_reinvitation, name="member-confirm-reinvitation"),
    path("members/<str:uid>/release/", views.release_seat, name="member-release"),
    path("members/<str:uid>/merge/", views.choose_double, name="member-merge"),
    path("members/<str:uid>/merge/<str:other>/", views.merge, name="member-double"),
    path("members/<str:uid>/apart/<str:other>/", views.tell_apart, name="member-apart"),
    path("members/<str:uid>/part/<str:other>/", views.part, name="member-part"),
    path("members/<str:uid>/invite/", views.invite, name="member-invite"),
]
