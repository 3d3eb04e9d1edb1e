"""Event kinds of personal values; erasures are `audit.erase`, since `audit` proves them."""

from tongxin.audit.kinds import Audience, Kind, name_sorts, register

name_sorts(privacy="个人信息")
register(Kind("privacy.export_own", Audience.OFFICE, "{actor}导出系统保存的本人信息", lambda e: str(e.data.get("format", ""))))
