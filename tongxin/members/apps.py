from django.apps import AppConfig


class MembersConfig(AppConfig):
    name = "tongxin.members"
    label = "members"

    def ready(self) -> None:
        from tongxin.members import events  # noqa: F401, PLC0415 -- registers at start
