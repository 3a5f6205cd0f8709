"""What click says by itself, as it writes it: it looks these up in the catalogue of this folder. Never imported.

`tests/mockserver/test_help.py` holds them to click's own source.
"""

from __future__ import annotations

from mockserver.texts import mark

PLAIN = (
    mark("Usage:"),
    mark("Options"),
    mark("Positional arguments"),
    mark("Commands"),
    mark("Show this message and exit."),
    mark("default: {default}"),
    mark("Aborted!"),
    mark("Error: {message}"),
    mark("Error: invalid input"),
    mark("Try '{command} {option}' for help."),
    mark("Invalid value: {message}"),
    mark("Invalid value for {param_hint}: {message}"),
    mark("Missing command."),
    mark("Missing argument"),
    mark("Missing option"),
    mark("Missing parameter"),
    mark("No such option {name!r}."),
    mark("No such command {name!r}."),
    mark("Choose from:\n\t{choices}"),
    mark("{value!r} is not a valid {number_type}."),
    mark("{value} is not in the range {range}."),
    mark("{name} {filename!r} does not exist."),
    mark("{name} {filename!r} is a file."),
    mark("{name} {filename!r} is a directory."),
    mark("{name} {filename!r} is not readable."),
    mark("{name} {filename!r} is not writable."),
    mark("file"),
    mark("directory"),
    mark("path"),
    mark("[OPTIONS]"),
    mark("[COMMAND] [ARGS]..."),
    mark("COMMAND [ARGS]..."),
    mark("text"),
    mark("integer"),
    mark("integer range"),
    mark("filename"),
    mark("Could not open file {filename!r}: {message}"),
    mark("Argument {name!r} takes {nargs} values."),
    mark("Option {name!r} does not take a value."),
)
FORMS = (
    mark("Got unexpected extra argument ({args})", "Got unexpected extra arguments ({args})"),
    mark("Did you mean {possibility}?", "(Did you mean one of: {possibilities}?)"),
    mark("Option {name!r} requires an argument.", "Option {name!r} requires {nargs} arguments."),
    mark("{value!r} is not {choice}.", "{value!r} is not one of {choices}."),
)
