"""`crm-mcp setup`: a dialogue that asks for accounts, tests each login, and writes the settings file.

Nothing is written before the person has seen what would be and agreed; then the keychain comes first, and is put back
where the file cannot be written.
"""
