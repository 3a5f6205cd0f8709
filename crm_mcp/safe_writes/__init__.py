"""How writes are kept safe, whatever the CRM: previews, plans, a person's consent, and keys to repeat a creation by.

A tool that writes only works out a `Draft`: what would become of which record, and the `Target` that can do it. The
`SafeWriter` decides whether it is shown, kept as a plan, asked about, refused, or written.
"""
