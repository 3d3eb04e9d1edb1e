from django.apps import AppConfig


class ImportsConfig(AppConfig):
    name = "tongxin.imports"
    label = "imports"

    def ready(self) -> None:
        from tongxin.imports import events, privacy, rules  # noqa: F401, PLC0415 -- registers at start
