"""How objects of MiniCRM are written: what they are linked to and duplicate, and the targets of safe writes."""
