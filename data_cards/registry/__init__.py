"""The cards as a registry: listed, loaded, checked, downloaded."""
