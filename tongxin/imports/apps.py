from tongxin.workflow.matters import Matter


class ImportsConfig(Matter):
    name = "tongxin.imports"
    label = "imports"
