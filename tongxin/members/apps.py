from django.apps import AppConfig


class MembersConfig(AppConfig):
    name = "tongxin.members"
    label = "members"

    def ready(self) -> None:
        from tongxin.accounts import describing  # noqa: PLC0415 -- registers at start
        from tongxin.members import events, queries  # noqa: F401, PLC0415 -- as above

        describing.register(queries.about)
        describing.register_home(queries.home_code)
