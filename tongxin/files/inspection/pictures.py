"""Pictures: the size they unpack to, and whether they are whole."""

import warnings
from typing import IO

from PIL import Image, UnidentifiedImageError

from tongxin.files.inspection.reasons import MEGAPIXELS, Reason, Refused

HEADS = {b"\x89PNG\r\n\x1a\n": "png", b"\xff\xd8\xff": "jpg"}
FORMATS = {"png": ("PNG",), "jpg": ("JPEG",)}
GLIMPSE = 64  # a JPEG is unpacked to an eighth: enough to meet every byte of it
FAULTS = (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError, TypeError, KeyError, IndexError)


def examine(stream: IO[bytes], kind: str) -> str:
    """Return the kind of a picture that is whole. Raises Refused with the reason."""
    Image.MAX_IMAGE_PIXELS = None  # the limit is ours, with a sentence
    stream.seek(0)
    try:
        with warnings.catch_warnings(), Image.open(stream, formats=FORMATS[kind]) as picture:
            warnings.simplefilter("ignore")  # odd additions that cameras write
            if picture.width * picture.height > MEGAPIXELS * 1_000_000:
                raise Refused(Reason.TOO_MANY_PIXELS)
            if kind == "png":
                picture.verify()  # every chunk's checksum
            else:
                picture.draft("L", (GLIMPSE, GLIMPSE))
                picture.load()
    except FAULTS as error:
        raise Refused(Reason.CORRUPT) from error
    return kind
