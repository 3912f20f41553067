"""What an incident needs after restoration: conditions, action items and waivers."""
