from django.apps import AppConfig


class PrivacyConfig(AppConfig):
    name = "tongxin.privacy"
    label = "privacy"

    def ready(self) -> None:
        from tongxin.committees.findings import register_erasures  # noqa: PLC0415 -- as below
        from tongxin.privacy import events, foundations, regulations  # noqa: F401, PLC0415 -- registers at start
        from tongxin.privacy.queries import erasures  # noqa: PLC0415 -- as above

        register_erasures(erasures)
