"""The page of docs/generated about sheets, read from their columns."""

from collections.abc import Callable


def page(table: Callable[[list[str], list[list[str]]], str]) -> str:
    """Write what can be taken in and given out.

    Each column, what to write in it, how offices also call it, what it becomes.
    """
    from tongxin.committees.sheets import UNITS
    from tongxin.handling.sheets import PROPOSALS
    from tongxin.members.sheets import MEMBERS

    parts = [
        "# Sheets\n\nThe columns of every sheet, in the order of the template. The first row names them; their order is free.\n"
    ]
    for kind in (UNITS, MEMBERS, PROPOSALS):
        rows = [
            [
                f"{column.name}{'（必填）' if column.required else ''}",
                "、".join(column.others) or "–",
                "、".join(column.words) or "–",
                column.note or "–",
                f"`{column.field}`",
                "read only" if column.only_read else "read and written",
            ]
            for column in kind.columns
        ]
        head = ["Column", "Also called", "Words", "Help", "Becomes", "Read, written"]
        parts.append(f"## {kind.label} `{kind.name}`\n\n" + table(head, rows))
    return "\n".join(parts)
