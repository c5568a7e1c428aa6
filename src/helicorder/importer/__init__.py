"""Files of scores and calls brought into a server: the product seen from outside, a caller of its API."""
