"""Names of files on the command line: what is written has a name, what is read is a file and comes to an end."""

import os
import stat
from pathlib import Path
from typing import Any

import click

NO_NAME = "“{path}”不是文件名，请写明要写成的文件。"
NO_OUT = "{path} 不是普通文件，不能写成它。请另写一个文件名。"
NO_FILE = "{path} 不是普通文件，请写明要读的文件。"


class _Out(click.Path):
    """A file to write, which may be there. A folder is refused by whoever writes, with the reason.

    What is no name at all is refused here, and what is there and no file: a device or a pipe would be one afterwards.
    """

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if not Path(value).name or Path(value).name == "..":
            self.fail(NO_NAME.format(path=value), param, ctx)
        path = Path(os.fsdecode(super().convert(value, param, ctx)))
        place = Path(os.path.realpath(path))
        if os.path.lexists(place) and not place.is_file() and not place.is_dir():
            self.fail(NO_OUT.format(path=path), param, ctx)
        return path


class _In(click.Path):
    """A file to read: a device or a pipe could go on for ever, and is not read twice."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        path = Path(os.fsdecode(super().convert(value, param, ctx)))
        if not stat.S_ISREG(path.stat().st_mode):
            self.fail(NO_FILE.format(path=path), param, ctx)
        return path


OUT = _Out(dir_okay=False, readable=False, path_type=Path)
IN = _In(exists=True, dir_okay=False, path_type=Path)
