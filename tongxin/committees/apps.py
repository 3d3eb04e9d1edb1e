from django.apps import AppConfig


class CommitteesConfig(AppConfig):
    name = "tongxin.committees"
    label = "committees"

    def ready(self) -> None:
        from tongxin.accounts import describing, names, seats  # noqa: PLC0415 -- registers at start
        from tongxin.committees import events, queries  # noqa: F401, PLC0415 -- as above

        describing.register(queries.about)
        describing.register_duties(queries.named_duties)
        describing.register_home(queries.home_code)
        names.register_realms(queries.realms)
        seats.register_duties(queries.holds_any_duty)
