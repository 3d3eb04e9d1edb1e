"""Event kinds of talks beside their steps, which the table tells."""

from tongxin.audit.kinds import Audience, Kind, register

register(Kind("talks.export", Audience.OFFICE, "{actor}导出宣讲 {rows} 件", label="导出宣讲"))
