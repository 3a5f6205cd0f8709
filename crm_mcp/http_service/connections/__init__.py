"""Connections that clients keep open: how long each may take to send a request, and how many there may be.

Whoever sends half a request and waits costs a file descriptor. Nobody is locked out by that: each has its time, and
where all places are taken, the connection that has waited longest for its client makes room.
"""
