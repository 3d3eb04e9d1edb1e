"""What the steps of handling are asked, and what lists are."""

from tongxin.handling.forms.filters import PublicFilter, Reason
from tongxin.handling.forms.steps import (
    ContactForm,
    EarlyForm,
    MoreUnitsForm,
    PublicReplyForm,
    RatingForm,
    RemindForm,
    ReplyForm,
    TogetherForm,
    UnitsForm,
    UploadForm,
    WordForm,
)

__all__ = [
    "ContactForm",
    "EarlyForm",
    "MoreUnitsForm",
    "PublicFilter",
    "PublicReplyForm",
    "RatingForm",
    "Reason",
    "RemindForm",
    "ReplyForm",
    "TogetherForm",
    "UnitsForm",
    "UploadForm",
    "WordForm",
]
