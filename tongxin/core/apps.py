from django.apps import AppConfig
from django.conf import settings


class CoreConfig(AppConfig):
    name = "tongxin.core"
    label = "core"

    def ready(self) -> None:
        from tongxin.core import templating  # noqa: PLC0415 -- Django's own modules, once it stands

        if not settings.DEBUG:  # where pages of errors show the template
            templating.take_over()
