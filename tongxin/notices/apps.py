from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "tongxin.notices"
    label = "notices"

    def ready(self) -> None:
        from tongxin.audit import kinds
        from tongxin.notices import actions

        kinds.consume(actions.CONSUMER, actions.deliver)
