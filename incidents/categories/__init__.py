"""Categories: what tickets are about, which team gets them, and whether they are private."""
