"""A stateful fake of the MiniCRM API: `fake` is the door, `routes` leads to the endpoints in `entities`."""

PREFIX = "/Api/R3"
