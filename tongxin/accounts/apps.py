from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "tongxin.accounts"
    label = "accounts"

    def ready(self) -> None:
        from tongxin.accounts import checks, listening  # noqa: F401, PLC0415 -- registers at start
