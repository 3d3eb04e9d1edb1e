from django.apps import AppConfig


class PrivacyConfig(AppConfig):
    name = "tongxin.privacy"
    label = "privacy"

    def ready(self) -> None:
        from tongxin.privacy import events, foundations, regulations  # noqa: F401, PLC0415 -- registers at start
