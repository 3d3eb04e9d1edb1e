from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "tongxin.notices"
    label = "notices"
