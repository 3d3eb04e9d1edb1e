"""Short random identifiers for whatever leaves the database: addresses, exports, packages."""

import secrets

ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"  # no 0/o, 1/l/i: people read them aloud
LENGTH = 12
EVERY = range(len(ALPHABET) ** LENGTH)


def new_uid() -> str:
    """Return 12 random characters (about 59 bits)."""
    number, characters = secrets.choice(EVERY), ""
    for _ in range(LENGTH):
        number, place = divmod(number, len(ALPHABET))
        characters += ALPHABET[place]
    return characters


def new_code() -> str:
    """Return a one-time code for a printed slip, like `k7mp-3xqd-w9ht` (about 59 bits)."""
    raw = new_uid()
    return f"{raw[:4]}-{raw[4:8]}-{raw[8:]}"
