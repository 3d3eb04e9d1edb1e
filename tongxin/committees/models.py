"""Assemblies in a tree, their terms (届), sessions (次), sectors (界别), bodies, units, and who is appointed to what."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tongxin.committees.choices import Change, Duty, Level, System
from tongxin.core import numerals
from tongxin.core.models import Row
from tongxin.core.secrets import EncryptedField


class Committee(Row):
    """A consultative assembly: 政协云溪县委员会."""

    code = models.CharField(_("代码"), max_length=20, unique=True)
    name = models.CharField(_("名称"), max_length=80)
    short_name = models.CharField(_("简称"), max_length=20)
    place = models.CharField(_("地名"), max_length=20)
    tier = models.CharField(_("层级"), max_length=12, choices=Level)
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="children")
    fictional = models.BooleanField(default=False)

    def __str__(self) -> str:
        return self.name

    def lineage(self) -> list["Committee"]:
        """Return this committee and those above it, nearest first."""
        chain: list[Committee] = []
        here: Committee | None = self
        while here is not None:
            chain.append(here)
            here = here.parent
        return chain


class Term(Row):
    """A 届, five years."""

    committee = models.ForeignKey(Committee, on_delete=models.PROTECT, related_name="terms")
    number = models.PositiveSmallIntegerField(_("届"))
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["committee", "number"], name="term_once")]

    def __str__(self) -> str:
        return gettext("第%(chinese)s届") % {"chinese": numerals.chinese(self.number)}


class Session(Row):
    """A 次: the plenary and the working year that begins with it. `starts_on` opens the working year."""

    committee = models.ForeignKey(Committee, on_delete=models.PROTECT, related_name="sessions")
    term = models.ForeignKey(Term, on_delete=models.PROTECT, related_name="sessions")
    number = models.PositiveSmallIntegerField(_("次"))
    starts_on = models.DateField(_("年度起"))
    plenary_from = models.DateTimeField(_("大会开幕"), null=True, blank=True)
    plenary_until = models.DateTimeField(_("大会闭幕"), null=True, blank=True)
    collects_from = models.DateTimeField(_("大会提案征集起"), null=True, blank=True)
    cut_off_at = models.DateTimeField(_("大会提案截止"), null=True, blank=True)

    class Meta:
        ordering = ["-starts_on"]
        constraints = [models.UniqueConstraint(fields=["term", "number", "committee"], name="session_once")]

    def __str__(self) -> str:
        return numerals.session_label(self.term.number, self.number)


class Sector(Row):
    """A 界别 of one term."""

    committee = models.ForeignKey(Committee, on_delete=models.PROTECT, related_name="sectors")
    term = models.ForeignKey(Term, on_delete=models.PROTECT, related_name="sectors")
    name = models.CharField(_("界别"), max_length=30)
    place_in_list = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["place_in_list", "id"]
        constraints = [models.UniqueConstraint(fields=["term", "name", "committee"], name="sector_once")]

    def __str__(self) -> str:
        return self.name


class SpecialCommittee(Row):
    """A 专门委员会 of one term."""

    committee = models.ForeignKey(Committee, on_delete=models.PROTECT, related_name="special_committees")
    term = models.ForeignKey(Term, on_delete=models.PROTECT, related_name="special_committees")
    name = models.CharField(_("专委会"), max_length=40)
    place_in_list = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["place_in_list", "id"]
        constraints = [models.UniqueConstraint(fields=["term", "name", "committee"], name="special_committee_once")]

    def __str__(self) -> str:
        return self.name


class Unit(Row):
    """A handling unit (承办单位)."""

    committee = models.ForeignKey(Committee, on_delete=models.PROTECT, related_name="units")
    number = models.CharField(_("编号"), max_length=20, blank=True)
    name = models.CharField(_("单位名称"), max_length=60)
    short_name = models.CharField(_("简称"), max_length=20, blank=True)
    system = models.CharField(_("归口"), max_length=16, choices=System, default=System.GOVERNMENT)
    contact = models.CharField(_("联系人"), max_length=40, blank=True)
    phone = EncryptedField(_("电话"), blank=True, default="")
    active_from = models.DateField(null=True, blank=True)
    active_until = models.DateField(null=True, blank=True)
    # founded for a change that was called off: it never begins
    dropped_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["committee", "name"], condition=Q(dropped_at=None), name="unit_name_once"),
            models.UniqueConstraint(fields=["committee", "number"], condition=~Q(number=""), name="unit_number_once"),
        ]

    def __str__(self) -> str:
        return self.name


class FormerName(Row):
    """A name that a unit had until a day: the first without it.

    Papers of that time say it, imports know the unit by it.
    """

    committee = models.ForeignKey(Committee, on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="former_names")
    name = models.CharField(_("曾用名"), max_length=60)
    short_name = models.CharField(_("曾用简称"), max_length=20, blank=True)
    ends_on = models.DateField()

    class Meta:
        ordering = ["ends_on", "id"]
        indexes = [models.Index(fields=["committee", "name"], name="unit_former_name")]

    def __str__(self) -> str:
        return self.name


class Succession(Row):
    """Which unit goes on with the work of one that ended, from which day."""

    committee = models.ForeignKey(Committee, on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="successions")
    successor = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="inheritances")
    starts_on = models.DateField()

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["unit", "successor", "committee"], name="succession_once")]

    def __str__(self) -> str:
        return f"{self.unit} → {self.successor}"


class UnitChange(Row):
    """A reorganisation that was decided.

    It takes effect on its day, at once or by the worker, or is called off before.
    """

    committee = models.ForeignKey(Committee, on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="changes")
    kind = models.CharField(_("变动"), max_length=8, choices=Change)
    starts_on = models.DateField(_("自何日起"))
    reason = models.CharField(_("依据"), max_length=200)
    name = models.CharField(_("新名称"), max_length=60, blank=True)
    short_name = models.CharField(_("新简称"), max_length=20, blank=True)
    successors = models.JSONField(default=list)  # uids of the units that go on with its work
    plan = models.JSONField(default=dict)  # uid of an open matter → uid of the unit that goes on with it
    # uid of an open matter → which of its dates it has there, where it was chosen
    dates = models.JSONField(default=dict)
    done_at = models.DateTimeField(null=True, blank=True)
    called_off_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "committee"], condition=Q(done_at=None, called_off_at=None), name="unit_one_change_waits"
            ),
            models.CheckConstraint(condition=Q(done_at=None) | Q(called_off_at=None), name="unit_change_done_or_called_off"),
        ]

    def __str__(self) -> str:
        return f"{self.unit} {self.get_kind_display()}"


def said_of_somebody(duty: str, unit: Unit | None) -> str:
    """Name a duty as it is said of somebody, with the unit where it is a unit's."""
    return f"{unit.name if unit else ''}“{Duty(duty).label}”"


class Appointment(Row):
    """Who does what: an account holds a duty in a committee, for a unit or a 归口 where the duty has such a scope."""

    label_is_personal = True

    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="appointments")
    committee = models.ForeignKey(Committee, on_delete=models.PROTECT, related_name="appointments")
    duty = models.CharField(_("职责"), max_length=40, choices=Duty)
    unit = models.ForeignKey(Unit, null=True, blank=True, on_delete=models.PROTECT, related_name="appointments")
    affiliation = models.CharField(_("归口"), max_length=16, choices=System, blank=True)
    body = models.CharField(_("以何名义"), max_length=60, blank=True)
    starts_on = models.DateField()
    ends_on = models.DateField(
        null=True, blank=True
    )  # the first day without the duty: who is dismissed today holds nothing today

    class Meta:
        indexes = [models.Index(fields=["account", "duty"], name="appointment_account")]
        constraints = [
            models.CheckConstraint(
                condition=(Q(duty__startswith="unit.") & Q(unit__isnull=False)) | ~Q(duty__startswith="unit."),
                name="unit_duty_has_unit",
            ),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=models.F("starts_on")), name="appointment_ends_after_it_begins"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account.name}　{self.get_duty_display()}"

    @property
    def named_duty(self) -> str:
        """The duty as it is said of somebody, with the unit where it is a unit's."""
        return said_of_somebody(self.duty, self.unit)

    @property
    def is_clerkship(self) -> bool:
        """A unit's clerk, who may be relieved by another in one act."""
        return self.duty == Duty.UNIT_CLERK


class Counter(models.Model):
    """The last number given in a gap-free series of a committee."""

    committee = models.ForeignKey(Committee, on_delete=models.PROTECT, related_name="+")
    series = models.CharField(max_length=80)
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["committee", "series"], name="counter_once")]

    def __str__(self) -> str:
        return f"{self.series} {self.last}"
