"""Where live Ivinex portals were seen to differ from the API document: nowhere.

What is known of live portals (the shape of GET's answer, values as text) fills gaps of the document and contradicts
none of it, so both profiles are the same for Ivinex.
"""

from __future__ import annotations

from mockserver.profiles import Deviation

DEVIATIONS: tuple[Deviation, ...] = ()
