"""A stateful fake of the Ivinex and MiniCRM HTTP APIs, for anybody who needs a CRM to test against."""
