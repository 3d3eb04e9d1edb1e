from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "tongxin.notices"
    label = "notices"

    def ready(self) -> None:
        from tongxin.audit import kinds  # noqa: PLC0415 -- registers at start
        from tongxin.notices import actions  # noqa: PLC0415 -- as above

        kinds.consume(actions.CONSUMER)
