from django.apps import AppConfig


class CommitteesConfig(AppConfig):
    name = "tongxin.committees"
    label = "committees"

    def ready(self) -> None:
        from tongxin.committees import events  # noqa: F401, PLC0415 -- registers at start
