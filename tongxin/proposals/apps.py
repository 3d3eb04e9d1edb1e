from tongxin.workflow.matters import Matter


class ProposalsConfig(Matter):
    name = "tongxin.proposals"
    label = "proposals"

    def ready(self) -> None:
        super().ready()
        from tongxin.files.rules import register_owner  # noqa: PLC0415 -- needs the models
        from tongxin.members import acting, carrying  # noqa: PLC0415 -- as above
        from tongxin.members.consequences import register  # noqa: PLC0415 -- as above
        from tongxin.proposals import actions, queries  # noqa: PLC0415 -- as above
        from tongxin.proposals.models import Attachment  # noqa: PLC0415 -- as above

        register_owner(
            Attachment, "proposals.read_attachments", subject=lambda row: row.proposal, related=("proposal__committee",)
        )
        register(actions.CONSEQUENCE)
        carrying.register(actions.CARRY)
        acting.register(queries.stands_under_something)
