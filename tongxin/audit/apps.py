from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "tongxin.audit"
    label = "audit"

    def ready(self) -> None:
        from tongxin.audit import events, listening  # noqa: F401, PLC0415 -- registers at start
