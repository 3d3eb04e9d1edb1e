"""Every write of imports: beginning and deciding, the worker's part, undoing, clearing away."""

from tongxin.imports.actions.clearing import clear
from tongxin.imports.actions.deciding import (
    NotNowError,
    ask_undo,
    check_again,
    confirm,
    drop,
    upload,
)
from tongxin.imports.actions.recording import run_and_keep
from tongxin.imports.actions.working import work

__all__ = [
    "NotNowError",
    "ask_undo",
    "check_again",
    "clear",
    "confirm",
    "drop",
    "run_and_keep",
    "upload",
    "work",
]
