"""The registries: who holds what, what each RIR lets a holder write into it, and RDAP."""
