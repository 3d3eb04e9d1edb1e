from django.apps import AppConfig


class CommitteesConfig(AppConfig):
    name = "tongxin.committees"
    label = "committees"

    def ready(self) -> None:
        from tongxin.accounts import describing
        from tongxin.committees import events, queries

        describing.register(queries.about)
        describing.register_home(queries.home_code)
