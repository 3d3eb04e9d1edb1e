from tongxin.workflow.matters import Matter


class HandlingConfig(Matter):
    name = "tongxin.handling"
    label = "handling"

    def ready(self) -> None:
        super().ready()
        from tongxin.audit.kinds import tell_together  # noqa: PLC0415 -- registers at start
        from tongxin.committees.queries import register_work  # noqa: PLC0415 -- as above
        from tongxin.committees.reorganising import register_end_of_unit  # noqa: PLC0415 -- as above
        from tongxin.committees.successions import register_prospect  # noqa: PLC0415 -- as above
        from tongxin.committees.unit_list import register_open_counts  # noqa: PLC0415 -- as above
        from tongxin.handling.actions import begin_public_replies, follow_end_of_unit  # noqa: PLC0415 -- as above
        from tongxin.handling.actions.doubles import CARRY  # noqa: PLC0415 -- as above
        from tongxin.handling.pages.standing import standings  # noqa: PLC0415 -- as above
        from tongxin.handling.pages.work import open_tasks  # noqa: PLC0415 -- as above
        from tongxin.handling.queries import (  # noqa: PLC0415 -- as above
            answer_words,
            answers_sent,
            calendar_note,
            cases_in_hand,
            cases_open,
            hold_case,
            open_counts,
            prospect_of,
            raters_at_least,
        )
        from tongxin.handling.queries.owed import foresee, foresee_together  # noqa: PLC0415 -- as above
        from tongxin.members import carrying, consequences  # noqa: PLC0415 -- as above
        from tongxin.notices.health import register_note  # noqa: PLC0415 -- as above
        from tongxin.proposals.actions import register_release  # noqa: PLC0415 -- as above
        from tongxin.proposals.queries import above  # noqa: PLC0415

        register_work(open_tasks)
        above.register(above.Above(standings, answer_words, answers_sent, cases_in_hand, cases_open, hold_case))
        tell_together("handling.rate", raters_at_least)
        carrying.register(CARRY)
        register_note(calendar_note)
        consequences.register(consequences.Consequence(foresee, foresee_together=foresee_together))
        register_release(begin_public_replies)
        register_end_of_unit(follow_end_of_unit)
        register_open_counts(open_counts)
        register_prospect(prospect_of)
