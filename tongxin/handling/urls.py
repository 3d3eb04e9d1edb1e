"""Addresses of handling, and of the pages that show a proposal together with it."""

from django.urls import path

from tongxin.desks.object_pages import page_of_object
from tongxin.desks.pages import paths_of
from tongxin.handling import views
from tongxin.handling.lists import ASSIGN, DESK, INBOX, SUPERVISE
from tongxin.handling.pages import objects
from tongxin.handling.views import proposal, public, publication, told

urlpatterns = [
    *paths_of(INBOX, "handling/"),
    *paths_of(ASSIGN, "handling/assign/"),
    path("handling/assign/<str:uid>/", views.assign, name="handling-assign-one"),
    path("handling/cases/<str:uid>/units/", views.units, name="handling-units"),
    path("handling/cases/<str:uid>/ratings/", views.ratings, name="handling-ratings"),
    *paths_of(SUPERVISE, "handling/supervise/"),
    path("handling/rate/<str:uid>/", views.rate, name="handling-rate"),
    path("handling/rate/<str:uid>/for/<str:signature>/", views.rate_for, name="handling-rate-for"),
    path("handling/public/<str:uid>/", views.public_reply, name="handling-public-reply"),
    path("handling/contacts/<str:uid>/confirm/", views.confirm_contact, name="handling-confirm-contact"),
    path("handling/<str:uid>/", page_of_object(objects.TASK), name="handling-task"),
    path("handling/<str:uid>/contact/", views.record_contact, name="handling-contact"),
    path("handling/<str:uid>/phone/", views.phone, name="handling-phone"),
    path("handling/<str:uid>/remind/", views.remind, name="handling-remind"),
    path("handling/<str:uid>/review/", views.review, name="handling-review"),
    path("handling/<str:uid>/reply/", views.reply, name="handling-reply"),
    path("handling/<str:uid>/reply/preview/", views.preview_reply, name="handling-reply-preview"),
    path("handling/<str:uid>/reply/files/<str:file>/remove/", views.detach, name="handling-reply-detach"),
    path("handling/<str:uid>/reply/copies/<str:copy>/", views.former_copy, name="handling-reply-copy"),
    *paths_of(DESK, "desk/proposals/"),
    path("desk/publication/", publication.desk, name="publication"),
    path("desk/passing-on/export/", publication.passing_on_export, name="passing-on-export"),
    path("public/proposals/", public.proposals, name="public-proposals"),
    path("public/proposals/<str:uid>/", public.proposal, name="public-proposal"),
    path("proposals/<str:uid>/", page_of_object(objects.PROPOSAL), name="proposal"),
    path("proposals/<str:uid>/told/", told.told, name="proposal-told"),
    path("proposals/<str:uid>/similar/", proposal.similar, name="proposal-similar"),
]
