"""Sessions of clients that begin with the handshake of before 2026: each process of a store can go on with one.

A newer client brings all that a request needs; an older one brings a session id, which one process gave it. Whichever
process a balancer chooses finds in the store how the session began, and begins it again for itself. What a client
answers to a question reaches the process that put it through the store.
"""
