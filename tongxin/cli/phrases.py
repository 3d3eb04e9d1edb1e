"""Click speaks Chinese: its own sentences, by the English it carries as message keys."""

from importlib import import_module

CHINESE = {
    "Usage:": "用法：",
    "Options": "选项",
    "Commands": "命令",
    "Positional arguments": "参数",
    "Aborted!": "已中止。",
    "Error: {message}": "{message}",
    "Try '{command} {option}' for help.": "用 {command} {option} 查看说明。",
    "Invalid value: {message}": "所给的值不对：{message}",
    "Invalid value for {param_hint}: {message}": "{param_hint} 的值不对：{message}",
    "Missing argument": "缺少参数",
    "Missing option": "缺少选项",
    "Missing parameter": "缺少参数",
    "Missing parameter: {param_name}": "缺少参数：{param_name}",
    "Missing command.": "请写明要执行的命令。",
    "No such option {name!r}.": "没有选项 {name}。",
    "No such command {name!r}.": "没有命令 {name}。",
    "Choose from:\n\t{choices}": "可以是：{choices}",
    "{value!r} is not a valid {number_type}.": "“{value}”应是数字。",
    "{value} is not in the range {range}.": "{value} 不在 {range} 的范围内。",
    "{name} {filename!r} does not exist.": "{filename} 不存在。",
    "{name} {filename!r} is a directory.": "{filename} 是目录，应是文件。",
    "{name} {filename!r} is a file.": "{filename} 是文件，应是目录。",
    "{name} {filename!r} is not readable.": "{filename} 不能读取，请检查权限。",
    "{name} {filename!r} is not writable.": "{filename} 不能写入，请检查权限。",
    "Option {name!r} does not take a value.": "选项 {name} 不带值。",
    "Show this message and exit.": "显示这份说明。",
    "default: {default}": "默认：{default}",
    "required": "必填",
    "file": "文件",
    "directory": "目录",
    "path": "路径",
}
COUNTED = {
    "Option {name!r} requires an argument.": "选项 {name} 后面要写明值。",
    "Got unexpected extra argument ({args})": "多出了参数：{args}",
    "{value!r} is not {choice}.": "“{value}”不在可选的范围内，应是：{choice}。",
    "(Did you mean {suggestions}?)": "是不是 {suggestions}？",
    "Did you mean {suggestion}?": "是不是 {suggestion}？",
}
MODULES = ("core", "decorators", "exceptions", "formatting", "parser", "types")


def _one(message: str) -> str:
    return CHINESE.get(message, message)


def _counted(one: str, _many: str, _n: int) -> str:
    return COUNTED.get(one, one)


def speak_chinese() -> None:
    """Put Chinese in the place of click's gettext, which would look for a catalogue that no system has."""
    for name in MODULES:
        module = import_module(f"click.{name}")
        for hook, words in (("_", _one), ("ngettext", _counted)):
            if hasattr(module, hook):
                setattr(module, hook, words)
