"""Parcels: scans in one vocabulary, and the parcel as a function of its set of scans. Leaves trouble to `cases`."""
