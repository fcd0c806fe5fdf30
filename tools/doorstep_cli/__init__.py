"""The `doorstep` command, for developers and sellers: the local stack, keys, bulk work. Never runs in Lambda."""
