"""`crm-mock record`: a proxy in front of live accounts that writes what it sees as scrubbed fixture files.

    request -> proxy -> guard -> live/line -> the account
                          answer -> scrub (minicrm, ivinex: what a field is; pseudonyms: what stands in for it)
                                 -> fixture_file -> OUT/<crm>/NN-slug.json

The caller gets the account's answer untouched; only what is written is scrubbed.
"""
