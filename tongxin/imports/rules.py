"""Which kinds are imported on a page, and by whom: whoever keeps these records by hand."""

from dataclasses import dataclass
from importlib import import_module
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tongxin.access.permissions import grant
from tongxin.access.predicates import is_signed_in, predicate
from tongxin.committees.choices import Duty
from tongxin.committees.rules import holds
from tongxin.files.rules import register_owner
from tongxin.imports.models import Import, Source
from tongxin.sheets.kinds import KINDS, Kind


@dataclass(frozen=True)
class Offered:
    """A kind that is imported on a page. `module` registers it; `main` is the model of which each row makes one.

    `known_by` are the columns of what people know a row by: its name, its number; `page` the route of a record of it.
    """

    name: str
    label: str | Promise
    unit: str | Promise
    module: str
    duty: str
    main: str
    known_by: tuple[Any, Any]
    page: str

    @property
    def kind(self) -> Kind:
        """The kind, as its app declares it."""
        import_module(self.module)
        return KINDS[self.name]


OFFERED = {
    kind.name: kind
    for kind in (
        Offered(
            "members",
            _("委员"),
            _("名"),
            "tongxin.members.sheets",
            Duty.MEMBER_AFFAIRS,
            "members.member",
            (_("姓名"), _("编号")),
            "member",
        ),
        Offered(
            "units",
            _("承办单位"),
            _("个"),
            "tongxin.committees.sheets",
            Duty.PROPOSAL_OFFICE,
            "committees.unit",
            (_("单位名称"), _("编号")),
            "unit",
        ),
        Offered(
            "proposals",
            _("提案"),
            _("件"),
            "tongxin.handling.sheets",
            Duty.PROPOSAL_OFFICE,
            "proposals.proposal",
            (_("案由"), _("提案号")),
            "proposal",
        ),
    )
}


def kinds_with(actor: Any, committee: Any) -> list[Offered]:
    """Return the kinds that somebody may import into a committee."""
    return [kind for kind in OFFERED.values() if keeps_this_kind.test(actor, Import(committee=committee, kind=kind.name))]


KEEPS = {kind.name: holds(kind.duty) for kind in OFFERED.values()}


@predicate
def keeps_this_kind(actor: Any, subject: Any) -> bool:
    """Who keeps the records of this kind in this committee."""
    kinds = OFFERED if subject is None else [subject.kind]
    return any(KEEPS[kind].test(actor, subject) for kind in kinds)


PERMISSIONS = {
    "imports.read_columns": (_("登录的人可以查看导入、导出表格的各列说明"), is_signed_in),
    "imports.handle": (
        _("委员联络人员可以导入委员，提案工作人员可以导入提案和承办单位，可以查看本会同类的导入、撤销导入"),
        keeps_this_kind,
    ),
}
grant(PERMISSIONS)
register_owner(Source, "imports.handle", subject=lambda row: row.imported, related=("imported__committee",))
register_owner(Import, "imports.handle", field="rejects", related=("committee",))
