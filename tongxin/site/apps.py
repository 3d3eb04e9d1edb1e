from django.apps import AppConfig


class SiteConfig(AppConfig):
    name = "tongxin.site"
    label = "site"

    def ready(self) -> None:
        from tongxin.accounts.actions import save_size  # noqa: PLC0415 -- registers at start
        from tongxin.accounts.middleware import register_page  # noqa: PLC0415 -- as above
        from tongxin.audit.given import AlteredError  # noqa: PLC0415 -- as above
        from tongxin.site import notices  # noqa: F401, PLC0415 -- as above
        from tongxin.site.navigation import shell_of  # noqa: PLC0415 -- as above
        from tongxin.site.views.altered import taken_back  # noqa: PLC0415 -- as above
        from tongxin.ui import navigation  # noqa: PLC0415 -- as above

        navigation.register(shell_of)
        navigation.register_size(save_size)
        register_page(AlteredError, taken_back)
