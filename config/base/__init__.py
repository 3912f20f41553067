"""What every app stands on: base classes and small mechanisms, without models of its own."""
