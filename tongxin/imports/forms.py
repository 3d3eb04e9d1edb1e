"""What is uploaded, and why an import is undone."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from tongxin.imports.rules import Offered
from tongxin.proposals.forms.editing import SeveralFiles

ACCEPT = ".xlsx,.xls,.ods,.csv,.et,.txt,.html,.htm"


class SheetFiles(forms.FileField):
    """Several files at once, each cleaned by itself."""

    widget = SeveralFiles

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        """Return the files."""
        return [super(SheetFiles, self).clean(one, initial) for one in data or [None]]


class Upload(forms.Form):
    """Which kind of sheet, and the files."""

    keeps_work = False

    kind = forms.ChoiceField(label=_("导入什么"), widget=forms.RadioSelect, error_messages={"required": _("请选择导入什么。")})
    uploads = SheetFiles(
        label=_("表格文件"),
        widget=SeveralFiles(attrs={"accept": ACCEPT}),
        error_messages={"required": _("请选择表格文件。")},
    )

    def __init__(self, kinds: Sequence[Offered], *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        choice = self.fields["kind"]
        assert isinstance(choice, forms.ChoiceField)  # noqa: S101 -- declared above
        choice.choices = [(kind.name, kind.label) for kind in kinds]
        if len(kinds) == 1:
            choice.initial = kinds[0].name


class Undo(forms.Form):
    """Why what was imported is taken back."""

    reason = forms.CharField(
        label=_("撤销的原因"),
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("写入操作记录。"),
        error_messages={"required": _("请写明撤销的原因。")},
    )


class UndoTheRest(Undo):
    """Why; and that what was worked with since stays, as it was shown."""

    agrees = forms.BooleanField(label="", error_messages={"required": _("请先看清留下哪些，再勾选。")})
    seen = forms.CharField(widget=forms.HiddenInput)
    field_order = ("agrees", "reason", "seen")

    def __init__(self, *args: Any, agreement: str, figures: str, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["agrees"].label = agreement
        self.fields["seen"].initial = figures
