"""The layers of the network, and the network itself."""
