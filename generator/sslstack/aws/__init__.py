"""AWS: the one door to it, who may enter, what its refusals mean, and what is never shown of it."""
