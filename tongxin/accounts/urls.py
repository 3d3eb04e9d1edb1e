"""Signing in and out, invitations, the second factor, my account."""

from allauth.account import views as allauth
from allauth.mfa.base import views as factors
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as totp
from django.urls import path

from tongxin.access.views import signed_in
from tongxin.accounts import views

urlpatterns = [
    path("accounts/login/", views.sign_in, name="account_login"),
    path("in/<str:code>/", views.sign_in, name="sign-in-at"),
    path("accounts/logout/", allauth.logout, name="account_logout"),
    path("accounts/password/", signed_in(allauth.password_change), name="account_change_password"),
    path("accounts/password/set/", signed_in(allauth.password_set), name="account_set_password"),
    path("accounts/reauthenticate/", signed_in(allauth.reauthenticate), name="account_reauthenticate"),
    path("accounts/2fa/totp/activate/", views.set_up_factor, name="mfa_activate_totp"),
    path("accounts/2fa/totp/deactivate/", signed_in(totp.deactivate_totp), name="mfa_deactivate_totp"),
    path("accounts/2fa/codes/", views.recovery_codes, name="mfa_view_recovery_codes"),
    path("accounts/2fa/codes/generate/", signed_in(recovery.generate_recovery_codes), name="mfa_generate_recovery_codes"),
    path("accounts/2fa/", signed_in(factors.index), name="mfa_index"),
    path("accounts/2fa/authenticate/", factors.authenticate, name="mfa_authenticate"),
    path("accounts/2fa/reauthenticate/", signed_in(factors.reauthenticate), name="mfa_reauthenticate"),
    path("invitation/", views.invitation, name="invitation"),
    path("account/slip/", views.slip, name="slip"),
    path("account/seat/choose/", views.choose_seat, name="account-seat-choose"),
    path("account/seat/", views.link, name="account-seat"),
    path("account/", views.account, name="account"),
]
