"""VRPs from outside the lab."""
