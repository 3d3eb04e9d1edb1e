"""The confirmation of an erasure."""

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy


class Confirmation(forms.Form):
    """Somebody has looked at the list of what will go; `total` is how many it had then."""

    total = forms.IntegerField(min_value=1, max_value=2_147_483_647, widget=forms.HiddenInput)
    checked = forms.BooleanField(
        label=gettext_lazy("我已核对清单，确认删除"),
        help_text=gettext_lazy("删除后不能恢复。操作记录仍在，只是不再含有这些内容。"),
        error_messages={"required": gettext_lazy("请先核对清单，再打勾确认。")},
    )

    def fits(self, total: int) -> bool:
        """Say whether the list is still as it was looked at; if not, ask to look again."""
        if self.cleaned_data["total"] == total:
            return True
        self.data = {"total": total}
        self.add_error(None, _("清单有了变化，现在是 %(n)s 份。请重新核对后再确认。") % {"n": total})
        return False
