from tongxin.workflow.matters import Matter


class TalksConfig(Matter):
    name = "tongxin.talks"
