from django.apps import AppConfig


class FilesConfig(AppConfig):
    name = "tongxin.files"
    label = "files"

    def ready(self) -> None:
        from tongxin.files import events  # noqa: F401, PLC0415 -- registers at start
