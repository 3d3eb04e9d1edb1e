from django.apps import AppConfig


class DemoConfig(AppConfig):
    name = "tongxin.demo"
    label = "demo"

    def ready(self) -> None:
        from django.conf import settings

        if settings.DEMO:
            from tongxin.demo.world import ROLES
            from tongxin.site import navigation

            navigation.offer_roles(navigation.Part(r.username, r.label, r.line) for r in ROLES)
