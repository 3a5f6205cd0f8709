"""Several accounts served side by side: every tool, resource and prompt names the one that it is for.

No tool of a CRM knows of this. Each account has tools of its own, over its own connectors; what is served in
their place takes `account`, hands the call to the tool of that account, and says in the answer whose it is.
"""
