"""Event kinds of personal values; erasures are `audit.erase`, since `audit` proves them."""

from django.utils.translation import gettext_lazy as _

from tongxin.audit.kinds import Audience, Kind, name_sorts, register

name_sorts(privacy=_("个人信息"))
register(Kind("privacy.export_own", Audience.OFFICE, _("{actor}导出系统保存的本人信息"), lambda e: str(e.data.get("format", ""))))
