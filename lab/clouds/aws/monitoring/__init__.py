"""What IPAM finds out about the resources and routes that it watches."""
