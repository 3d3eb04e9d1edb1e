"""Why something could not be done, as one line of a sentence."""


def first_line(error: BaseException) -> str:
    r"""Return the first line of what an error says; its sort where it says nothing.

    >>> first_line(OSError()), first_line(ValueError("gone\nfor good"))
    ('OSError', 'gone')
    """
    said = str(error).strip().splitlines()
    return said[0] if said else type(error).__name__
