"""The data plane: longest-prefix match, unicast reverse path forwarding, and packets walked hop by hop."""
