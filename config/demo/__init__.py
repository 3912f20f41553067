"""What only the demonstration needs: its peers, its company and its supervisor."""
