from django.apps import AppConfig


class RegulationsConfig(AppConfig):
    name = "tongxin.regulations"
    label = "regulations"

    def ready(self) -> None:
        from tongxin.regulations import events  # noqa: F401, PLC0415 -- registers at start
