"""The command line: `tongxin …`. Light commands start without Django; each command is loaded only when it is named."""

from tongxin.cli.entrance import main

__all__ = ["main"]
