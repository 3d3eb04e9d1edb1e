"""Draws the map of a conversation as one SVG: what all groups share stands in the centre ring (同心圆).

Rings say in how many groups at least 70 % agree, never how far people are from a "right" opinion; a large group
takes no more room than a small one; groups of fewer than five people are not drawn.
"""

from dataclasses import dataclass
from math import atan2, cos, hypot, pi, sin
from xml.sax.saxutils import escape

import numpy as np

from tongxin.core.catalogue import _
from tongxin.deliberation.consensus.engine import Result
from tongxin.deliberation.consensus.plot_style import COLOURS, LETTERS, STYLE, mark
from tongxin.deliberation.consensus.statistics import consensus, dividing, share

Point = tuple[float, float]

AGREED = 0.7
SMALLEST = 5
_CENTRE = (380.0, 372.0)
_RINGS = (126, 222, 312)
_AT = (0.0, 174.0, 312.0)
_REACH = 74.0
_DOTS = 400
_SHOWN = (12, 10, 12)
_WIDTH, _LEFT, _LINE = 1240, 790, 22
_LETTERS_A_LINE = 27
_LINES = 3
_APART = 10
_NOTHING = 1e-9


@dataclass(frozen=True)
class _Placed:
    """A statement on the map: its number, its position among the statements, its ring and place."""

    number: int
    statement: int
    ring: int
    at: Point


def drawn(result: Result, texts: dict[str, str] | None = None) -> str:
    """The SVG document; ``texts`` gives the words of the statements, which are otherwise shown by identifier.

    Where no groups were formed there is no map, only the reason and the statements most agree with.
    """
    texts = texts or {}
    shown = [place for place, group in enumerate(result.groups) if len(group.members) >= SMALLEST]
    if not shown:
        return _without_map(result, texts)
    angles = _angles(result, shown)
    placed = _placed(result, shown, angles)
    captions = [(_("各方同心"), 264), (_("几组相近"), 166), (_("一组所盼"), 76)]
    radii = list(_RINGS)
    if len(shown) <= 2:  # noqa: PLR2004 - of two groups, all or one agrees
        del captions[1], radii[1]
    body = [f'<circle class="ring" cx="380" cy="372" r="{radius}"/>' for radius in radii[:0:-1]]
    for place in shown:
        body += _people(result, place, angles[place])
    body.append(f'<circle class="ring0" cx="380" cy="372" r="{_RINGS[0]}"/>')
    body += _labels(result, shown, angles)
    body += [f'<text class="cap" x="380" y="{y}">{words}</text>' for words, y in captions]
    body += [
        f'<g class="s{row.ring}"><circle cx="{_n(row.at[0])}" cy="{_n(row.at[1])}" r="17"/>'
        f'<text x="{_n(row.at[0])}" y="{_n(row.at[1] + 6)}">{row.number}</text></g>'
        for row in placed
    ]
    lines, height = _list(result, placed, shown, texts)
    counts = "，".join(
        _("%(n)s 条在%(name)s") % {"n": sum(row.ring == ring for row in placed), "name": name}
        for ring, name in enumerate((_("圆心"), _("中圈"), _("外圈")))
    )
    about = _(
        "%(n)s 位参与者按表态相近分为 %(n2)s 组。一点为一人，看法越近挨得越近。数字是观点：各组赞成都达七成的在圆心，几组的在中圈，一组的在外圈，方向朝着赞成的组。%(counts)s。"
    ) % {"n": len(result.people), "n2": len(result.groups), "counts": counts}
    return _svg(_("同心圆：各组观点与共识"), about, [*body, *lines], max(744, height))


def _angles(result: Result, shown: list[int]) -> dict[int, float]:
    """Equal angles for the groups, in the order in which they lie round the middle of the map."""
    middle = result.points.mean(0) if len(result.points) else np.zeros(2)
    lies = {}
    for place in shown:
        inside = result.points[result.labels == place]
        east, north = (inside.mean(0) - middle).tolist() if len(inside) else (0.0, 0.0)
        lies[place] = atan2(-north, east)
    order = sorted(shown, key=lambda place: (lies[place], place))
    first = pi if len(shown) == 2 else -5 * pi / 6  # noqa: PLR2004 - two stand left and right
    return {place: first + 2 * pi * turn / len(order) for turn, place in enumerate(order)}


def _people(result: Result, place: int, angle: float) -> list[str]:
    """The soft hull and the dots of a group (at most 400 people, at even steps in the fixed order)."""
    inside = result.points[result.labels == place]
    if not len(inside):
        return []
    inside = inside[np.arange(min(len(inside), _DOTS)) * len(inside) // min(len(inside), _DOTS)]
    away = (inside - inside.mean(0)) * (1, -1)
    reach = float(np.quantile(np.hypot(*away.T), 0.95)) or 1.0
    middle = (_CENTRE[0] + 228 * cos(angle), _CENTRE[1] + 228 * sin(angle))
    points = []
    for east, north in away.tolist():
        scale = _REACH / reach * min(1.0, 1.15 * reach / max(hypot(east, north), 1e-12))
        points.append((middle[0] + east * scale, middle[1] + north * scale))
    colour = COLOURS[place % len(COLOURS)]
    path = "M" + "L".join(f"{_n(x)} {_n(y)}" for x, y in hull(points)) + "Z"
    dots = "".join(mark(place, x, y) for x, y in points)
    edge = f'<path stroke="{colour[0]}" stroke-width="51" d="{path}"/>'
    area = f'<path stroke="{colour[1]}" stroke-width="48" d="{path}"/>'
    return [f'<g class="hull" fill="{colour[1]}">{edge}{area}</g>', f'<g class="pt" fill="{colour[0]}">{dots}</g>']


def hull(points: list[Point]) -> list[Point]:
    """The corners of the convex hull, in turn (Andrew's monotone chain, 1979)."""
    ordered = sorted(set(points))
    corners: list[Point] = []
    for chain in (ordered, ordered[::-1]):
        side: list[Point] = []
        for point in chain:
            while len(side) > 1 and _turns_right(side[-2], side[-1], point):
                side.pop()
            side.append(point)
        corners += side[:-1]
    return corners or ordered


def _turns_right(one: Point, two: Point, three: Point) -> bool:
    return (two[0] - one[0]) * (three[1] - one[1]) - (two[1] - one[1]) * (three[0] - one[0]) <= 0


def _placed(result: Result, shown: list[int], angles: dict[int, float]) -> list[_Placed]:
    """The statements on each ring, the strongest first: all groups, some, one; at most 12, 10 and 12."""
    groups = result.by_group[np.array(shown)]
    agreed = (groups.seen >= SMALLEST) & (groups.agree >= AGREED * groups.seen)
    strength = consensus(groups, agree=True)
    rings: tuple[list[int], list[int], list[int]] = ([], [], [])
    for statement in np.argsort(-np.round(strength, 12), kind="stable").tolist():
        count = int(agreed[:, statement].sum())
        if count and result.allowed[statement]:
            rings[0 if count == len(shown) else 2 if count == 1 else 1].append(statement)
    placed: list[_Placed] = []
    for ring, statements in enumerate(rings):
        some = statements[: _SHOWN[ring]]
        towards = [_direction([angles[shown[row]] for row in np.flatnonzero(agreed[:, s]).tolist()]) for s in some]
        places = _inner(len(some)) if ring == 0 else _round(towards, _AT[ring])
        for statement, at in zip(some, places, strict=True):
            placed.append(_Placed(len(placed) + 1, statement, ring, at))
    return placed


def _direction(angles: list[float]) -> float:
    """The mean direction; of opposite ones, a quarter turn from the first."""
    east, north = sum(map(cos, angles)), sum(map(sin, angles))
    return atan2(north, east) if hypot(east, north) > _NOTHING else angles[0] + pi / 2


def _inner(count: int) -> list[Point]:
    """Places in the centre: three rows of at most four."""
    rows = [range(start, min(start + 4, count)) for start in range(0, count, 4)]
    return [
        (_CENTRE[0] + 44 * (column - (len(row) - 1) / 2), _CENTRE[1] + 44 * (line - (len(rows) - 1) / 2))
        for line, row in enumerate(rows)
        for column in range(len(row))
    ]


def _round(towards: list[float], radius: float) -> list[Point]:
    """Places on a ring beside each other round the direction of each, 42 units apart."""
    step = 42 / radius
    taken: list[float] = []
    for angle in towards:
        tries = (angle + sign * turn * step for turn in range(60) for sign in (1, -1))
        free = (at for at in tries if all(abs(atan2(sin(at - old), cos(at - old))) > 0.98 * step for old in taken))
        taken.append(next(free, angle))
    return [(_CENTRE[0] + radius * cos(at), _CENTRE[1] + radius * sin(at)) for at in taken]


def _labels(result: Result, shown: list[int], angles: dict[int, float]) -> list[str]:
    """Letter and size of each group in the nearest corner of the map; two in one corner stand below each other."""
    taken: dict[tuple[bool, bool], int] = {}
    found = []
    for place in sorted(shown, key=angles.__getitem__):
        right, low = cos(angles[place]) > -_NOTHING, sin(angles[place]) > _NOTHING
        line = taken[right, low] = taken.get((right, low), -1) + 1
        x, anchor = (752, "end") if right else (8, "start")
        y = 724 - 30 * line if low else 36 + 30 * line
        words = _("%(letters)s组　%(n)s 人") % {"letters": LETTERS[place % len(LETTERS)], "n": len(result.groups[place].members)}
        ink = COLOURS[place % len(COLOURS)][0]
        found.append(f'<text class="ql" x="{x}" y="{y}" text-anchor="{anchor}" fill="{ink}">{words}</text>')
    return found


def _list(result: Result, placed: list[_Placed], shown: list[int], texts: dict[str, str]) -> tuple[list[str], int]:
    """The numbered statements with each group's agreement, and the height they need."""
    lines, y = [], 40
    groups = result.by_group
    sections = [
        (_("%(title)s　%(n)s 条") % {"title": title, "n": len(inside)}, [(str(row.number), row.statement) for row in inside])
        for ring, title in enumerate((_("各方同心"), _("几组相近"), _("一组所盼")))
        if (inside := [row for row in placed if row.ring == ring])
    ]
    if apart := dividing(groups, result.allowed)[:_APART]:
        sections.append(
            (_("看法不同　%(n)s 条　如实记录，不作结论") % {"n": len(apart)}, [("·", statement) for statement in apart])
        )
    for title, rows in sections:
        lines.append(f'<text class="h" x="{_LEFT}" y="{y}">{title}</text>')
        y += _LINE + 4
        for number, statement in rows:
            for place, part in enumerate(_parts(_words(result, statement, texts))):
                lead = "　　" if place else f"{number}　"
                lines.append(f'<text class="li" x="{_LEFT}" y="{y}">{escape(lead + part)}</text>')
                y += _LINE
            shares = [
                (_("%(letters)s组 ") % {"letters": LETTERS[place % len(LETTERS)]})
                + _fraction(int(groups.agree[place, statement]), int(groups.seen[place, statement]))
                for place in shown
            ]
            lines.append(
                _('<text class="sh" x="%(left)s" y="%(y)s">赞成　%(shares)s</text>')
                % {"left": _LEFT + 32, "y": y, "shares": "　".join(shares)}
            )
            y += _LINE + 4
        y += 10
    return lines, y


def _fraction(agree: int, seen: int) -> str:
    """A share with its base; below ten cases the fraction only."""
    if seen < 10:  # noqa: PLR2004 - the house rule for small bases
        return f"{agree} / {seen}"
    return f"{100 * agree / seen:.0f}%"


def _words(result: Result, statement: int, texts: dict[str, str]) -> str:
    """The text of a statement, or its identifier, without control characters."""
    name = result.votes.statements[statement]
    return "".join(letter for letter in texts.get(name) or _("观点 %(name)s") % {"name": name} if letter.isprintable())


def _parts(words: str) -> list[str]:
    """At most three lines of 27 full-width letters (narrow ones count half), with … where something is left out."""
    parts, width = [""], 0.0
    for letter in words:
        wide = 0.5 if letter.isascii() else 1.0
        if width + wide > _LETTERS_A_LINE:
            if len(parts) == _LINES:
                return [*parts[:-1], parts[-1][:-1] + "…"]
            parts.append("")
            width = 0.0
        parts[-1] += letter
        width += wide
    return parts


def _without_map(result: Result, texts: dict[str, str]) -> str:
    every = result.every
    order = np.argsort(-np.round(share(every.agree, every.seen), 12), kind="stable").tolist()
    lines, y = [f"""<text class="h" x="40" y="48">{escape(result.reason or _("各组都不足五人，不画图。"))}</text>"""], 92
    for number, statement in enumerate([s for s in order if result.allowed[s] and every.seen[s]][:20], 1):
        agreed = _fraction(int(every.agree[statement]), int(every.seen[statement]))
        words = escape(_words(result, statement, texts)[: 2 * _LETTERS_A_LINE])
        lines.append(
            _('<text class="li" x="40" y="%(y)s">%(number)s　%(words)s　赞成 %(agreed)s</text>')
            % {"y": y, "number": number, "words": words, "agreed": agreed}
        )
        y += _LINE + 6
    return _svg(_("没有分组，不画同心圆"), result.reason or _("各组都不足五人。"), lines, y)


def _svg(title: str, about: str, body: list[str], height: int) -> str:
    return "\n".join(
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" role="img" lang="zh-CN">',
            f"<title>{escape(title)}</title>",
            f"<desc>{escape(about)}</desc>",
            f"<style>{STYLE}</style>",
            f'<rect width="{_WIDTH}" height="{height}" fill="#fff"/>',
            *body,
            "</svg>\n",
        )
    )


def _n(value: float) -> str:
    return f"{value + 0.0:.1f}"
