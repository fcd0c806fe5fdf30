"""Platform: the only room that knows AWS, the environment, the clock and chance; does what the other rooms ask for."""
