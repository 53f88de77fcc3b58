"""Resource Access Manager: what one account lets another one use."""
