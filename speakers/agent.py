"""The entry point ExaBGP starts in every speaker: agent.py DIRECTORY."""

import os
import sys

from lab.speaker.agent import main

if __name__ == "__main__":
    main(sys.argv[1], templates=os.path.dirname(os.path.abspath(__file__)))
