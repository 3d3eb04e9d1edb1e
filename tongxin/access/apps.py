from django.apps import AppConfig


class AccessConfig(AppConfig):
    name = "tongxin.access"
    label = "access"
