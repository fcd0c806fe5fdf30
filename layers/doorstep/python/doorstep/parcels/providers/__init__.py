"""One adapter per provider: proves who is calling, and turns their words into scans.

A provider is a module (its envelope), a YAML file (its codes and texts) and a line in `registry`. What all of them need
stands beside: `signatures` (proof), `reading` (fields nobody can rely on), `hearing` (the parcels of a body), `codes`
(tables and text rules), `homeward` (the way back).
"""
