"""Event kinds of regulations."""

from tongxin.audit.kinds import Audience, Kind, register

A = Audience

register(Kind("regulations.adopt", A.PARTIES, "{actor}施行“{kind}”，{from} 起，依据《{reference}》", key=True))
