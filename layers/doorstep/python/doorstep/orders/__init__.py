"""Orders: an order, its address versions, its confirmation. Leaves judging to `address` and telling to `messages`."""
