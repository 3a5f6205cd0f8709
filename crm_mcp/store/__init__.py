"""The memory that outlives the process: one store for all processes of a user, or of a team.

What stands here knows rows and their keys, no CRM and no tool. Every row belongs to an account; no password is in any.
"""
