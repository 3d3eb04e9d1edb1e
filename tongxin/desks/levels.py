"""The four levels of a deadline, as every list words them (红牌, 黄牌, 临期, 正常)."""

from django.utils.translation import gettext_lazy as _

WORDS = {
    "red": (_("红牌"), _("已过期限")),
    "yellow": (_("黄牌"), _("就要到期")),
    "soon": (_("临期"), _("请抓紧办理")),
    "ok": (_("正常"), _("期限还早")),
}
