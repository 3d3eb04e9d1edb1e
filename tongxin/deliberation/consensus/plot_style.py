"""The look of the map: colours of the design, letters of the groups, and a mark for each (never colour alone)."""

from tongxin.core.catalogue import _

LETTERS = _("甲乙丙丁戊己庚辛壬癸")
# Ink and tint of each group.
COLOURS = (
    ("#1f6796", "#d9e8f2"),
    ("#a8551f", "#f6e3d4"),
    ("#47703c", "#e0ebd9"),
    ("#6d4a86", "#e9e0f0"),
    ("#75520f", "#f8f0df"),
)
STYLE = (
    'text{font-family:"PingFang SC","Microsoft YaHei","Source Han Sans SC","Noto Sans CJK SC",sans-serif;fill:#23201c}'
    ".ring{fill:none;stroke:#dcc08a;stroke-width:1.5}.ring0{fill:#f8f0df;stroke:#b98a3a;stroke-width:2}"
    ".hull{opacity:.62;stroke-linejoin:round}.pt{fill-opacity:.5}"
    ".cap{fill:#75520f;font-size:16px;font-weight:600;text-anchor:middle;paint-order:stroke;stroke:#fff;"
    "stroke-width:6px;stroke-linejoin:round}"
    ".ql{font-size:22px;font-weight:700}.s0 text,.s1 text,.s2 text{font-size:17px;font-weight:700;text-anchor:middle}"
    ".s0 circle{fill:#8c2a2b}.s0 text{fill:#fff}.s1 circle{fill:#fff;stroke:#75520f;stroke-width:2}"
    ".s1 text{fill:#75520f}.s2 circle{fill:#fff;stroke:#857b6b;stroke-width:1.5;stroke-dasharray:3 2}"
    ".s2 text{fill:#4b453d}.h{font-size:18px;font-weight:700}.li{font-size:15px}.sh{font-size:14px;fill:#4b453d}"
)


def mark(group: int, x: float, y: float) -> str:
    """The mark of a person of the group (position): circle, triangle, square, diamond, bar, and so on again."""
    match group % 5:
        case 0:
            return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="5"/>'
        case 1:
            return f'<path d="M{x:.1f} {y - 6:.1f}l5.5 10h-11z"/>'
        case 2:
            return f'<rect x="{x - 4.5:.1f}" y="{y - 4.5:.1f}" width="9" height="9"/>'
        case 3:
            return f'<path d="M{x:.1f} {y - 6:.1f}l6 6l-6 6l-6-6z"/>'
        case _:
            return f'<rect x="{x - 6:.1f}" y="{y - 3:.1f}" width="12" height="6"/>'
