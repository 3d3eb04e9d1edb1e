"""Uploads: what a file really is, whose it is, where it lies."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from tongxin.committees.models import Committee
from tongxin.core.models import Row


class File(Row):
    """An uploaded file, checked by content. `content` lies under TONGXIN_HOME/files, never served directly."""

    committee = models.ForeignKey(Committee, on_delete=models.PROTECT, related_name="+")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(_("文件名"), max_length=200)
    kind = models.CharField(_("类型"), max_length=8)  # pdf, docx, xlsx, jpg, png …
    size = models.PositiveIntegerField(_("大小"))
    digest = models.CharField(max_length=64)
    content = models.FileField(upload_to="%Y/%m", max_length=200)
    uploaded_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


# what is vouched for of a file, by the rows that hold it in `file`: with these the bytes are compared too
# (`audit.contents`)
FACTS = ("file__uid", "file__name", "file__kind", "file__size", "file__digest", "file__content")
