"""ssl.yml: what people declare about TLS."""
