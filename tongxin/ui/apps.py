"""The components, page shells and tokens that every screen is made of."""

from django import forms
from django.apps import AppConfig
from django.core.validators import MaxLengthValidator
from django.utils.translation import gettext_lazy as _

PLAIN_WORDS = (
    (forms.Field, "required", _("请填写。")),
    (forms.ChoiceField, "required", _("请选一项。")),
    (forms.MultipleChoiceField, "required", _("请至少选一项。")),
    (forms.BooleanField, "required", _("请勾选。")),
    (forms.FileField, "required", _("请选择文件。")),
    (forms.DateField, "invalid", _("请填完整的日期，例如 2026-05-18，或者 2026 年 5 月 18 日。")),
    (forms.DateTimeField, "invalid", _("请填完整的日期和时间，例如 2026-05-18 18:00。")),
    (forms.ChoiceField, "invalid_choice", _("没有这一项，请重新选择。")),
)
TOO_LONG = _("最多 %(limit_value)d 个字，现在 %(show_value)d 个字。")  # where a field has no words of its own for it


class UiConfig(AppConfig):
    """Django's handle on this app."""

    name = "tongxin.ui"
    label = "ui"

    def ready(self) -> None:
        """Let forms speak as the office does: what to do, not what a field is."""
        for field, code, words in PLAIN_WORDS:
            field.default_error_messages = {**field.default_error_messages, code: words}
        MaxLengthValidator.message = TOO_LONG
