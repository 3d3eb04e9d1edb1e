from django.apps import AppConfig
from django.utils.translation import gettext

from tongxin.core import catalogue


class CoreConfig(AppConfig):
    name = "tongxin.core"
    label = "core"

    def ready(self) -> None:
        """From now on arithmetic speaks the language of the page that asks for it."""
        catalogue.ask(gettext)
