"""The URL table: each app's own paths, joined."""

from django.urls import include, path

handler500 = "tongxin.access.failing.answer"

urlpatterns = [
    path("", include("tongxin.ui.urls")),
    path("", include("tongxin.accounts.urls")),
    path("", include("tongxin.workflow.urls")),
    path("", include("tongxin.committees.urls")),
    path("", include("tongxin.regulations.urls")),
    path("", include("tongxin.notices.urls")),
    path("", include("tongxin.files.urls")),
    path("", include("tongxin.drafts.urls")),
    path("", include("tongxin.privacy.urls")),
    path("", include("tongxin.members.urls")),
    path("", include("tongxin.proposals.urls")),  # before handling: its /proposals/<uid>/ must not catch /proposals/new/
    path("", include("tongxin.handling.urls")),
    path("", include("tongxin.imports.urls")),
    path("", include("tongxin.api.urls")),
    path("", include("tongxin.site.urls")),  # last: /public/<code>/ must not catch the matters' /public/…/
]
