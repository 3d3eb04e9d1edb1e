"""Assemblies, their terms and sessions: founded, opened, and when a plenary is held."""

import re
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from tongxin.accounts.models import Account
from tongxin.audit import actions as audit
from tongxin.audit.truth import New, Saved
from tongxin.committees.choices import Level
from tongxin.committees.models import Committee, Session, Term
from tongxin.core.words import clean_line


@transaction.atomic
def found(
    *, code: str, name: str, tier: str | None = None, parent: Committee | None = None, actor: Account | None, at: datetime
) -> Committee:
    """Add an assembly. Its place, and its tier when not given, are read from its name (政协云溪县委员会 → 云溪县, 县级)."""
    name = clean_line(name)
    place = re.sub(r"^(中国人民政治协商会议|政协)|委员会$", "", name) or name
    made = Committee(
        code=code,
        name=name,
        place=place[:20],
        short_name=(_("%(place)s政协") % {"place": place})[:20],
        tier=tier or _tier_of(place),
        parent=parent,
    )
    made.full_clean(exclude=["uid"])
    made.save()
    audit.record("committees.found", made, actor=actor, at=at, data={"name": made.name}, proves=[New(made)])
    return made


def _tier_of(place: str) -> str:
    if place.startswith("全国"):
        return str(Level.NATIONAL)
    if place.endswith(("省", "自治区", "特别行政区")) or place in {"北京市", "天津市", "上海市", "重庆市"}:
        return str(Level.PROVINCE)
    return str(Level.CITY if place.endswith(("市", "自治州", "盟", "地区")) else Level.COUNTY)


@transaction.atomic
def open_session(
    committee: Committee, *, term: int, number: int, starts_on: date, actor: Account | None, at: datetime, via: str = ""
) -> Session:
    """Set up a session and, when it is the first of its term, the term."""
    kept, _made = Term.objects.get_or_create(committee=committee, number=term, defaults={"starts_on": starts_on})
    if starts_on < kept.starts_on:
        kept.starts_on = starts_on
        kept.save(update_fields=["starts_on"])
    session = Session.objects.create(committee=committee, term=kept, number=number, starts_on=starts_on)
    audit.record(
        "committees.open_session", session, actor=actor, at=at, data={"name": str(session)}, via=via, proves=[New(session)]
    )
    return session


@transaction.atomic
def set_plenary(
    session: Session,
    *,
    plenary_from: datetime | None,
    plenary_until: datetime | None,
    cut_off_at: datetime | None,
    actor: Account,
    at: datetime,
) -> Session:
    """Set when a session's plenary is held and when its 大会提案 close; what was submitted before keeps its season."""
    sound, names = audit.intact(session), ("plenary_from", "plenary_until", "cut_off_at")
    session.plenary_from, session.plenary_until, session.cut_off_at = plenary_from, plenary_until, cut_off_at
    session.save(update_fields=names)
    audit.record(
        "committees.set_plenary",
        session,
        actor=actor,
        at=at,
        data={"name": str(session)},
        proves=[Saved(session, names)] if sound else (),
    )
    return session
