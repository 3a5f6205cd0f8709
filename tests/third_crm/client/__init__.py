"""People, a CRM of one kind of record behind a bearer token: the client's side of it, as small as it can be."""
