"""Words on the command line.

What is no text is refused before it gets anywhere, and nothing is echoed that a terminal obeys.
"""

from typing import Any

import click

from tongxin.core.catalogue import _
from tongxin.core.words import on_one_line

NO_TEXT = _("“{word}”不是 UTF-8 文字，请检查终端的编码。")


class Text(click.types.StringParamType):
    """A word that is text: bytes that are no UTF-8 come from the shell as halves of characters, which nothing can keep."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Refuse what is none."""
        word = super().convert(value, param, ctx)
        try:
            word.encode()
        except UnicodeEncodeError:
            self.fail(NO_TEXT.format(word=printable(word)), param, ctx)
        return word


TEXT = Text()


def demand_texts(command: click.Command) -> click.Command:
    """Let a command, and those below it, take texts alone where they take words; names of files may be any bytes."""
    for param in command.params:
        if type(param.type) is click.types.StringParamType:
            param.type = TEXT
    for below in getattr(command, "commands", {}).values():
        demand_texts(below)
    return command


def printable(text: str) -> str:
    r"""Show what somebody wrote as far as it can be shown, line by line.

    >>> printable("\x1b[2J\udcff\n\t成员")
    '�[2J�\n\t成员'
    """
    return "\n".join("\t".join(map(on_one_line, line.split("\t"))) for line in text.split("\n"))
