from django.apps import AppConfig


class TextsConfig(AppConfig):
    name = "tongxin.texts"
    label = "texts"
