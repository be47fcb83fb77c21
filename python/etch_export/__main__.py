"""`python3 -m etch_export`, or from a checkout without installing anything `python3 python/etch_export`."""
import os
import sys

if not __package__:  # the folder was run: Python looks for modules inside it
    sys.path[0] = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

try:
    from etch_export.command import main
except ModuleNotFoundError as error:
    sys.exit(f"etch_export: the Python package {error.name} is needed and not installed")

if __name__ == "__main__":
    sys.exit(main())
