"""The logins of a team: a file that says with which logins each user of the HTTP service works in the CRMs.

Its top-level keys are the subjects of OAuth tokens, and below each is a section a CRM with the keys of the settings
file. Subjects may be people's addresses: errors name an entry by its number.
"""
