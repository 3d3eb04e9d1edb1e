from django.apps import AppConfig


class MembersConfig(AppConfig):
    name = "tongxin.members"
    label = "members"

    def ready(self) -> None:
        from tongxin.accounts import describing, names, seats  # noqa: PLC0415 -- registers at start
        from tongxin.committees.queries import register_belonging  # noqa: PLC0415 -- as above
        from tongxin.members import actions, events, notices, privacy, queries, regulations, rules  # noqa: F401, PLC0415 -- as above

        describing.register(queries.about)
        describing.register_home(queries.home_code)
        register_belonging(queries.seat_committee)
        names.register(queries.accounts_named, queries.names_of)
        seats.register(queries.seat_of_invitation, actions.take_seat, queries.seats_held, rules.seated)
