"""Forms of proposals."""

from tongxin.proposals.forms.covering import CoveringForm
from tongxin.proposals.forms.editing import AttachForm, TextForm, typed_text
from tongxin.proposals.forms.signing import AnswerForm, BehalfForm, InviteForm, LeavingForm

__all__ = ["AnswerForm", "AttachForm", "BehalfForm", "CoveringForm", "InviteForm", "LeavingForm", "TextForm", "typed_text"]
