"""Searches of Ivinex records: arguments checked and names resolved, then read page by page or to the end."""
