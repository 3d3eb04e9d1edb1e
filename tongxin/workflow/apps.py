from django.apps import AppConfig


class WorkflowConfig(AppConfig):
    name = "tongxin.workflow"
    label = "workflow"
