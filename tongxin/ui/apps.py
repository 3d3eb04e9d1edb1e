"""The components, page shells and tokens that every screen is made of."""

from django.apps import AppConfig


class UiConfig(AppConfig):
    """Django's handle on this app."""

    name = "tongxin.ui"
    label = "ui"
