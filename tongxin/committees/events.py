"""Event kinds of bodies."""

from django.db.models import Q
from django.utils.text import format_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tongxin.audit.kinds import ON_THE_SERVER, Audience, Kind, day, name_sorts, register, who_did
from tongxin.audit.models import Event
from tongxin.audit.naming import Named, beside, label_of, name_rows
from tongxin.audit.truth import witness
from tongxin.committees.choices import Change, Duty
from tongxin.committees.models import Appointment, Committee, FormerName, Session, Succession, Unit, UnitChange
from tongxin.core.numerals import session_label

A = Audience


def _reason(event: Event) -> str:
    return str(event.data.get("reason", ""))


def _appointed(event: Event) -> str:
    unit, actor = event.data.get("unit"), event.acting_as or who_did(event)
    return gettext("%(actor)s任命%(name)s承担%(what)s“%(duty)s”") % {
        "actor": actor,
        "name": event.data.get("name", ""),
        "what": gettext("%(unit)s的") % {"unit": unit} if unit else "",
        "duty": event.data.get("duty", ""),
    }


def _ended(event: Event) -> str:
    heirs = gettext("，由%(to)s承接") % {"to": event.data["to"]} if event.data.get("to") else ""
    return gettext("%(acting_as)s撤销承办单位%(name)s%(heirs)s，%(on)s起") % {
        "acting_as": event.acting_as or who_did(event),
        "name": event.data.get("name", ""),
        "heirs": heirs,
        "on": day(event.data.get("on")),
    }


def _announced(event: Event) -> str:
    data = event.data
    heirs = f"（{data['to']}）" if data.get("to") else ""
    return gettext("%(acting_as)s定于 %(on)s起将%(name)s%(what)s%(heirs)s") % {
        "acting_as": event.acting_as or who_did(event),
        "on": day(data.get("on")),
        "name": data.get("name", ""),
        "what": data.get("what", ""),
        "heirs": heirs,
    }


def _called_off(event: Event) -> str:
    data = event.data
    gone = gettext("，为此新设的%(gone)s一并取消") % {"gone": data["gone"]} if data.get("gone") else ""
    return gettext("%(acting_as)s取消原定 %(on)s起%(name)s的%(what)s%(gone)s") % {
        "acting_as": event.acting_as or who_did(event),
        "on": day(data.get("on")),
        "name": data.get("name", ""),
        "what": data.get("what", ""),
        "gone": gone,
    }


witness(Committee, "code", "tier", "parent__uid", committee="code")
witness(
    Session, "term__uid", "term__number", "number", "starts_on", "plenary_from", "plenary_until", "collects_from", "cut_off_at"
)
witness(Unit, "committee__uid", "name", "system", "active_from", "active_until")
OF_A_UNIT = ("committees.unit", "unit__uid")
witness(Unit, "dropped_at", part="dropped", only=~Q(dropped_at=None))
witness(FormerName, "unit__uid", "name", "short_name", "ends_on", told=OF_A_UNIT)
witness(Succession, "unit__uid", "successor__uid", "starts_on", told=OF_A_UNIT)
witness(
    UnitChange,
    "unit__uid",
    "kind",
    "starts_on",
    "reason",
    "name",
    "short_name",
    "successors",
    "plan",
    "done_at",
    "called_off_at",
    told=OF_A_UNIT,
)
witness(  # which dates open matters have at the successors
    UnitChange,
    "dates",
    part="dates",
    only=~Q(dates={}),
    told=OF_A_UNIT,
)
witness(Appointment, "account__uid", "duty", "unit__uid", "affiliation", "body", "starts_on", "ends_on")
name_sorts(committees=_("机构和任免"))


def _session(term: str, number: str) -> str:
    try:
        return session_label(int(term), int(number))
    except ValueError:  # no numbers, or none that a session has
        return ""


def _appointment(name: str, duty: str, unit: str) -> str:
    return beside(name, label_of(Duty, duty), unit)


def _unit_change(name: str, kind: str) -> str:
    return beside(name, label_of(Change, kind))


name_rows(
    {
        "committees.committee": Named(_("政协"), ("name",), own=True),
        "committees.term": Named(_("届次")),
        "committees.session": Named(_("会议"), ("term__number", "number"), _session),
        "committees.sector": Named(_("界别"), ("name",), own=True),
        "committees.specialcommittee": Named(_("专委会"), ("name",), own=True),
        "committees.unit": Named(_("承办单位"), ("name",), parts={"dropped": _("没有成立的单位")}, own=True),
        "committees.formername": Named(_("单位曾用名"), ("unit__name", "name")),
        "committees.succession": Named(_("单位承接关系"), ("unit__name", "successor__name")),
        "committees.unitchange": Named(_("单位变动"), ("unit__name", "kind"), _unit_change, {"dates": _("单位变动后的期限")}),
        "committees.appointment": Named(_("任命"), ("account__name", "duty", "unit__name"), _appointment),
    }
)
register(
    Kind("committees.appoint", A.OFFICE, _appointed, personal=("name",), label=_("任命职责")),
    Kind(
        "committees.break_glass",
        A.OFFICE,
        format_lazy(_("{on_the_server}应急任命{{name}}承担“{{duty}}”"), on_the_server=ON_THE_SERVER),
        _reason,
        personal=("name",),
        label=_("服务器操作人员应急任命"),
    ),
    Kind(
        "committees.end_appointment",
        A.OFFICE,
        _("{actor}免去{name}的{unit}“{duty}”，{on}起"),
        _reason,
        personal=("name",),
        days=("on",),
        label=_("免去职责"),
    ),
    Kind(
        "committees.reset_second_factor",
        A.OFFICE,
        _("{actor}重置{name}的动态口令"),
        _reason,
        personal=("name",),
        label=_("重置动态口令"),
    ),
    Kind(
        "committees.break_glass_factor",
        A.OFFICE,
        format_lazy(_("{on_the_server}重置{{name}}的动态口令"), on_the_server=ON_THE_SERVER),
        _reason,
        personal=("name",),
        label=_("服务器操作人员重置动态口令"),
    ),
    Kind(
        "committees.break_glass_code",
        A.OFFICE,
        format_lazy(_("{on_the_server}应急发出{{name}}的密码重置码，动态口令没有启用"), on_the_server=ON_THE_SERVER),
        _reason,
        personal=("name",),
        label=_("服务器操作人员应急发出密码重置码"),
    ),
    Kind(
        "committees.transfer_clerk",
        A.OFFICE,
        _("承办人由{before}变动为{name}"),
        _reason,
        personal=("name", "before"),
        label=_("变动承办人"),
    ),
    Kind("committees.add_unit", A.OFFICE, _("{actor}增加承办单位{name}"), label=_("增加承办单位")),
    Kind("committees.change_unit", A.OFFICE, _("{actor}修改承办单位{name}"), label=_("修改承办单位")),
    Kind(
        "committees.rename_unit", A.OFFICE, _("{actor}将{name}更名为{to}，{on}起"), _reason, days=("on",), label=_("承办单位更名")
    ),
    Kind("committees.end_unit", A.OFFICE, _ended, _reason, label=_("撤销承办单位")),
    Kind(
        "committees.merge_unit",
        A.OFFICE,
        _("{actor}将{name}并入{to}，{on}起"),
        _reason,
        days=("on",),
        label=_("承办单位并入其他单位"),
    ),
    Kind(
        "committees.split_unit",
        A.OFFICE,
        _("{actor}将{name}拆分，由{to}承接，{on}起"),
        _reason,
        days=("on",),
        label=_("拆分承办单位"),
    ),
    Kind("committees.announce_unit_change", A.OFFICE, _announced, _reason, label=_("定于日后变动承办单位")),
    Kind(
        "committees.call_off_unit_change",
        A.OFFICE,
        _called_off,
        _reason,
        label=_("取消待生效的承办单位变动"),
    ),
    Kind("committees.restore_unit", A.OFFICE, _("{actor}恢复承办单位{name}"), _reason, label=_("恢复承办单位")),
    Kind(
        "committees.restore_unit_name",
        A.OFFICE,
        _("{actor}撤销{name}的更名，恢复原名称{to}"),
        _reason,
        label=_("撤销承办单位的更名"),
    ),
    Kind(
        "committees.hold_up_unit_change",
        A.OFFICE,
        _("原定{on}起将{name}更名为{to}，没有生效"),
        _reason,
        days=("on",),
        label=_("承办单位更名没有生效"),
    ),
    Kind("committees.drop_unit", A.OFFICE, _("{actor}取消尚未承办的新设单位{name}"), _reason, label=_("取消尚未承办的新设单位")),
    Kind("committees.import_units", A.OFFICE, _("{actor}导入承办单位 {rows} 个"), label=_("导入承办单位")),
    Kind("committees.export_units", A.OFFICE, _("{actor}导出承办单位 {rows} 个"), label=_("导出承办单位")),
    Kind("committees.found", A.OFFICE, _("建立{name}"), label=_("建立政协")),
    Kind("committees.open_session", A.OFFICE, _("{actor}设立{name}"), label=_("设立会议")),
    Kind("committees.set_plenary", A.OFFICE, _("{actor}改定{name}的会期和提案截止时间"), label=_("改定会期和提案截止时间")),
)
