"""The fake of Ivinex's API, `/API/Records.php`: modules of records, after `ivinex.txt`.

What the document leaves open is decided here and marked `assumed` where it is decided.
"""
