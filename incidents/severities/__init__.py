"""How bad and how urgent."""
