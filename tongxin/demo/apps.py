from django.apps import AppConfig


class DemoConfig(AppConfig):
    name = "tongxin.demo"
    label = "demo"

    def ready(self) -> None:
        from django.conf import settings  # noqa: PLC0415 -- registers at start

        if settings.DEMO:
            from tongxin.demo.world import ROLES  # noqa: PLC0415 -- heavy, and only in the demo
            from tongxin.site import navigation  # noqa: PLC0415 -- as above

            navigation.offer_roles(navigation.Part(r.username, r.label, r.line) for r in ROLES)
