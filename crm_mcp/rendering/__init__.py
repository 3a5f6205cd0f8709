"""How values are shown: short forms, HTML as text, files. Pure."""
