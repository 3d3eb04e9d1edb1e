from django.apps import AppConfig


class HandlingConfig(AppConfig):
    name = "tongxin.handling"
    label = "handling"

    def ready(self) -> None:
        from tongxin.handling import events, notices, regulations, sheets, workflow
        from tongxin.handling.queries import outcome_words
        from tongxin.proposals.queries import register_outcome

        register_outcome(outcome_words)
