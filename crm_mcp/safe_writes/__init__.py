"""Safe writes for any CRM: previews, plans, confirmation by the user, and idempotency keys.

A writing tool only builds a `Draft`: the changes of each record, and the `Target` that can make them. The `SafeWriter`
decides whether the draft is previewed, planned, confirmed, refused or written.

Words: a `Call` of a tool asks for a `Draft`, a `Change` for each record. A `Plan` is a draft in the store that a later
call applies by its id. An `Order` is what a call wants written now, an `Execution` writes it, and a `Batch` is what
stands of it in the store, even where it is a single record, with a `Write` for each. A `Lease` lets one process at a
time go on with a key, a batch, or new records of a kind.
"""
