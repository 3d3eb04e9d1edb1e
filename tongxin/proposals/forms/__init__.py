"""Forms of proposals."""

from tongxin.proposals.forms.covering import CoveringForm
from tongxin.proposals.forms.editing import AnswerForm, AttachForm, BehalfForm, InviteForm, TextForm, typed_text

__all__ = ["AnswerForm", "AttachForm", "BehalfForm", "CoveringForm", "InviteForm", "TextForm", "typed_text"]
