"""What carries the routes: the simulator, or live ExaBGP speakers."""
