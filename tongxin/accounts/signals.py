"""What `audit`, which stands above, has to hear of."""

from django.dispatch import Signal

invited = Signal()  # account, actor, at, seat (of the member, where those who keep the members made the code)
accepted = Signal()  # account, at, resets (there was a password before)
failed = Signal()  # account or None, shown (the name typed, masked), what (密码, 动态口令, 邀请码), at
locked_out = Signal()  # the same
