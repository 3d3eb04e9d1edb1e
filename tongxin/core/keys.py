"""Secrets that live outside the database: made once, kept in files only the server's user may read."""

import os
import secrets
from pathlib import Path

from tongxin.core.catalogue import _

UNREAD = _(
    "密钥文件 {path} 无法读取（{why}）。请把另存的密钥放回这个位置，再运行。不要另造一个：换了密钥，加密的内容无法读取，操作记录也核验不了。"
)
UNREAD_OF_COOKIES = _(
    "密钥文件 {path} 无法读取（{why}）。请把另存的密钥放回这个位置；没有另存的，移走它再运行，系统另造一个，所有人重新登录。"
)
NO_KEY = _("里面不是密钥，可能被其他文件覆盖")


def load(name: str, home: Path, given: str | None) -> str:
    """Return the secret `name`: from the environment when given, else from `home/keys/name`, made on first use.

    Raises ValueError, with what to do, for a file in which there is none.
    """
    if given:
        return given
    path = home / "keys" / name
    try:
        return _read(path)
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        fresh = path.with_suffix(f".{os.getpid()}")
        fresh.touch(mode=0o600)  # private before there is anything to read
        fresh.write_text(secrets.token_urlsafe(48))
        try:
            os.link(fresh, path)  # two processes may start at once: the first one's key stays
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
        return _read(path)


def _read(path: Path) -> str:
    """Read a key. Raises FileNotFoundError, and ValueError for what is none."""
    try:
        key = path.read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        raise
    except OSError as error:
        raise ValueError(_said(path, error.strerror or type(error).__name__)) from error
    except UnicodeDecodeError as error:
        raise ValueError(_said(path, NO_KEY)) from error
    if not key or not key.isprintable():
        raise ValueError(_said(path, NO_KEY))
    return key


def _said(path: Path, why: str) -> str:
    return (UNREAD_OF_COOKIES if path.name == "secret" else UNREAD).format(path=path, why=why)
