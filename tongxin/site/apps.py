from django.apps import AppConfig


class SiteConfig(AppConfig):
    name = "tongxin.site"
    label = "site"

    def ready(self) -> None:
        from tongxin.accounts.actions import save_size
        from tongxin.site.navigation import shell_of
        from tongxin.ui import navigation

        navigation.register(shell_of)
        navigation.register_size(save_size)
