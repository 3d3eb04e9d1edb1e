"""What verdicts call the rows of files; their acts are told by the matters that keep them."""

from django.utils.translation import gettext_lazy as _

from tongxin.audit.naming import Named, name_rows

name_rows({"files.file": Named(_("附件"), ("name",))})
