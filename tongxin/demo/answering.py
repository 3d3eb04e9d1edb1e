"""The second half of a natural year: from the assignment through contacts, advice and the reply to the last rating."""

import random
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from tongxin.demo import phrases
from tongxin.demo.clock import at, minus, office_hour, on_or_after, on_or_before, plus
from tongxin.demo.handing import Handing
from tongxin.demo.texts import days_told, month_told, undated
from tongxin.handling.choices import Stage, Way
from tongxin.handling.regulations import ReplyCategories, Review
from tongxin.regulations.queries import in_force

if TYPE_CHECKING:
    from tongxin.demo.year import Natural

Step = tuple[datetime, int, Callable[[datetime], None]]
LATEST = (6, 20)  # no first reply of a natural year is later
OTHERWISE = {"A": "B", "B": "A", "C": "B", "D": "C"}  # what the unit had thought where the office decided otherwise


def answer_and_rate(year: "Natural", handing: Handing, roll: random.Random) -> None:
    """Tell the handling of one filed proposal to its end, or as far as it has come."""
    told = handing.told
    decided = told.proposal.decided_at
    if decided is None:
        return
    day = year.assignment if roll.random() < 0.7 else plus(year.assignment, roll.randint(1, 3))  # noqa: PLR2004 -- most at the meeting
    assigned = office_hour(max(day, plus(decided.date(), 1)), roll)
    replied = _reply_day(year, handing, assigned.date(), roll)
    signed = _assign_and_sign(handing, assigned, replied, roll)
    later = _sequence(handing, signed, replied, roll)
    for when, _n, act in sorted(later, key=lambda step: step[:2]):
        act(when)
    _reply(handing, replied, roll)
    _rate(handing, replied, roll)


def _reply_day(year: "Natural", handing: Handing, assigned: date, roll: random.Random) -> date:
    """When the answer is sent: mostly in time, some late, never before a day the answer speaks of."""
    text, y = handing.told.text, assigned.year
    due = handing.due_if_assigned(assigned)
    latest = date(y, *LATEST)
    if not year.late_replies:
        day = date(y, 5, roll.randint(6, 27))
    elif text.unhappy:
        day = date(y, 6, roll.randint(13, 17)) if text.key.startswith("welfare") else date(y, 5, roll.randint(19, 25))
    elif roll.random() < 0.88:  # noqa: PLR2004 -- the others are late
        day = date(y, 5, 20) + timedelta(days=roll.randint(0, max(1, (due - date(y, 5, 21)).days)))
    else:
        day = min(due + timedelta(days=roll.randint(2, 14)), latest)
    spoken = [d for d in days_told(text.reply + text.contact + "".join(text.advice.values()), y) if assigned < d <= latest]
    if spoken and not text.unhappy:
        day = max(day, spoken[-1] + timedelta(days=1))
    return on_or_after(day)


def _assign_and_sign(handing: Handing, assigned: datetime, replied: date, roll: random.Random) -> datetime:
    """Assign and sign; now and then a unit asks to give its part back. Returns when all have signed."""
    told = handing.told
    parts = handing.natural_parts()
    chance = roll.random() if told.assembly.committee.code == "YX" else 1
    wrong = _wrong_unit(handing, roll) if chance < 0.05 else None  # noqa: PLR2004 -- one in twenty goes astray
    handing.assign(at=assigned, parts=[(wrong, parts[0][1]), *parts[1:]] if wrong else parts)
    ready = assigned
    asked = office_hour(plus(assigned.date(), roll.randint(1, 3)), roll)
    if wrong:
        handing.ask_return(wrong, reason=roll.choice(phrases.RETURN_ASKED).format(right=told.text.lead), at=asked)
        ready = office_hour(plus(asked.date(), roll.randint(1, 3)), roll)
        handing.grant_return(wrong, reason=phrases.RETURN_GRANTED.format(right=told.text.lead), to=told.text.lead, at=ready)
    elif chance < 0.07:  # noqa: PLR2004 -- a few ask in vain
        handing.ask_return(told.text.lead, reason=phrases.RETURN_REFUSED_ASKED, at=asked)
        ready = office_hour(plus(asked.date(), roll.randint(1, 2)), roll)
        handing.refuse_return(told.text.lead, reason=phrases.RETURN_REFUSED, at=ready)
    signings = []
    for n, (name, _part) in enumerate(parts):
        late = roll.random() < 0.06  # noqa: PLR2004 -- some sign late
        days = roll.randint(6, 9) if late else roll.randint(1, 4)
        start = ready if n == 0 else assigned
        signings.append((min(office_hour(plus(start.date(), days), roll), at(minus(replied, 8), 9)), name))
    for when, name in sorted(signings):
        handing.sign(name, at=max(when, ready if name == told.text.lead else assigned))
    return max(when for when, _name in signings)


def _wrong_unit(handing: Handing, roll: random.Random) -> str | None:
    text, routed = handing.told.text, handing.told.routed_to
    near = [
        name
        for name, people in handing.told.assembly.units.items()
        if people.unit.system == routed and name.startswith("县") and name.endswith("局") and name not in (text.lead, *text.co)
    ]
    return roll.choice(near) if len(near) > 1 else None


def _sequence(handing: Handing, signed: datetime, replied: date, roll: random.Random) -> list[Step]:
    """Contacts, co-handlers' advice and reminders between signing and the reply, each with its hour."""
    text, y = handing.told.text, replied.year
    steps: list[Step] = []
    room = max(2, (minus(replied, 6) - signed.date()).days)
    first = on_or_after(signed.date() + timedelta(days=min(roll.randint(2, 14), room)))
    told_day = month_told(text.contact, y) if text.contact and not text.unhappy else None
    for day, stage, note in _talks(text.contact if not text.unhappy else "", told_day, first, replied, roll):
        held = day if day in {first, told_day} else on_or_before(day)
        when = max(office_hour(held, roll), signed + timedelta(hours=1))
        way = Way.PHONE if "电话" in note or "通话" in note else Way.VISIT if "现场" in note or "实地" in note else Way.MEETING
        sure = when + timedelta(days=1, hours=2) if roll.random() < 0.6 else None  # noqa: PLR2004 -- many confirm
        steps.append((when, len(steps), _contact(handing, stage, way, note, sure)))
    for name in text.co:
        said = text.advice.get(name) or roll.choice(phrases.ADVICE)
        lead = [d for d in days_told(said, y) if signed.date() < d < minus(replied, 5)]
        day = max([signed.date() + timedelta(days=roll.randint(6, 24 if roll.random() < 0.9 else 45)), *lead])  # noqa: PLR2004
        day = min(on_or_after(day), minus(replied, 5))
        steps.append((max(office_hour(day, roll), signed + timedelta(hours=1)), len(steps), _advice(handing, name, said)))
    return steps


def _talks(contact: str, told_day: date | None, first: date, replied: date, roll: random.Random) -> list[tuple[date, str, str]]:
    """One to three talks: a first call, the talk the text tells of, another before the reply."""
    last = minus(replied, 5)
    if told_day is not None and not first <= told_day <= last:
        told_day, contact = None, undated(contact)  # not held on the day it names: the day is left out
    main = told_day or first + (last - first) * roll.random()
    talks: list[tuple[date, str, str]] = []
    if contact:
        if main > first and roll.random() < 0.7:  # noqa: PLR2004 -- most call first
            talks.append((first, Stage.BEFORE, roll.choice(phrases.FIRST_CALLS)))
        talks.append((main, Stage.DURING if talks else Stage.BEFORE, contact))
    else:
        talks.append((first, Stage.BEFORE, roll.choice(phrases.FIRST_CALLS)))
    if roll.random() < 0.35 and talks[-1][0] < last:  # noqa: PLR2004 -- some talk once more
        talks.append((last, Stage.DURING, roll.choice(phrases.TALKS)))
    return talks


def _contact(handing: Handing, stage: str, way: str, note: str, sure: datetime | None) -> Callable[[datetime], None]:
    return lambda when: handing.contact(stage=stage, way=way, at=when, note=note, confirmed=sure)


def _advice(handing: Handing, name: str, said: str) -> Callable[[datetime], None]:
    return lambda when: handing.give_advice(name, advice=said, at=when)


def _category(handing: Handing, on: date, meaning: str) -> str:
    rules: ReplyCategories = in_force(handing.told.assembly.committee, ReplyCategories, on)
    found = next((c for c in rules.categories if c.meaning == meaning), None)
    return (found or rules.categories[-1]).code


def _reply(handing: Handing, replied: date, roll: random.Random) -> None:
    """Draft, leader, review, sent; sometimes changed on the way."""
    text = handing.told.text
    final = _category(handing, replied, text.meaning)
    own = OTHERWISE[final] if roll.random() < 0.07 else final  # noqa: PLR2004 -- the office decides otherwise now and then
    review: Review = in_force(handing.told.assembly.committee, Review, replied)
    handing.begin_reply(text=text.reply, category=own, at=office_hour(minus(replied, 4), roll))
    handing.to_leader(at=at(minus(replied, 4), 17))
    if roll.random() < 0.08:  # noqa: PLR2004
        handing.revise(reason=roll.choice(phrases.REVISE), at=at(minus(replied, 3), 9))
        handing.to_leader(at=at(minus(replied, 3), 16))
    if not review.supervising_office_reviews:
        handing.sign_and_send(at=office_hour(replied, roll))
        return
    handing.approve(at=at(minus(replied, 2), 10))
    if roll.random() < 0.05:  # noqa: PLR2004
        handing.return_reply(reason=roll.choice(phrases.RETURNED_REPLY), at=at(minus(replied, 2), 15))
        handing.to_leader(at=at(minus(replied, 1), 9))
        handing.approve(at=at(minus(replied, 1), 16))
    handing.send(category=final, at=office_hour(replied, roll))


def _rate(handing: Handing, replied: date, roll: random.Random) -> None:
    """The signers judge; a dissatisfied one brings a second handling, which its better answer ends."""
    text = handing.told.text
    if text.unhappy:
        _judge(handing, replied, roll, against=True)
        handing.rework(at=handing.next_closing)
        _second_round(handing, roll)
        return
    if roll.random() < 0.06:  # noqa: PLR2004 -- some never answer
        handing.close(at=at(_after_rating(handing), 6))
    elif _judge(handing, replied, roll):
        handing.close(at=handing.next_closing)
    else:
        handing.close(at=at(_after_rating(handing), 6))
    _publish(handing, roll)


def _after_rating(handing: Handing) -> date:
    due = handing.case.rating_due_on
    assert due is not None  # noqa: S101 -- rating is open
    return due + timedelta(days=1)


def _judge(handing: Handing, replied: date, roll: random.Random, *, against: bool = False, content: bool = False) -> bool:
    """Let each signer rate within the days; return whether all did."""
    raters = handing.raters
    silent = not against and not content and len(raters) > 2 and roll.random() < 0.15  # noqa: PLR2004 -- one forgets
    days = sorted(roll.randint(1, 9) for _ in raters)
    for n, (signature, after) in enumerate(zip(raters, days, strict=True)):
        if silent and n == len(raters) - 1:
            return False
        when = at(plus(replied, after), roll.choice((8, 12, 18, 19, 20, 21)), roll.randrange(60)) if after else at(replied, 20)
        when = max(when, handing.last_rating + timedelta(minutes=3)) if handing.rated.get(handing.case.round) else when
        if against and n == 0:
            handing.rate(signature, attitude="fairly", result="dissatisfied", comment=handing.told.text.unhappy_reason, at=when)
            continue
        chance = roll.random()
        result = "satisfied" if chance < (0.9 if content else 0.74) and not against else "fairly"
        attitude = "satisfied" if roll.random() < 0.85 else "fairly"  # noqa: PLR2004
        comment = roll.choice(phrases.PRAISE) if roll.random() < 0.3 and not against else ""  # noqa: PLR2004
        handing.rate(signature, attitude=attitude, result=result, comment=comment, at=when)
    return True


def _second_round(handing: Handing, roll: random.Random) -> None:
    text = handing.told.text
    begun = handing.next_closing.date()
    y = begun.year
    spoken = [d for d in days_told(text.second_reply, y) if begun < d <= date(y, 9, 29)]
    replied = max([on_or_after(begun + timedelta(days=roll.randint(18, 27))), *(plus(d, 1) for d in spoken)])
    replied = max(replied, on_or_after(date(y, 7, 2)))
    talk = month_told(text.contact, y) if text.contact else None
    day = (
        on_or_after(talk)
        if talk and begun < talk < minus(replied, 6)
        else on_or_after(begun + timedelta(days=roll.randint(4, 8)))
    )
    if (due := handing.lead.due_on) and plus(due, 2) < minus(replied, 5) and day > plus(due, 2):
        handing.remind(handing.lead.unit.name, reason=phrases.REMINDERS[2], at=at(plus(due, 2), 9, 40))
    held = text.contact if talk is None or day == talk else undated(text.contact)
    note = held or roll.choice(phrases.TALKS)
    handing.contact(stage=Stage.DURING, way=Way.MEETING, at=at(day, 15, 10), note=note)
    handing.begin_reply(text=text.second_reply, category=_category(handing, replied, text.meaning), at=at(minus(replied, 4), 10))
    handing.to_leader(at=at(minus(replied, 3), 10))
    handing.approve(at=at(minus(replied, 2), 10))
    handing.send(category=_category(handing, replied, text.meaning), at=at(replied, 10, 20))
    _judge(handing, replied, roll, content=True)
    handing.close(at=handing.next_closing)
    _publish(handing, roll)


def _publish(handing: Handing, roll: random.Random) -> None:
    """After the reply most are published, where the proposer consents."""
    told = handing.told
    talked = handing.case.closed_at
    if talked and told.proposal.consents_to_publication and roll.random() < 0.7:  # noqa: PLR2004
        told.release(at=office_hour(plus(talked.date(), roll.randint(3, 20)), roll))
