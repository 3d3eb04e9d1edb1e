from django.apps import AppConfig


class BackupsConfig(AppConfig):
    name = "tongxin.backups"
    label = "backups"
