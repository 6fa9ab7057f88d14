"""Vector stores: the generic ones that all skills share, and the local ones beside them."""
