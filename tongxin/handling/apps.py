from django.apps import AppConfig


class HandlingConfig(AppConfig):
    name = "tongxin.handling"
    label = "handling"

    def ready(self) -> None:
        from tongxin.audit.kinds import tell_together  # noqa: PLC0415 -- registers at start
        from tongxin.handling import events, notices, privacy, regulations, sheets, workflow  # noqa: F401, PLC0415 -- registers at start
        from tongxin.handling.actions import begin_public_replies  # noqa: PLC0415 -- as above
        from tongxin.handling.queries import cases_in_hand, hold_case, outcome_words, raters_at_least  # noqa: PLC0415
        from tongxin.proposals.actions import register_release  # noqa: PLC0415 -- as above
        from tongxin.proposals.queries import register_handling, register_outcome  # noqa: PLC0415

        register_outcome(outcome_words)
        register_handling(in_hand=cases_in_hand, hold=hold_case)
        tell_together("handling.rate", raters_at_least)
        register_release(begin_public_replies)
