"""What `audit`, which stands above, has to hear of."""

from django.dispatch import Signal

invited = Signal()  # account, actor, at
accepted = Signal()  # account, at
