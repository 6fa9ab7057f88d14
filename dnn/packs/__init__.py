"""One file with the fitted networks of many skills."""
