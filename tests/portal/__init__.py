"""Tests of the portal's pages as a whole."""
