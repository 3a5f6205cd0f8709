"""`crm-mock record`: a proxy in front of live accounts that writes what it sees as scrubbed fixture files.

    request -> proxy -> guard -> live/http -> the account
                     response -> scrubber of the CRM -> fixture_file -> OUT/<crm>/NN-slug.json

The caller gets the account's response untouched; only what is written is scrubbed.
"""
