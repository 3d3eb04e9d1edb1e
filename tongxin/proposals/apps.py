from django.apps import AppConfig


class ProposalsConfig(AppConfig):
    name = "tongxin.proposals"
    label = "proposals"

    def ready(self) -> None:
        from tongxin.files.rules import register_owner
        from tongxin.proposals import events, notices, regulations, sheets, workflow
        from tongxin.proposals.models import Attachment

        register_owner(
            Attachment, "proposals.read_attachments", subject=lambda row: row.proposal, related=("proposal__committee",)
        )
