"""Event kinds of regulations."""

from tongxin.audit.kinds import Kind, register

register(Kind("regulations.adopt", "{actor}施行“{kind}”，{from} 起，依据《{reference}》", key=True))
