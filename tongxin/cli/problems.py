"""How commands fail: exit code 2 with a sentence on stderr for what the user can put right, 1 for what failed inside."""

import click


class BadInput(click.ClickException):
    """What was given does not do; nothing was written."""

    exit_code = 2

    def show(self, file: object = None) -> None:  # noqa: ARG002 -- click's signature
        """Print the sentence on stderr, without a prefix."""
        click.echo(self.message, err=True)


class NotInOrder(click.ClickException):
    """The installation itself is not in order (exit code 1)."""

    exit_code = 1

    def show(self, file: object = None) -> None:  # noqa: ARG002
        """Print the sentence on stderr, without a prefix."""
        click.echo(self.message, err=True)
