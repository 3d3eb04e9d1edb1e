"""What a command prints, on streams that may be full or closed: it goes on to its end, and then that is said."""

import errno
import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, TextIO

from tongxin.core.catalogue import _

REASONS = {
    errno.ENOSPC: _("磁盘已满"),
    errno.EDQUOT: _("磁盘配额已用完"),
    errno.EPIPE: _("接收的一方已经关闭"),
    errno.EBADF: _("没有打开"),
    errno.EFBIG: _("文件已达到大小上限"),
    errno.EIO: _("设备出错"),
}
CLOSED = -1  # no descriptor of anything


class Patient(io.RawIOBase):
    """A stream that keeps the first failure of writing to it, and lets the rest go.

    What is under way is not cut off in its middle.
    """

    def __init__(self, descriptor: int) -> None:
        super().__init__()
        self.descriptor, self.failure = descriptor, None

    failure: OSError | None

    def writable(self) -> bool:
        """It is only written to."""
        return True

    def fileno(self) -> int:
        """Return the descriptor; where there is none, say so as streams do."""
        if self.descriptor == CLOSED:
            raise io.UnsupportedOperation
        return self.descriptor

    def isatty(self) -> bool:
        """Say whether somebody looks on."""
        return self.descriptor != CLOSED and os.isatty(self.descriptor)

    def write(self, data: Any) -> int:
        """Write, as long as it goes."""
        if self.failure is None:
            try:
                return os.write(self.descriptor, data)
            except OSError as failure:
                self.failure = failure
        return len(data)


@contextmanager
def patient() -> Iterator[list[Patient]]:
    """Let the command print on patient streams; give those, standard output first.

    What is no file of the system's is left alone.
    """
    before = sys.stdout, sys.stderr
    raws = [_raw(stream) for stream in before]
    sys.stdout, sys.stderr = (_text(raw, stream) for raw, stream in zip(raws, before, strict=True))
    try:
        yield [raw for raw in raws if raw is not None]
    finally:
        for stream in (sys.stdout, sys.stderr):
            with suppress(OSError, ValueError):
                stream.flush()
        sys.stdout, sys.stderr = before


def _raw(stream: TextIO | None) -> Patient | None:
    if stream is None:  # it was closed before we began
        return Patient(CLOSED)
    try:
        stream.flush()
        return Patient(stream.fileno())
    except (OSError, ValueError, AttributeError):
        return None


def _text(raw: Patient | None, stream: TextIO | None) -> Any:
    if raw is None:
        return stream
    encoding, errors = getattr(stream, "encoding", "utf-8"), getattr(stream, "errors", "backslashreplace")
    at_once = raw.isatty() or bool(getattr(stream, "line_buffering", False))
    return io.TextIOWrapper(io.BufferedWriter(raw), encoding=encoding, errors=errors, line_buffering=at_once)


def reason(failure: OSError) -> str:
    """Say why nothing could be written."""
    return REASONS.get(failure.errno or 0, failure.strerror or type(failure).__name__)
