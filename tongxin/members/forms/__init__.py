"""Cleaning of what is written about members."""

from tongxin.members.forms.contact import Contact
from tongxin.members.forms.correction import Correction
from tongxin.members.forms.doubles import Apart, Merge, Other, Part
from tongxin.members.forms.standing import Release, Standing, TermEnd

__all__ = ["Apart", "Contact", "Correction", "Merge", "Other", "Part", "Release", "Standing", "TermEnd"]
