"""Safe writes for any CRM: previews, plans, confirmation by the user, and idempotency keys.

A writing tool only builds a `Draft`: the changes of each record, and the `Target` that can make them. The `SafeWriter`
decides whether the draft is previewed, planned, confirmed, refused or written.
"""
