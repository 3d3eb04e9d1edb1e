"""What imports keep of a person: who brought a sheet, who took it, who took it back."""

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tongxin.accounts.models import Account
from tongxin.imports.models import Import
from tongxin.imports.rules import OFFERED
from tongxin.privacy.table import Held, Part, newest, register_held, stamp


def _imports(account: Account, most: int | None) -> Part:
    own = Q(account=account) | Q(confirmed_by=account) | Q(undone_by=account)
    return newest(Import.objects.filter(own).order_by("-id"), most, head=(_("种类"), _("情况"), _("上传时间")), say=_import)


def _import(row: Import) -> tuple[str, ...]:
    return str(OFFERED[row.kind].label), str(row.get_stage_display()), stamp(row.begun_at)


register_held(
    Held("imports", gettext_lazy("办理的表格导入"), _imports, gettext_lazy("导入的经过随操作记录永久保存，上传的表格到期清除"))
)
