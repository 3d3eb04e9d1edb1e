"""What `audit`, which stands above, has to hear of."""

from django.dispatch import Signal

invited = Signal()  # account, actor, at, seat (of the member, where those who keep the members made the code)
accepted = Signal()  # account, at, resets (there was a password before)
# account or None, shown (the name typed, masked), what (密码, 动态口令, 邀请码, or one of the steps below), at
failed = Signal()
locked_out = Signal()  # the same

# what somebody who is signed in wanted when a code or a password was wrong
SETTING_UP, SWITCHING_OFF, RECOVERY_CODES = "设置动态口令", "停用动态口令", "查看或重新生成备用码"
CONFIRMING, CONFIRMING_BY_PASSWORD, CHANGING_PASSWORD = "用动态口令确认本人操作", "用密码确认本人操作", "修改密码"
