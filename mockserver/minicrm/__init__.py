"""A stateful fake of the MiniCRM API: `fake` is the door, `routes` leads to the `endpoints`."""

PREFIX = "/Api/R3"
