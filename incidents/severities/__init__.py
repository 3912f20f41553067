"""What a severity means, starts and promises: its place, its promises, contradictions, previews and changes."""
