"""A copy of what was read from a CRM, and SQL over it.

`tables` says what there is, `database` holds it in a file of each account's own, `rows` writes into it what a CRM's
`Source` reads, `freshness` tells how old that is. `query` plans a statement, has what it reads refreshed, and runs it.
"""
