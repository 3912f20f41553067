"""Times to acknowledge, restore and resolve, exact and fast."""
