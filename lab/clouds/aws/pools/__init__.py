"""Address pools that ranges become, and Elastic IPs."""
