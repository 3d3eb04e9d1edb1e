"""Home, the office desk, the proposal page, the public pages."""

from django.urls import path

from tongxin.site.views import desk, home, portal, proposal, publication, roles, told

urlpatterns = [
    path("", home.front, name="front"),
    path("home/", home.home, name="home"),
    path("demo/role/", roles.switch, name="switch-role"),
    path("desk/proposals/", desk.proposals, name="desk-proposals"),
    path("desk/proposals/bulk/", desk.bulk, name="desk-bulk"),
    path("desk/proposals/export/", desk.export, name="desk-export"),
    path("desk/publication/", publication.desk, name="publication"),
    path("desk/passing-on/export/", desk.passing_on_export, name="passing-on-export"),
    path("public/", portal.chooser, name="public"),
    path("public/proposals/", portal.proposals, name="public-proposals"),
    path("public/proposals/<str:uid>/", portal.proposal, name="public-proposal"),
    path("public/<str:code>/", portal.committee, name="public-committee"),
    path("proposals/<str:uid>/", proposal.show, name="proposal"),
    path("proposals/<str:uid>/told/", told.told, name="proposal-told"),
    path("proposals/<str:uid>/similar/", proposal.similar, name="proposal-similar"),
]
