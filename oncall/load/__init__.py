"""How much time people are on call and how often they are paged, against a fair share."""
