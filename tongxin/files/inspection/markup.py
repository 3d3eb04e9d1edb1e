"""XML from strangers: read once from front to back, without document types, entities or anything fetched."""

from collections.abc import Callable, Iterable
from xml.parsers import expat

from tongxin.files.inspection.reasons import Reason, Refused

Start = Callable[[str, dict[str, str]], None]


def local(name: str) -> str:
    """Return a name without its prefix: producers choose prefixes freely."""
    return name.rpartition(":")[2]


def _refuse_definitions(*_arguments: object) -> None:
    raise Refused(Reason.ENTITIES)


class Reader:
    """One pass over one part. Text is heard only while `listening`, so that large sheets cost little."""

    def __init__(self, start: Start, end: Callable[[str], None] | None = None, text: Callable[[str], None] | None = None) -> None:
        self._start, self._text = start, text
        self._parser = expat.ParserCreate()
        self._parser.buffer_text = True
        self._parser.StartDoctypeDeclHandler = _refuse_definitions
        self._parser.EntityDeclHandler = _refuse_definitions
        self._parser.StartElementHandler = self._opened
        if end is not None:
            self._parser.EndElementHandler = lambda name: end(local(name))

    def _opened(self, name: str, attributes: dict[str, str]) -> None:
        self._start(local(name), {local(key): value for key, value in attributes.items()})

    def listen(self, *, on: bool) -> None:
        """Begin or stop hearing text."""
        self._parser.CharacterDataHandler = self._text if on else None

    def read(self, pieces: Iterable[bytes]) -> None:
        """Read a part to its end. Raises Refused when it is not well-formed or defines entities."""
        try:
            for piece in pieces:
                self._parser.Parse(piece, False)  # noqa: FBT003 -- expat's own order
            self._parser.Parse(b"", True)  # noqa: FBT003 -- the same
        except (expat.ExpatError, ValueError, LookupError) as error:
            raise Refused(Reason.CORRUPT) from error
