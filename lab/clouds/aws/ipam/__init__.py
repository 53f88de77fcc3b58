"""VPC IP Address Manager: scopes, pools, provisioning and allocations."""
