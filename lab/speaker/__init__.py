"""What runs beside every ExaBGP: the agent that hands routes to `lab.bgp`. Standard library only."""
