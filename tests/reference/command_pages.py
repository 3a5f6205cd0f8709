"""Every command with its arguments and options, from click."""

from __future__ import annotations

from collections.abc import Iterator

import click


def render_commands(name: str, main: click.Group) -> str:
    """Return a heading for a program and one for each of its commands."""
    context = click.Context(main, info_name=name, **main.context_settings)
    return "\n".join(_render(command, own) for command, own in _walk(main, context))


def _walk(command: click.Command, context: click.Context) -> Iterator[tuple[click.Command, click.Context]]:
    yield command, context
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            part = command.get_command(context, name)
            assert part is not None
            if not part.hidden:
                yield from _walk(part, click.Context(part, info_name=name, parent=context))


def _render(command: click.Command, context: click.Context) -> str:
    level = "##" if context.parent is None else "###"
    usage = " ".join([context.command_path, *command.collect_usage_pieces(context)])
    help_text = "\n\n".join(" ".join(part.split()) for part in (command.help or "").replace("\b", "").split("\n\n"))
    # click keeps the option for help as it was first asked for, which may have been without the program around it.
    asks_for_help = f"| `{', '.join(command.get_help_option_names(context))}` | Show this message and exit. |\n"
    rows = [*(row for one in command.params if (row := _render_option(one, context))), asks_for_help]
    table = "\n| option | |\n|---|---|\n" + "".join(rows)
    return f"{level} `{context.command_path}`\n\n`{usage}`\n\n{help_text}\n{table}"


def _render_option(parameter: click.Parameter, context: click.Context) -> str:
    record = parameter.get_help_record(context)
    if record is None:
        return ""
    names, meaning = (" ".join(part.split()).replace("|", "\\|") for part in record)
    return f"| `{names}` | {meaning} |\n"
