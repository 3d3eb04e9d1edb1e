"""Signing in and out, invitations, the second factor, my account."""

from allauth.account import views as allauth
from allauth.mfa.recovery_codes import views as mfa
from django.urls import include, path

from tongxin.accounts import views

urlpatterns = [
    path("accounts/login/", views.sign_in, name="account_login"),
    path("in/<str:code>/", views.sign_in, name="sign-in-at"),
    path("accounts/logout/", allauth.logout, name="account_logout"),
    path("accounts/password/", allauth.password_change, name="account_change_password"),
    path("accounts/password/set/", allauth.password_set, name="account_set_password"),
    path("accounts/reauthenticate/", allauth.reauthenticate, name="account_reauthenticate"),
    path("accounts/2fa/totp/", include("allauth.mfa.totp.urls")),
    path("accounts/2fa/codes/", views.recovery_codes, name="mfa_view_recovery_codes"),
    path("accounts/2fa/codes/generate/", mfa.generate_recovery_codes, name="mfa_generate_recovery_codes"),
    path("accounts/2fa/", include("allauth.mfa.base.urls")),
    path("invitation/", views.invitation, name="invitation"),
    path("account/slip/", views.slip, name="slip"),
    path("account/seat/choose/", views.choose_seat, name="account-seat-choose"),
    path("account/seat/", views.link, name="account-seat"),
    path("account/", views.account, name="account"),
]
