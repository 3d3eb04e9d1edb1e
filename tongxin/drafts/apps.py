from django.apps import AppConfig


class DraftsConfig(AppConfig):
    name = "tongxin.drafts"
    label = "drafts"
