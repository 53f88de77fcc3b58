"""The observers: the timeline, the collector's table and its graphs, and the hijack and leak detector."""
