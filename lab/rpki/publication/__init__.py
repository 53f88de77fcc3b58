"""Publishing the files of a repository: an rsync-layout tree, RRDP, and servers for both."""
