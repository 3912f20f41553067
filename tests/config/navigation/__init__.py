"""The portal's navigation."""
