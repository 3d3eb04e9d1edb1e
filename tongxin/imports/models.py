"""What was brought to be imported, what was found in it, and which records came of it."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tongxin.committees.models import Committee
from tongxin.core.models import Row
from tongxin.core.secrets import EncryptedField, EncryptedJSON
from tongxin.files.models import File
from tongxin.imports.choices import Stage


class Import(Row):
    """One import, from the upload to its end. `account` is empty where it was done on the server's command line.

    `ticket` names the worker that has it in hand.
    """

    committee = models.ForeignKey(Committee, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(_("种类"), max_length=20)
    stage = models.CharField(_("情况"), max_length=12, choices=Stage, default=Stage.CHECKING)
    account = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    begun_at = models.DateTimeField(_("上传时间"))
    ended_at = models.DateTimeField(_("办完时间"), null=True)
    rows = models.PositiveIntegerField(_("读到的行"), default=0)
    created = models.PositiveIntegerField(_("新增"), default=0)
    unchanged = models.PositiveIntegerField(_("已有"), default=0)
    wrong = models.PositiveIntegerField(_("有错"), default=0)
    warned = models.PositiveIntegerField(_("提示"), default=0)
    unreadable = models.BooleanField(default=False)  # a file as a whole: no row of it can be left out
    skips = models.BooleanField(_("跳过有错的行"), default=False)
    made = models.JSONField(default=dict)  # what is named for the first time: {"sectors": ["教育界"]}
    # the first rows that are no records: [[file, sheet, row, what it calls itself]]
    passed = models.JSONField(default=list)
    passed_rows = models.PositiveIntegerField(_("跳过的行"), default=0)  # how many there are
    word = models.CharField(max_length=300, blank=True)  # what somebody who opens it has to know
    rejects = models.ForeignKey(File, null=True, on_delete=models.PROTECT, related_name="+")
    ticket = models.CharField(max_length=12, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    undone_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    undone_at = models.DateTimeField(null=True)
    # what was shown to stay when only the rest was to be taken back
    agreed = models.CharField(max_length=60, blank=True)
    left = models.PositiveIntegerField(_("撤销时留下"), default=0)
    reason = models.CharField(_("撤销的原因"), max_length=200, blank=True)

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["committee", "-id"], name="import_list"),
            models.Index(fields=["stage", "id"], name="import_stage"),
        ]
        constraints = [models.CheckConstraint(condition=Q(stage__in=Stage.values), name="import_known_stage")]

    def __str__(self) -> str:
        return f"{self.kind} {self.begun_at:%Y-%m-%d}"

    def get_absolute_url(self) -> str:
        return f"/imports/{self.uid}/"

    @property
    def figures(self) -> str:
        """What was found, as the form sends it back: nobody takes what he has not seen."""
        return f"{self.created}-{self.unchanged}-{self.wrong}"


class Beat(Row):
    """The last sign of life of the worker that has an import in hand, and how far it was.

    A row that the import itself never touches.
    """

    committee = models.ForeignKey(Committee, on_delete=models.PROTECT, related_name="+")
    imported = models.OneToOneField(Import, on_delete=models.CASCADE, related_name="beat")
    at = models.DateTimeField()
    rows = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.at:%H:%M:%S}"


class Source(Row):
    """A file of an import. `name` tells it from its neighbours; the file itself goes when the import is long over."""

    committee = models.ForeignKey(Committee, on_delete=models.PROTECT, related_name="+")
    imported = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="sources")
    name = models.CharField(_("文件名"), max_length=220)
    file = models.ForeignKey(File, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.name


class Finding(Row):
    """One thing that is wrong, or odd, in a row of a sheet: what stands there and why it does not do.

    Goes with the file.
    """

    committee = models.ForeignKey(Committee, on_delete=models.PROTECT, related_name="+")
    imported = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="findings")
    is_warning = models.BooleanField(default=False)
    place_in_list = models.PositiveIntegerField()  # the same for all findings of one row
    file = models.CharField(max_length=220)
    sheet = models.CharField(max_length=100, blank=True)
    row = models.PositiveIntegerField(default=0)  # 0: the whole sheet
    who = EncryptedField(blank=True, default="")  # what the row is about, by its first column
    column = models.CharField(max_length=100, blank=True)
    value = EncryptedField(blank=True, default="")
    reason = EncryptedField()

    class Meta:
        ordering = ["place_in_list", "id"]
        indexes = [models.Index(fields=["imported", "is_warning", "place_in_list"], name="finding_list")]

    def __str__(self) -> str:
        return f"{self.file} {self.row} {self.column}"


class Listed(Row):
    """Some rows of a sheet that would be new, by what people know them by.

    [row, file, sheet, name, number]. Goes with the file.
    """

    committee = models.ForeignKey(Committee, on_delete=models.PROTECT, related_name="+")
    imported = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="listed")
    rows = EncryptedJSON(default=list)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.imported}　{self.pk}"


class Made(Row):
    """Some records of one model that an import made, by their uids.

    Found again for the undoing, not guessed by the hour.
    """

    committee = models.ForeignKey(Committee, on_delete=models.PROTECT, related_name="+")
    imported = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="records")
    label = models.CharField(max_length=60)
    uids = models.JSONField()

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.label
