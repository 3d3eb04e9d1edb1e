"""Encryption of sensitive fields with a key outside the database, and keyed hashes to look them up."""

import base64
import hashlib
import hmac
import json
from functools import lru_cache
from typing import Any

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.db import models

from tongxin.core.words import plain_phone


def _fernet() -> Fernet:
    return _of_key(settings.FIELD_KEY)


@lru_cache(maxsize=2)
def _of_key(key: str) -> Fernet:
    return Fernet(base64.urlsafe_b64encode(hashlib.sha256(key.encode()).digest()))


def encrypt(text: str) -> str:
    """Encrypt with AES-128-CBC and HMAC-SHA256 (Fernet); the empty string stays empty."""
    return _fernet().encrypt(text.encode()).decode() if text else ""


def decrypt(token: str) -> str:
    """Undo `encrypt`. Raises ValueError when the key is not the one the field was written with."""
    if not token:
        return ""
    try:
        return _fernet().decrypt(token.encode()).decode()
    except InvalidToken as error:
        message = "the field key does not fit this database; restore keys/field from the backup"
        raise ValueError(message) from error


def lookup_hash(text: str) -> str:
    """Return a keyed hash (HMAC-SHA256, 64 hex digits) by which an encrypted value can be found; empty for empty."""
    if not text:
        return ""
    return hmac.new(settings.FIELD_KEY.encode(), text.strip().encode(), hashlib.sha256).hexdigest()


def phone_hash(phone: str) -> str:
    """Return the keyed hash a phone number is found by, however it is written: blanks, hyphens, +86, full width."""
    return lookup_hash(plain_phone(phone))


def mask_phone(phone: str) -> str:
    """Show the first three and the last two digits: 138******12."""
    return f"{phone[:3]}{'*' * max(len(phone) - 5, 1)}{phone[-2:]}" if len(phone) > 5 else "*" * len(phone)  # noqa: PLR2004


class EncryptedField(models.TextField[Any, Any]):
    """A text kept encrypted at rest; reading gives the plain text."""

    def get_prep_value(self, value: Any) -> Any:
        return encrypt(value) if isinstance(value, str) else value

    def from_db_value(self, value: str | None, _expression: object, _connection: object) -> str | None:
        return decrypt(value) if value is not None else None


class EncryptedJSON(EncryptedField):
    """Several values kept together, encrypted at rest: what a form held that was not saved."""

    def get_prep_value(self, value: Any) -> Any:
        return super().get_prep_value(json.dumps(value, ensure_ascii=False))

    def from_db_value(self, value: str | None, expression: object, connection: object) -> Any:
        plain = super().from_db_value(value, expression, connection)
        return None if plain is None else json.loads(plain)
