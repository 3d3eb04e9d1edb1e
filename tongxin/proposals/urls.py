"""Addresses of proposals: the members' side; the office's lines stand below. The proposal page itself is the site's."""

from django.urls import path

from tongxin.desks.pages import paths_of
from tongxin.proposals.lists import MINE
from tongxin.proposals.views import answering, attachments, cosigning, editor, office, releasing, similar, submission

urlpatterns = [
    *paths_of(MINE, "proposals/"),
    path("proposals/new/", editor.new, name="proposal-new"),
    path("proposals/new/behalf/", editor.behalf, name="proposal-behalf"),
    path("proposals/new/<str:token>/", editor.new_form, name="proposal-new-form"),
    path("proposals/similar/", similar.similar, name="proposals-similar"),
    path("proposals/<str:uid>/edit/", editor.edit, name="proposal-edit"),
    path("proposals/<str:uid>/copies/<str:copy_uid>/", editor.former_copy, name="proposal-copy"),
    path("proposals/<str:uid>/attachments/", attachments.add, name="proposal-attach"),
    path("proposals/<str:uid>/attachments/<str:attachment_uid>/remove/", attachments.remove, name="proposal-detach"),
    path("proposals/<str:uid>/invite/", cosigning.invite, name="proposal-invite"),
    path("proposals/<str:uid>/invitations/<str:signature_uid>/remove/", cosigning.take_back, name="proposal-take-back"),
    path("proposals/<str:uid>/invitations/<str:signature_uid>/answer/", cosigning.answer_for, name="proposal-answer-for"),
    path("proposals/<str:uid>/ask-again/", cosigning.ask_again, name="proposal-ask-again"),
    path("proposals/<str:uid>/invitation/", answering.invitation, name="proposal-invitation"),
    path("proposals/<str:uid>/leave/", answering.leave, name="proposal-leave"),
    path("proposals/<str:uid>/take-over/", answering.take_over, name="proposal-take-over"),
    path("proposals/<str:uid>/endorse/", answering.endorse, name="proposal-endorse"),
    path("proposals/<str:uid>/preview/", submission.preview, name="proposal-preview"),
    path("proposals/<str:uid>/submit/", submission.submit, name="proposal-submit"),
    # the office
    path("proposals/<str:uid>/office/release/", releasing.release, name="office-release"),
    path("public/files/<str:uid>/", releasing.public_file, name="public-file"),
    path("desk/passing-on/", office.passing_on, name="passing-on"),
    *(
        path(f"proposals/<str:uid>/office/{name}/", office.correct(act), name=f"office-{name}")
        for name, act in office.ACTS.items()
    ),
]
