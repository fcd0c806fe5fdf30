"""Doorstep: prevents last-mile trouble for cross-border sellers, and puts it right when it happens."""
