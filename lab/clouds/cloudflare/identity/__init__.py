"""Who calls: accounts, members with roles, API tokens with permissions."""
