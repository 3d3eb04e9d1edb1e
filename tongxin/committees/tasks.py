"""What comes about by time alone: reorganisations whose day has come."""

from datetime import datetime, timedelta

from django.utils import timezone

from tongxin.committees import reorganising, successions


def carry_out_changes(at: datetime) -> int:
    """Let the changes of units whose day has come take effect, each by itself. Returns how many."""
    done, failed = 0, list[Exception]()
    for change in successions.due_changes(timezone.localdate(at)):
        try:
            done += reorganising.carry_out(change, at=at)
        except Exception as error:  # noqa: BLE001 -- one that cannot be carried out holds up no other; the worker tells of it
            failed.append(error)
    if failed:
        raise failed[0]
    return done


SCHEDULE = [(timedelta(minutes=10), carry_out_changes)]
