"""The command line, called as people call it."""

import pytest

from tongxin.cli.entrance import main


@pytest.fixture
def run(capsys):
    def call(*arguments):
        code = main([str(a) for a in arguments])
        out, err = capsys.readouterr()
        return code, out, err

    return call
