"""`python -m sslstack` is `sslstack`."""

from sslstack.cli import main

if __name__ == "__main__":
    main()
