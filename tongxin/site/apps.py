from django.apps import AppConfig


class SiteConfig(AppConfig):
    name = "tongxin.site"
    label = "site"
