from django.apps import AppConfig


class MembersConfig(AppConfig):
    name = "tongxin.members"
    label = "members"

    def ready(self) -> None:
<<<<<<< HEAD
        from tongxin.accounts import describing, names, seats  # noqa: PLC0415 -- registers at start
        from tongxin.members import actions, events, queries  # noqa: F401, PLC0415 -- as above
=======
        from tongxin.accounts import describing  # noqa: PLC0415 -- registers at start
        from tongxin.members import events, privacy, queries  # noqa: F401, PLC0415 -- as above
>>>>>>> dbd064d (Everybody reads what is held about him, and whoever the regulation names takes away what is over)

        describing.register(queries.about)
        describing.register_home(queries.home_code)
        names.register(queries.accounts_named, queries.names_of)
        seats.register(queries.seat_of_invitation, actions.take_seat, queries.holds_seat)
