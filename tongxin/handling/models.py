"""The handling of a filed proposal: one case, one task a unit, replies, contacts, ratings."""

from datetime import date
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tongxin.committees.choices import Duty
from tongxin.committees.models import Committee, Unit
from tongxin.core.columns import DayHere
from tongxin.core.models import Row
from tongxin.core.secrets import EncryptedField
from tongxin.core.templatetags.chinese import case_number
from tongxin.core.words import character_count
from tongxin.files.models import File
from tongxin.handling.choices import ANSWERING, CaseState, Counted, Grade, Meaning, Part, Stage, TaskState, TaskStates, Way
from tongxin.members.capacities import capacity
from tongxin.proposals.models import Proposal, Signature
from tongxin.workflow.models import Stateful

REPLY_FIELDS = ("category", "text", "contact", "phone")  # what a unit writes of its reply
OFFICE_DUTIES = {Duty.ASSIGN, Duty.SUPERVISE, Duty.PROPOSAL_OFFICE}


class Case(Stateful):
    """The handling of one proposal over all its units. `round` counts handlings: 2 is the second (重办)."""

    committee = models.ForeignKey(Committee, on_delete=models.PROTECT, related_name="+")
    proposal = models.OneToOneField(Proposal, on_delete=models.PROTECT, related_name="case")
    round = models.PositiveSmallIntegerField(default=1)
    assigned_at = models.DateTimeField(null=True)
    rating_due_on = models.DateField(_("评价截止"), null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    unrated = models.BooleanField(_("未评价"), default=False)

    class Meta:
        indexes = [
            models.Index(fields=["committee", "state", "-id"], name="case_list"),
            models.Index(fields=["committee", "state", "rating_due_on", "id"], name="case_rating"),
        ]
        constraints = [models.CheckConstraint(condition=Q(state__in=CaseState.values), name="case_known_state")]

    def __str__(self) -> str:
        return str(self.proposal)

    def get_absolute_url(self) -> str:
        return self.proposal.get_absolute_url()

    @property
    def rate_url(self) -> str:
        """Where it is rated."""
        return f"/handling/rate/{self.uid}/"

    @property
    def units_url(self) -> str:
        """Where its units are changed."""
        return f"/handling/cases/{self.uid}/units/"

    @property
    def state_word(self) -> str:
        """Its state as people read it."""
        return str(CaseState(self.state).label)

    @property
    def reference(self) -> str:
        """By which number people cite it."""
        return case_number(self.proposal.number)

    @property
    def is_in_hand(self) -> bool:
        """Whether its units are working on it."""
        return self.state == CaseState.IN_HAND

    @property
    def affiliation(self) -> str:
        """The 归口 whose office assigns and supervises it."""
        return self.proposal.routed_to

    def capacity_of(self, actor: Any) -> str:
        """In whose name somebody acts on it."""
        return capacity(actor, self.committee_id, OFFICE_DUTIES)


class Task(Stateful):
    """One unit's part in a case. Deadlines are set when their clock starts and never silently recomputed."""

    committee = models.ForeignKey(Committee, on_delete=models.PROTECT, related_name="+")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="tasks")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="tasks")
    part = models.CharField(_("承办方式"), max_length=10, choices=Part)
    assigned_at = models.DateTimeField(null=True)
    sign_due_on = models.DateField(_("签收期限"), null=True, blank=True)
    return_until = models.DateField(_("可申请退办至"), null=True, blank=True)
    due_on = models.DateField(_("答复期限"), null=True, blank=True)
    signed_at = models.DateTimeField(_("签收时间"), null=True, blank=True)
    handler = models.CharField(_("承办人"), max_length=40, blank=True)
    again_on = models.DateField(_("重新办理开始"), null=True, blank=True)  # of the newest handling after the first
    return_reason = models.TextField(blank=True)
    return_answer_due_on = models.DateField(null=True, blank=True)
    answered_at = models.DateTimeField(_("答复时间"), null=True, blank=True)
    # the part of another unit that this one goes on with, and the name under which its answer was sent
    moved_from = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="moved_to")
    unit_name = models.CharField(max_length=60, blank=True)
    # The date of the clock that runs in this state (queries.clock_of), kept by the database: desks sort and count by
    # it.
    clock_on = models.GeneratedField(
        expression=models.Case(
            models.When(
                state="awaiting",
                due_on__lt=models.F("sign_due_on"),
                due_on__gte=DayHere("assigned_at"),
                then=models.F("due_on"),
            ),
            models.When(state="awaiting", then=models.F("sign_due_on")),
            models.When(state="return_asked", then=models.F("return_answer_due_on")),
            models.When(state__in=["in_hand", "with_leader", "under_review"], then=models.F("due_on")),
            default=None,
        ),
        output_field=models.DateField(),
        db_persist=True,
    )

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(fields=["unit", "state", "due_on"], name="task_of_unit"),
            models.Index(fields=["committee", "state", "due_on"], name="task_due"),
            models.Index(fields=["committee", "clock_on", "id"], name="task_clock"),
            models.Index(fields=["case", "clock_on", "state", "id"], name="task_case_clock"),
            models.Index(fields=["committee", "state", "clock_on", "id"], name="task_state_clock"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=TaskState.values), name="task_known_state"),
            models.UniqueConstraint(
                fields=["case", "unit", "committee"],
                condition=~Q(state__in=["returned", "moved", "recalled"]),
                name="task_unit_once",
            ),
            models.CheckConstraint(condition=~Q(state="opinion_given") | Q(part="co"), name="task_opinion_of_co"),
            models.CheckConstraint(
                condition=~Q(state__in=["with_leader", "under_review", "answered"]) | ~Q(part="co"),
                name="task_answer_not_of_co",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case}　{self.unit}"

    def get_absolute_url(self) -> str:
        return f"/handling/{self.uid}/"

    @property
    def state_word(self) -> str:
        """Its state as people read it."""
        return str(TaskState(self.state).label)

    @property
    def reference(self) -> str:
        """By which number people cite its case."""
        return self.case.reference

    @property
    def affiliation(self) -> str:
        return self.case.affiliation

    @property
    def is_gone(self) -> bool:
        """Whether its unit has no part in the case any more."""
        return self.state in TaskStates.gone

    @property
    def unit_called(self) -> str:
        """Its unit as the papers name it: once it has answered, by the name of that day."""
        return self.unit_name if self.unit_name and self.state == TaskState.ANSWERED else self.unit.name

    @property
    def sign_by(self) -> date | None:
        """Until when it is signed for: never longer than it is answered, with which a part may move that is nearly due.

        What was overdue when the unit got it is signed for in the usual time: nobody signs before the day of
        assignment.
        """
        if self.sign_due_on is None or self.due_on is None or self.assigned_at is None:
            return self.sign_due_on
        if self.due_on < timezone.localdate(self.assigned_at):
            return self.sign_due_on
        return min(self.sign_due_on, self.due_on)

    @property
    def awaits_return_answer(self) -> bool:
        """Whether its unit asked to give it back and waits for an answer."""
        return self.state == TaskState.RETURN_ASKED

    @property
    def awaits_review(self) -> bool:
        """Whether its reply lies with the supervising office."""
        return self.state == TaskState.UNDER_REVIEW

    @property
    def answers(self) -> bool:
        """Whether this unit answers the proposer itself."""
        return self.part in ANSWERING

    def capacity_of(self, actor: Any) -> str:
        """In whose name somebody acts on it: the unit's for its people."""
        return capacity(actor, self.committee_id, OFFICE_DUTIES, unit=self.unit)


class Advice(Row):
    """What a co-handler gave the lead, each time it was asked: the newest counts, the others stay to be read."""

    committee = models.ForeignKey(Committee, on_delete=models.PROTECT, related_name="+")
    task = models.ForeignKey(Task, on_delete=models.PROTECT, related_name="advice")
    round = models.PositiveSmallIntegerField(default=1)
    text = models.TextField(_("会办意见"))
    given_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return gettext("%(unit)s的会办意见") % {"unit": self.task.unit}


class Reply(Row):
    """A unit's answer in one round: drafted with autosave, sent once.

    `meaning` is what the category's letter stands for.

    One that was sent by mistake and recalled stays with the ratings it had; another takes its place in the same round.
    """

    committee = models.ForeignKey(Committee, on_delete=models.PROTECT, related_name="+")
    task = models.ForeignKey(Task, on_delete=models.PROTECT, related_name="replies")
    round = models.PositiveSmallIntegerField(default=1)
    category = models.CharField(_("答复类别"), max_length=4, blank=True)
    category_label = models.CharField(max_length=60, blank=True)
    meaning = models.CharField(max_length=12, choices=Meaning, blank=True)
    category_before_review = models.CharField(max_length=4, blank=True)
    text = models.TextField(_("答复内容"), blank=True)
    contact = models.CharField(_("联系人"), max_length=40, blank=True)
    phone = EncryptedField(_("联系电话"), max_length=30, blank=True, default="")
    leader = models.CharField(_("签发人"), max_length=40, blank=True)
    unit_name = models.CharField(_("承办单位"), max_length=60, blank=True)  # as the unit was called when it sent it
    version = models.PositiveIntegerField(default=1)
    edited_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    recalled_at = models.DateTimeField(_("撤回时间"), null=True, blank=True)
    # from how many ratings on their counts are told: as the raters of this round were told, whatever the rule is later
    counts_from = models.PositiveSmallIntegerField(null=True, blank=True)

    class Meta:
        ordering = ["round", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["task", "round", "committee"], condition=Q(recalled_at=None), name="reply_once_a_round"
            ),
            models.CheckConstraint(condition=Q(recalled_at=None) | Q(sent_at__isnull=False), name="reply_recalled_was_sent"),
            models.CheckConstraint(condition=Q(sent_at=None) | (~Q(category="") & ~Q(text="")), name="reply_sent_is_whole"),
        ]

    def __str__(self) -> str:
        return gettext("%(sent_by)s的答复") % {"sent_by": self.sent_by}

    @property
    def sent_by(self) -> str:
        """The unit by the name under which it sent the reply; before that by its own."""
        return self.unit_name or self.task.unit.name

    @property
    def now_called(self) -> str:
        """What the unit is called now, where it is called otherwise than in the reply."""
        return self.task.unit.name if self.task.unit.name != self.sent_by else ""

    @property
    def characters(self) -> int:
        return character_count(self.text)


class PublicReply(Row):
    """What the public reads of a sent reply: its text with the marked parts covered.

    The reply stays untouched beside it.

    It is begun when the proposal is public and the reply is sent, and shown once somebody confirmed it. One made by the
    machine from what was public before is shown already, and waits to be confirmed.
    """

    committee = models.ForeignKey(Committee, on_delete=models.PROTECT, related_name="+")
    reply = models.OneToOneField(Reply, on_delete=models.CASCADE, related_name="public_copy")
    text = models.TextField(_("答复内容"))
    marks = models.JSONField(default=list)  # [[start, end, kind], …] in the reply's text
    is_shown = models.BooleanField(_("已经公开"), default=False)
    made_at = models.DateTimeField()
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    confirmed_at = models.DateTimeField(_("核对时间"), null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["committee", "confirmed_at", "id"], name="public_reply_waiting")]
        constraints = [
            models.CheckConstraint(
                condition=Q(confirmed_at=None, confirmed_by=None) | Q(confirmed_at__isnull=False, confirmed_by__isnull=False),
                name="public_reply_confirmed_by_one",
            ),
        ]

    def __str__(self) -> str:
        return gettext("%(reply)s（公开稿）") % {"reply": self.reply}

    @property
    def confirm_url(self) -> str:
        """Where somebody confirms what the public reads of it."""
        return f"/handling/public/{self.uid}/"


class ReplyFile(Row):
    """A file that belongs to a reply."""

    committee = models.ForeignKey(Committee, on_delete=models.PROTECT, related_name="+")
    reply = models.ForeignKey(Reply, on_delete=models.CASCADE, related_name="files")
    file = models.OneToOneField(File, on_delete=models.PROTECT, related_name="reply_file")

    def __str__(self) -> str:
        return str(self.file)


class Contact(Row):
    """A talk of the unit with the proposer (面商).

    Who of the signers was there stands in rows of its own; others as text.

    `confirmed_at` is of records from before those present were named, confirmed by one of the signers: kept as it was.
    """

    committee = models.ForeignKey(Committee, on_delete=models.PROTECT, related_name="+")
    task = models.ForeignKey(Task, on_delete=models.PROTECT, related_name="contacts")
    round = models.PositiveSmallIntegerField(default=1)
    stage = models.CharField(_("阶段"), max_length=8, choices=Stage)
    way = models.CharField(_("方式"), max_length=8, choices=Way)
    on = models.DateField(_("日期"))
    who = models.CharField(_("单位参加人"), max_length=80)
    with_whom = models.CharField(_("其他参加人"), max_length=120, blank=True)
    note = models.TextField(_("主要意见"))
    recorded_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["on", "id"]

    def __str__(self) -> str:
        return f"{self.get_stage_display()} {self.on}"


class Presence(Row):
    """A signer who was there when a unit spoke with the proposers: nobody else is asked whether it was so.

    `happened` is empty until the signer has said so, or has said that it was not as written (`word` is what he said).
    """

    committee = models.ForeignKey(Committee, on_delete=models.PROTECT, related_name="+")
    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="presences")
    signature = models.ForeignKey(Signature, on_delete=models.PROTECT, related_name="presences")
    happened = models.BooleanField(_("属实"), null=True, blank=True)
    said_at = models.DateTimeField(_("答复时间"), null=True, blank=True)
    word = models.TextField(_("说明"), blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["contact", "signature", "committee"], name="presence_once"),
            models.CheckConstraint(
                condition=Q(happened=None, said_at=None) | Q(happened__isnull=False, said_at__isnull=False),
                name="presence_said_with_its_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.signature}"


class RatingManager(models.Manager["Rating"]):
    """The ratings that count.

    What somebody else's hand wrote under a name, while two people were kept as one, is nobody's.
    """

    def get_queryset(self) -> models.QuerySet["Rating"]:
        return super().get_queryset().filter(set_aside_at=None)


class Rating(Row):
    """What one proposer or co-signer says of one reply.

    Whose it is, and when it came, nobody learns but who keeps the proposals.
    """

    committee = models.ForeignKey(Committee, on_delete=models.PROTECT, related_name="+")
    reply = models.ForeignKey(Reply, on_delete=models.PROTECT, related_name="ratings")
    signature = models.ForeignKey(Signature, on_delete=models.PROTECT, related_name="ratings")
    attitude = models.CharField(_("办理态度"), max_length=12, choices=Grade)
    result = models.CharField(_("办理结果"), max_length=12, choices=Grade)
    comment = models.TextField(_("想说的话"), blank=True)
    passes_on = models.BooleanField(_("理由可以转告"), default=False)
    closes_early = models.BooleanField(_("同意提前办结"), default=False)
    rated_at = models.DateTimeField(null=True)
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    set_aside_at = models.DateTimeField(null=True)  # kept in the record, no rating of the signer's

    objects = RatingManager()
    written: ClassVar[models.Manager["Rating"]] = models.Manager()  # those set aside too

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["reply", "signature", "committee"], condition=Q(set_aside_at=None), name="rating_once"
            )
        ]

    def __str__(self) -> str:
        return gettext("%(reply)s的评价") % {"reply": self.reply}


class TentativeDate(Row):
    """A deadline that rests on a year whose holiday notice is not out (暂定).

    How it was reckoned, to be set again when it is.
    """

    committee = models.ForeignKey(Committee, on_delete=models.PROTECT, related_name="+")
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="tentative_dates")
    # none: the case's own
    task = models.ForeignKey(Task, null=True, on_delete=models.CASCADE, related_name="tentative_dates")
    field = models.CharField(max_length=24)
    due_on = models.DateField()
    began_on = models.DateField()
    count = models.PositiveSmallIntegerField()
    counted = models.CharField(max_length=12, choices=Counted)
    end_later = models.BooleanField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["task", "field", "committee"], condition=Q(task__isnull=False), name="tentative_once_a_task"
            ),
            models.UniqueConstraint(fields=["case", "field", "committee"], condition=Q(task=None), name="tentative_once_a_case"),
        ]

    def __str__(self) -> str:
        return f"{self.case}　{self.due_on}"
