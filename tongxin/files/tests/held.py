"""Texts that hold files, each made by the acts of people."""

from django.core.files.uploadedfile import SimpleUploadedFile

from tests.cast import NOW, Cast
from tongxin.files import actions
from tongxin.files.models import File
from tongxin.files.tests.samples import PDF, PNG
from tongxin.handling import actions as handling
from tongxin.handling.models import Task
from tongxin.handling.workflow import Sending, SignFor
from tongxin.proposals import actions as proposals
from tongxin.proposals.models import Proposal
from tongxin.proposals.workflow import Examination, Filing
from tongxin.workflow.engine import perform


def upload(name: str, content: bytes = PDF) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def handed_in(cast: Cast) -> Proposal:
    """A proposal with two files, handed in."""
    draft = cast.draft()
    proposals.attach(draft, uploads=[upload("走访.pdf"), upload("照片.png", PNG)], actor=cast.proposer, at=NOW)
    perform(draft, "submit", actor=cast.proposer, at=NOW)
    return Proposal.objects.get(pk=draft.pk)


def published(cast: Cast) -> Proposal:
    """A proposal with two files, one of them public."""
    proposal = handed_in(cast)
    perform(proposal, "pass_examination", actor=cast.office, at=NOW, payload=Examination("social", "learning", "government"))
    proposal = Proposal.objects.get(pk=proposal.pk)
    perform(proposal, "file", actor=cast.office, at=NOW, payload=Filing("social", "learning", "government"))
    proposal = Proposal.objects.get(pk=proposal.pk)
    proposals.release(proposal, files=[proposal.attachments.earliest("pk")], actor=cast.office, at=NOW)
    return proposal


def ready_to_send(cast: Cast) -> Task:
    """A reply with a file, written."""
    case = handling.assign(cast.filed(), parts=[(cast.unit, "sole")], actor=cast.assigner, at=NOW)
    task = cast.task(case)
    perform(task, "sign_for", actor=cast.clerk, at=NOW, payload=SignFor("孟时雨"))
    handling.record_contact(
        task,
        stage="before",
        way="meeting",
        on=NOW.date(),
        who="孟时雨",
        with_whom="林知远",
        note="先行试点。",
        actor=cast.clerk,
        at=NOW,
    )
    reply = handling.reply_of(task)
    handling.save_reply(
        reply, fields={"category": "B", "text": "建议收悉，六月底前试点。"}, started_from=1, actor=cast.clerk, at=NOW
    )
    handling.attach_to_reply(reply, upload=upload("测算.pdf"), actor=cast.clerk, at=NOW)
    return task


def replied(cast: Cast) -> Task:
    """A reply that was sent with a file."""
    task = ready_to_send(cast)
    perform(task, "submit_reply", actor=cast.clerk, at=NOW)
    perform(task, "approve", actor=cast.unit_leader, at=NOW)
    perform(task, "send", actor=cast.assigner, at=NOW, payload=Sending("B"))
    return task


def another(cast: Cast, content: bytes = b"another") -> File:
    """A file that was uploaded and belongs to nothing."""
    with actions.received([upload("另一份.txt", content)], limit_mb=1) as [ready]:
        return actions.store(ready, committee=cast.county, owner=cast.proposer, at=NOW)
