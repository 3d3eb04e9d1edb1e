"""Secrets that live outside the database: made once, kept in files only the server's user may read."""

import os
import secrets
from pathlib import Path


def load(name: str, home: Path, given: str | None) -> str:
    """Return the secret `name`: from the environment when given, else from `home/keys/name`, made on first use."""
    if given:
        return given
    path = home / "keys" / name
    try:
        return path.read_text().strip()
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
        return path.read_text().strip()
