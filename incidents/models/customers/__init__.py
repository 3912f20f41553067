"""What customers are told, and who subscribes."""
