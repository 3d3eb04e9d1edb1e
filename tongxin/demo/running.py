"""The running year: what lies behind it goes its natural way; what is on the desks today is counted back from today."""

from collections.abc import Callable

from tongxin.demo import phrases
from tongxin.demo.bodies import Assembly
from tongxin.demo.clock import Clock
from tongxin.demo.desks import Desk
from tongxin.demo.ledger import Ledger
from tongxin.demo.texts import Text
from tongxin.demo.year import Natural
from tongxin.handling.choices import Part, Stage

LIN, HE, ZHOU = "YX016", "YX193", "YX181"
Story = Callable[[Desk], object]


def _yellow(d: Desk) -> Desk:
    """In hand, the limit today or in a day or two."""
    day = d.clock.assigned_for_due(3, (0, 3)) or d.clock.back(89)
    days = (d.clock.today - day).days
    return d.filed_by(days).assign(days).sign(days - 3).talk(days - 9).advice(days - 20)


def _red(d: Desk) -> Desk:
    """In hand, past its limit, and chased."""
    day = d.clock.assigned_for_due(3, (-9, -4)) or d.clock.back(99)
    days = (d.clock.today - day).days
    d.filed_by(days).assign(days).sign(days - 2).talk(days - 8).advice(days - 24)
    d.handing.remind(d.handing.lead.unit.name, reason=phrases.REMINDERS[2], at=d.when(2))
    return d


def _soon(d: Desk, *, by: str = "", but: tuple[str, ...] = ()) -> Desk:
    """In hand, the limit in a week or two."""
    day = d.clock.assigned_for_due(3, (8, 14)) or d.clock.back(80)
    days = (d.clock.today - day).days
    return (
        d.filed_by(days, by=by, agreed=(HE,) if by else ()).assign(days).sign(days - 2).talk(days - 7).advice(days - 22, but=but)
    )


def _second(d: Desk, begun: int, *, agreed: tuple[str, ...] = ()) -> Desk:
    """Answered once, somebody was not satisfied, in hand again since so many days."""
    first = begun + 78
    d.filed_by(first, agreed=agreed).assign(first).sign(first - 3).advice(first - 20).talk(first - 24, note=d.text.contact)
    return d.answered(begun + 9).rated(begun, against=d.text.unhappy_reason).rework()


def _not_filed(decided: int, passed: int = 0) -> Story:
    def story(d: Desk) -> None:
        d.draft(decided + 21).submit(decided + 12).examine(decided + 8)
        d.told.not_file(code="small", destination="suggestion", reason=d.text.why or phrases.NOT_FILED, at=d.when(decided))
        if passed:
            d.told.pass_on(to=d.text.lead, at=d.when(passed))

    return story


def _with_leader(d: Desk) -> Desk:
    return d.filed_by(64).assign(64).sign(61).talk(55, note=d.text.contact).advice(40).write(2)


def _under_review(d: Desk, *, by: str = "") -> Desk:
    return d.filed_by(68, by=by).assign(68).sign(66).talk(58, note=d.text.contact).advice(44).write(5).approve(2)


def _rating(d: Desk, answered: int, *, by: str = "", agreed: tuple[str, ...] = (), others: int = 2) -> Desk:
    d.filed_by(72, by=by, agreed=agreed, others=others).assign(72).sign(69).talk(62, note=d.text.contact).advice(50)
    return d.answered(answered)


def _with_office(d: Desk) -> None:
    _second(d, 60)
    d.talk(44, stage=Stage.DURING, note=phrases.TALKS[0]).answered(22, d.text.second_reply)
    d.rated(9, against=phrases.SECOND_NOT_ENOUGH)
    d.handing.escalate(at=d.handing.next_closing)


def _return_asked(d: Desk) -> None:
    wrong = "县工业和信息化局"
    d.filed_by(5).assign(4, [(wrong, Part.LEAD), *((name, Part.CO) for name in d.text.co)])
    d.handing.ask_return(wrong, reason=phrases.RETURN_ASKED[0].format(right=d.text.lead), at=d.when(2))


def _unfinished(d: Desk) -> None:
    """The last part is only begun."""
    d.draft(6, by=LIN, edited=1)
    d.told.proposal.suggestions = d.text.suggestions.split("。")[0] + "。"


STORIES: dict[str, Story] = {
    # with the proposer
    "governance-rural-water-procurator": _unfinished,
    "rural-angling-rules": lambda d: d.draft(9, by=HE, edited=3),
    "learning-folk-tunes": lambda d: d.draft(15, edited=8),
    "learning-trail-signs": lambda d: d.draft(7).gather(3, silent=(LIN,), others=2, declined=1).still_gathering(),
    "urban-decor-waste": lambda d: d.draft(6).gather(2, silent=(HE, ZHOU), others=1).still_gathering(),
    "learning-night-shows": lambda d: d.draft(10).gather(2, silent=(LIN, ZHOU), others=3).still_gathering(),
    "governance-restaurant-waste": lambda d: (
        d.draft(24, by=ZHOU).gather(19, others=2).submit(12).send_back(4, phrases.RETURN_FOR_REVISION[0])
    ),
    "urban-bus-stop-access": lambda d: d.draft(30).submit(14).send_back(9, phrases.RETURN_FOR_REVISION[2]),
    # with the assembly's office
    "economy-census-data-use": lambda d: d.draft(16).submit(5),
    "economy-procurement-small-business": lambda d: d.draft(20).gather(14, agreed=(LIN,), others=1).submit(4),
    "learning-old-gazetteers": lambda d: d.draft(11).submit(2),
    "welfare-nursing-rooms": lambda d: d.draft(13).gather(9, agreed=(HE,), others=2).submit(1),
    "economy-self-service-terminal-idle": lambda d: d.draft(26).submit(13).examine(6),
    "urban-highrise-hydrant": lambda d: d.draft(28).gather(22, others=3).submit(15).examine(9),
    "welfare-graduate-internship": lambda d: d.draft(22).gather(18, others=1).submit(10).examine(3),
    "urban-street-bench": lambda d: d.draft(19).submit(9).examine(3),
    "economy-shops-open-toilets": _not_filed(8),
    "governance-hall-signage": _not_filed(5),
    "learning-family-reading": _not_filed(15),
    "rural-old-tools-show": _not_filed(12),
    "welfare-desk-exercise": _not_filed(33, 24),
    # to be assigned
    "governance-bottled-gas-safety": lambda d: d.filed_by(-2),
    "governance-mountain-rescue-team": lambda d: d.filed_by(-4),
    "welfare-family-mediation": lambda d: d.filed_by(-6),
    "governance-overseas-archive": lambda d: d.filed_by(-3),
    "learning-law-teachers": lambda d: d.filed_by(-5),
    # with the units
    "urban-lift-rescue": lambda d: d.filed_by(2, by=ZHOU).assign(2),
    "rural-extension-staff": lambda d: d.filed_by(22).assign(22).sign(17, but=("县农业农村局",)),
    "welfare-left-behind-children": lambda d: d.filed_by(3).assign(
        3,
        [
            ("县民政局", Part.LEAD),
            *((name, Part.CO) for name in (*d.text.co, "县财政局")),
        ],
    ),
    "economy-factory-sublet-fire-safety": _return_asked,
    "economy-home-decoration-dispute": _yellow,
    "rural-compost-yard": _yellow,
    "welfare-medical-elder-care": _red,
    "urban-road-digging": _red,
    "rural-tea-clean-energy": lambda d: _soon(d, by=LIN),
    "rural-returnee-loans": lambda d: d.filed_by(33).assign(33).sign(30).talk(24).advice(6),
    "economy-small-factory-digital": lambda d: (
        d.filed_by(44).assign(44).sign(41).talk(35, note=d.text.contact).advice(20, but=("县财政局",))
    ),
    "economy-scenic-worry-free-return": _with_leader,
    "economy-credit-repair-guide": _with_leader,
    "economy-ecommerce-tax-coaching": _under_review,
    "economy-cash-change-elderly": lambda d: _under_review(d, by=HE),
    # with the proposers again
    "economy-supply-coop-outlets": lambda d: _rating(d, 7, by=LIN, agreed=(HE,)).rated(3, but=(LIN, HE)),
    "economy-small-hazard-waste": lambda d: _rating(d, 2, others=3),
    "economy-restaurant-opening-one-thing": lambda d: _rating(d, 5, agreed=(ZHOU,)).rated(2, but=(ZHOU,)),
    "welfare-elder-classes": lambda d: _second(d, 24),
    "economy-return-home-business": lambda d: _second(d, 12),
    "governance-night-construction-noise": lambda d: _second(d, 36, agreed=(ZHOU,)),
    "learning-tutoring-fees": lambda d: _second(d, 28),
    "rural-front-ditches": lambda d: _second(d, 18),
    "urban-park-trucks": _with_office,
}
MERGED = ("economy-decoration-prepay-protect", "welfare-medical-elder-care-merged")
ELSEWHERE: tuple[Story, ...] = (
    lambda d: d.draft(12).submit(3),
    lambda d: d.draft(25).submit(12).examine(5),
    lambda d: d.filed_by(-4, others=1),
    lambda d: d.filed_by(20, others=1).assign(20).sign(17).talk(9).advice(5),
)


def tell_running(clock: Clock, ledger: Ledger, assembly: Assembly, texts: list[Text], seed: int) -> None:
    """Tell the running year of the county."""
    by_key = {t.key: t for t in texts}
    desks: dict[str, Desk] = {}
    for key, story in STORIES.items():
        desks[key] = Desk(clock, ledger, assembly, by_key[key], seed)
        story(desks[key])
    for key in MERGED:
        _merge(Desk(clock, ledger, assembly, by_key[key], seed), desks[by_key[key].into])
    natural = [t for t in texts if t.key not in STORIES and t.key not in MERGED]
    Natural(ledger, assembly, clock.running_year, seed, late_replies=False).tell(natural)


def _merge(d: Desk, lead: Desk) -> None:
    """Handed in a little later than the lead proposal, and merged into it when that was filed."""
    proposal = lead.told.proposal
    assert proposal.submitted_at is not None  # noqa: S101 -- the lead was filed
    assert proposal.decided_at is not None  # noqa: S101
    handed_in = (d.clock.today - proposal.submitted_at.date()).days
    decided = (d.clock.today - proposal.decided_at.date()).days
    d.draft(handed_in + 8).submit(handed_in - 1).examine(handed_in - 3)
    reason = d.text.why or phrases.MERGE.format(title=f"《{proposal.title}》")
    d.told.merge(lead.told, reason=reason, at=max(d.when(decided - 1), proposal.decided_at))


def tell_elsewhere(clock: Clock, ledger: Ledger, assembly: Assembly, texts: list[Text], seed: int) -> None:
    """Tell another assembly's running year: some matters on its desks, the others in their natural course."""
    waiting = texts[: len(ELSEWHERE)]
    for story, text in zip(ELSEWHERE, waiting, strict=True):
        story(Desk(clock, ledger, assembly, text, seed))
    rest = [t for t in texts if t not in waiting]
    Natural(ledger, assembly, clock.running_year, seed, late_replies=True).tell(rest)
