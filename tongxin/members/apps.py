from django.apps import AppConfig


class MembersConfig(AppConfig):
    name = "tongxin.members"
    label = "members"

    def ready(self) -> None:
        from tongxin.accounts import describing
        from tongxin.members import events, queries

        describing.register(queries.about)
        describing.register_home(queries.home_code)
