"""What a relying party reads, and how it gets it: RRDP, rsync, a directory, memory."""
