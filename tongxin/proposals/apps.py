from django.apps import AppConfig


class ProposalsConfig(AppConfig):
    name = "tongxin.proposals"
    label = "proposals"

    def ready(self) -> None:
        from tongxin.proposals import events, notices, regulations, sheets, workflow  # noqa: F401, PLC0415 -- registers at start
