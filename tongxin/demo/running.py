"""The running year: what lies behind it goes its natural way, what is on the desks today is computed from today."""

from tongxin.demo.bodies import Assembly
from tongxin.demo.clock import Clock
from tongxin.demo.ledger import Ledger
from tongxin.demo.texts import Text
from tongxin.demo.year import Natural


def tell_running(clock: Clock, ledger: Ledger, assembly: Assembly, texts: list[Text], seed: int) -> None:
    natural = [t for t in texts if t.reply and not t.unhappy and not t.timeless]
    Natural(ledger, assembly, clock.running_year, seed, late_replies=False).tell(natural)
