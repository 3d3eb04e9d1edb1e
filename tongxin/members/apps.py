from tongxin.workflow.matters import Matter


class MembersConfig(Matter):
    name = "tongxin.members"
    label = "members"

    def ready(self) -> None:
        super().ready()
        from tongxin.accounts import describing, names, seats  # noqa: PLC0415 -- registers at start
        from tongxin.accounts.middleware import register_page  # noqa: PLC0415 -- as above
        from tongxin.committees.actions import register_end_of_duty  # noqa: PLC0415 -- as above
        from tongxin.committees.queries import register_belonging  # noqa: PLC0415 -- as above
        from tongxin.members import actions, closing, queries, rules  # noqa: PLC0415 -- as above
        from tongxin.members.views.loading import WentIntoError, went_into  # noqa: PLC0415 -- as above

        describing.register(queries.about)
        describing.register_home(queries.home_code)
        register_belonging(queries.seat_committee)
        register_end_of_duty(lambda account, at: closing.close_of_the_dead([account.pk], at=at))
        names.register(queries.accounts_named, queries.names_of)
        seats.register(queries.seat_of_invitation, actions.take_seat, queries.seats_held, rules.seated)
        register_page(WentIntoError, went_into)
