"""What every server of the lab needs: sockets that stay on loopback, and work for the lab's own thread."""
