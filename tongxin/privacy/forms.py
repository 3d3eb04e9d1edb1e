"""The confirmation of an erasure."""

from django import forms
from django.utils.translation import gettext_lazy


class Confirmation(forms.Form):
    """Somebody has looked at the list of what will go; `seen` says in short which list that was."""

    seen = forms.CharField(widget=forms.HiddenInput)
    checked = forms.BooleanField(
        label=gettext_lazy("我已核对清单，确认删除"),
        help_text=gettext_lazy("删除后不能恢复。操作记录仍在，只是不再含有这些内容。"),
        error_messages={"required": gettext_lazy("请先核对清单，再打勾确认。")},
    )
